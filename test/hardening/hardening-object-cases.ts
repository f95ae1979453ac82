import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { OBJECT_CASES } from "../guardrails/object-cases";

/** The conflict that finds what a guardrail refuses of objects that are no workloads. */
export const CONFLICT_OF_RULE: { readonly [rule: string]: string } = {
  [GuardrailRule.LOAD_BALANCER_RULES]: "load-balancer-rules",
  [GuardrailRule.LOAD_BALANCER_SOURCES]: "load-balancer-sources",
  [GuardrailRule.NO_CLUSTER_ADMIN]: "cluster-admin",
  [GuardrailRule.NO_EVERYONE]: "everyone",
  [GuardrailRule.NO_EXTERNAL_IP]: "external-ip",
  [GuardrailRule.NO_NODE_PORT]: "node-port",
  [GuardrailRule.NO_TOKEN_SECRET]: "token-secret",
};

const POD = { containers: [{ name: "main", image: "fra.ocir.io/acme/tool:1" }] };

/** An object that Helm runs at some time. */
export function hook(hooks: string, kind = "Job", name = "uninstall"): any {
  const metadata = { name, annotations: { "helm.sh/hook": hooks } };
  if (kind === "Pod") return { apiVersion: "v1", kind, metadata, spec: POD };
  return {
    apiVersion: "batch/v1",
    kind,
    metadata,
    spec: { template: { spec: { ...POD, restartPolicy: "Never" } } },
  };
}

/** What is found in objects that are no workloads, by the conflict that it is. */
export const OBJECT_CONFLICT_CASES: { readonly [conflict: string]: { readonly [what: string]: any } } = {
  ...Object.fromEntries(
    Object.entries(CONFLICT_OF_RULE).map(([rule, conflict]) => [conflict, OBJECT_CASES[rule]?.deny ?? {}]),
  ),
  "helm-hook": {
    "before a removal": hook("pre-delete"),
    "a test": hook("test", "Pod"),
    "at several times": hook("pre-install, pre-upgrade"),
  },
};
