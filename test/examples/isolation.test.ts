import { Yaml } from "cdk8s";
import * as fs from "node:fs";
import * as path from "node:path";
import { EXAMPLES } from "../support/examples";
import { goldenFolder, storedGoldens } from "../support/goldens";

const root = path.join(__dirname, "..", "..");
const DNS_PORT = 53;
// Namespaces of OKE add-ons, whose pods have labels that the library doesn't choose. Their policies select all pods.
const ADD_ON_NAMESPACES = ["cert-manager"];

const policies = EXAMPLES.flatMap((name) =>
  Object.keys(storedGoldens(name))
    .filter((file) => /^manifests\/.*\.yaml$/.test(file))
    .flatMap((file) => Yaml.load(path.join(goldenFolder(name), file)))
    .filter(
      ({ kind, metadata }) => kind === "NetworkPolicy" && !ADD_ON_NAMESPACES.includes(metadata.namespace),
    )
    .map((policy) => ({ policy, title: `${name}: ${policy.metadata.namespace}/${policy.metadata.name}` })),
);

/** The labels that docs/lifecycle.md removes from a pod to isolate it. */
function removedLabels(): string[] {
  const guide = fs.readFileSync(path.join(root, "docs", "lifecycle.md"), "utf8");
  const command = /kubectl label pod .*/.exec(guide)?.[0] ?? "";
  return [...command.matchAll(/ ([\w./]+)-(?= |$)/g)].map(([, label]) => label as string);
}

/** Whether a NetworkPolicy allows no traffic except DNS. */
function allowsDnsOnly({ spec }: any): boolean {
  const ports = (spec.egress ?? []).flatMap((rule: any) => rule.ports ?? [{ port: "any" }]);
  return spec.ingress === undefined && ports.every(({ port }: any) => port === DNS_PORT);
}

test("the guide for an incident names the labels that the workloads select by", () => {
  expect(removedLabels().sort()).toEqual(["app.kubernetes.io/instance", "app.kubernetes.io/name"]);
  expect(policies.length).toBeGreaterThan(50);
});

test("the NetworkPolicies of the examples allow only DNS for a pod whose workload labels were removed", () => {
  const removed = removedLabels();
  const stillSelecting = policies.filter(({ policy }) => {
    const { matchLabels = {}, matchExpressions = [] } = policy.spec.podSelector;
    const needed = [
      ...Object.keys(matchLabels),
      ...matchExpressions
        .filter(({ operator }: any) => ["In", "Exists"].includes(operator))
        .map(({ key }: any) => key),
    ];
    return !needed.some((label) => removed.includes(label));
  });
  expect(stillSelecting.length).toBeGreaterThan(0);
  expect(stillSelecting.filter(({ policy }) => !allowsDnsOnly(policy)).map(({ title }) => title)).toEqual([]);
});
