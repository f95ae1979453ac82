import { Acknowledgements } from "../../lib/core/acknowledgement";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { problemCodesOf } from "../support/stack";
import { objectOf } from "../workload/support";
import { ENDPOINT, existingCluster, externalSecretsIn, imageOf } from "./secrets-support";

const tcp = (port: number) => ({ port, protocol: "TCP" });

describe("the External Secrets Operator", () => {
  const chart = externalSecretsIn();
  const ofKind = (kind: string) => (objectsOf(chart) as any[]).filter((one) => one.kind === kind);

  test("watches one namespace, with everything off that workloads do not need", () => {
    const { args } = objectOf(chart, "Deployment").spec.template.spec.containers[0];
    expect(args).toEqual(
      expect.arrayContaining([
        "--namespace=shop",
        "--enable-cluster-store-reconciler=false",
        "--enable-cluster-external-secret-reconciler=false",
        "--enable-push-secret-reconciler=false",
        "--enable-cluster-push-secret-reconciler=false",
      ]),
    );
    expect(ofKind("Service")).toEqual([]);
    expect(ofKind("ValidatingWebhookConfiguration")).toEqual([]);
  });

  test("has rights in that namespace and over its own lease, none in the whole cluster, and creates no tokens by itself", () => {
    expect(ofKind("ClusterRole")).toEqual([]);
    const roles = ofKind("Role");
    expect(roles.map(({ metadata }) => metadata.namespace).sort()).toEqual(["external-secrets", "shop"]);
    const resources = roles.flatMap(({ rules }) => rules.flatMap((rule: any) => rule.resources));
    expect(resources).toContain("secrets");
    expect(resources).not.toContain("serviceaccounts/token");
    expect(Acknowledgements.of(chart)).toContainEqual(
      expect.objectContaining({
        practice: "least-privilege",
        what: "reading and writing all Secrets of the namespace shop",
      }),
    );
  });

  test("connects to the API endpoint on TCP 6443 and 12250, and to OCI Vault", () => {
    const { egress, ingress } = objectOf(chart, "NetworkPolicy", "external-secrets").spec;
    expect(egress.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: "134.70.24.0/21" } }], ports: [tcp(443)] },
      { to: [{ ipBlock: { cidr: ENDPOINT } }], ports: [tcp(6443), tcp(12250)] },
    ]);
    expect(ingress).toEqual([]);
  });

  test("accepts stores of OCI Vault with workload identity only", () => {
    const { spec } = objectOf(chart, "CustomResourceDefinition", "secretstores.external-secrets.io");
    const { provider } = spec.versions[0].schema.openAPIV3Schema.properties.spec.properties;
    expect(Object.keys(provider.properties)).toEqual(["oracle"]);
    expect(provider.properties.oracle.properties.principalType.enum).toEqual(["Workload"]);
    expect(provider.properties.oracle.required).toContain("region");
    expect(provider.properties.oracle.properties.auth).toBeUndefined();
  });

  test("comes without its kinds for a second namespace", () => {
    const second = externalSecretsIn({ installDefinitions: false, watchedNamespace: "billing" });
    expect((objectsOf(second) as any[]).filter((one) => one.kind === "CustomResourceDefinition")).toEqual([]);
  });

  test.each<[string, object, string]>([
    ["no namespace to watch", { watchedNamespace: undefined }, "NAME_INVALID"],
    ["its own namespace", { watchedNamespace: "external-secrets" }, "NAME_INVALID"],
    ["an invalid namespace", { watchedNamespace: "A b" }, "NAME_INVALID"],
    ["another version", { image: imageOf("external-secrets:v0.9.0") }, "IMAGE_INVALID"],
    ["no ranges", { oracleServices: undefined }, "ATTRIBUTE_MISSING"],
  ])("is refused %s", (_, props, code) => {
    expect(problemCodesOf(() => externalSecretsIn(props))).toContain(code);
  });

  test("is rejected in a chart without a namespace", () => {
    expect(problemCodesOf(() => externalSecretsIn({}, existingCluster(), ""))).toEqual(["ATTRIBUTE_MISSING"]);
  });
});
