import { ApiObject, App, Chart, JsonPatch } from "cdk8s";
import * as plus from "cdk8s-plus-27";
import { Port } from "../../lib/core/port";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { IMAGE, newChart, objectOf } from "./support";

function shop() {
  const chart = newChart();
  const namespace = new SecureNamespace(chart, "namespace", { name: "shop" });
  const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
  const api = new HardenedDeployment(chart, "api", {
    image: IMAGE,
    port: 8443,
    sidecars: [{ name: "proxy", image: IMAGE }],
  });
  return { chart, namespace, web, api };
}

const child = (parent: HardenedDeployment | SecureNamespace, id: string) =>
  parent.node.findChild(id) as ApiObject;
const selects = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
  podSelector: { matchLabels: { "app.kubernetes.io/instance": name, "app.kubernetes.io/name": name } },
});

describe("a patch applies to", () => {
  test("any field of a Deployment, by its default child", () => {
    const { chart, api } = shop();
    expect(api.node.defaultChild).toBe(ApiObject.of(api));
    ApiObject.of(api).addJsonPatch(
      JsonPatch.replace("/spec/replicas", 1),
      JsonPatch.replace("/spec/template/spec/initContainers/0/resources/limits/memory", "1Gi"),
      JsonPatch.add("/spec/template/spec/containers/-", { name: "raw", image: "raw" }),
      JsonPatch.remove("/spec/template/spec/affinity"),
    );
    ApiObject.of(api).metadata.addAnnotation("example.com/owner", "shop");
    const { metadata, spec } = objectOf(chart, "Deployment", "api");
    expect(metadata.annotations).toEqual({ "example.com/owner": "shop" });
    expect(spec.replicas).toBe(1);
    expect(spec.template.spec.initContainers[0].resources.limits.memory).toBe("1Gi");
    expect(spec.template.spec.containers.map(({ name }: any) => name)).toEqual(["api", "raw"]);
    expect(spec.template.spec).not.toHaveProperty("affinity");
  });

  test("a Service", () => {
    const { chart, api } = shop();
    const service = api.exposeViaService();
    expect(service.node.defaultChild).toBe(ApiObject.of(service));
    ApiObject.of(service).addJsonPatch(JsonPatch.add("/spec/ports/-", { name: "metrics", port: 9090 }));
    expect(objectOf(chart, "Service").spec.ports).toHaveLength(2);
  });

  test("a Namespace, in a chart with or without a namespace", () => {
    for (const inNamespace of ["shop", ""]) {
      const chart = newChart(inNamespace);
      const namespace = new SecureNamespace(chart, "namespace", { name: "shop" });
      ApiObject.of(namespace).addJsonPatch(
        JsonPatch.replace("/metadata/labels/pod-security.kubernetes.io~1audit", "privileged"),
      );
      ApiObject.of(namespace).metadata.addLabel("team", "shop");
      expect(objectOf(chart, "Namespace").metadata.labels).toMatchObject({
        team: "shop",
        "pod-security.kubernetes.io/audit": "privileged",
        "pod-security.kubernetes.io/enforce": "restricted",
      });
    }
  });

  test("the supporting objects of a namespace", () => {
    const { chart, namespace } = shop();
    child(namespace, "Quota").addJsonPatch(JsonPatch.add("/spec/hard/count~1secrets", "10"));
    child(namespace, "AllowDns").addJsonPatch(
      JsonPatch.add("/spec/egress/-", { to: [{ ipBlock: { cidr: "169.254.20.10/32" } }] }),
    );
    expect(objectOf(chart, "ResourceQuota").spec.hard["count/secrets"]).toBe("10");
    expect(objectOf(chart, "NetworkPolicy", "allow-dns").spec.egress).toHaveLength(2);
  });

  test("a NetworkPolicy, before or after connections are declared", () => {
    const { chart, web, api } = shop();
    const rule = { from: [{ ipBlock: { cidr: "192.0.2.1/32" } }] };
    const ends = (ingress: any[]) => ingress.map(({ from }) => from[0]);
    api.connections.allowFrom(web, Port.tcp(8443));
    child(api, "NetworkPolicy").addJsonPatch(JsonPatch.add("/spec/ingress/-", rule));
    expect(ends(objectOf(chart, "NetworkPolicy", "api").spec.ingress)).toEqual([
      selects("web"),
      rule.from[0],
    ]);
    api.connections.allowFrom(
      plus.NetworkPolicyIpBlock.ipv4(chart, "office", "198.51.100.0/24"),
      Port.tcp(8443),
    );
    expect(ends(objectOf(chart, "NetworkPolicy", "api").spec.ingress)).toEqual([
      { ipBlock: { cidr: "198.51.100.0/24" } },
      selects("web"),
      rule.from[0],
    ]);
  });

  test("an object that was removed or replaced", () => {
    const { chart, web } = shop();
    web.node.tryRemoveChild("PodDisruptionBudget");
    new plus.k8s.KubePodDisruptionBudget(chart, "budget", {
      metadata: { name: "web" },
      spec: { minAvailable: plus.k8s.IntOrString.fromString("50%") },
    });
    expect(objectOf(chart, "PodDisruptionBudget", "web").spec).toEqual({ minAvailable: "50%" });
  });
});

describe("objects of cdk8s-plus in the chart", () => {
  test("can use a workload as the peer of their policies", () => {
    const { chart, api } = shop();
    const job = new plus.Deployment(chart, "job", { containers: [{ image: IMAGE.reference }] });
    const policy = new plus.NetworkPolicy(chart, "policy", {
      selector: job,
      egress: { default: plus.NetworkPolicyTrafficDefault.DENY },
    });
    policy.addEgressRule(api, [plus.NetworkPolicyPort.tcp(8443)]);
    api.connections.allowFrom(job, Port.tcp(8443));
    expect(ApiObject.of(policy).toJson().spec.egress).toEqual([
      { to: [selects("api")], ports: [{ port: 8443, protocol: "TCP" }] },
    ]);
    const [{ from }] = objectOf(chart, "NetworkPolicy", "api").spec.ingress;
    expect(from[0].podSelector).toEqual(objectOf(chart, "Deployment", ApiObject.of(job).name).spec.selector);
  });

  test("can connect to a workload with their own connections, which allow both sides", () => {
    const { chart, api } = shop();
    const job = new plus.Deployment(chart, "job", { containers: [{ image: IMAGE.reference }] });
    job.connections.allowTo(api, { ports: [plus.NetworkPolicyPort.tcp(8443)] });
    const policies = (chart.toJson() as any[]).filter(({ kind }) => kind === "NetworkPolicy");
    const labels = objectOf(chart, "Deployment", ApiObject.of(job).name).spec.selector;
    expect(policies.map(({ spec }) => spec)).toContainEqual(
      expect.objectContaining({
        podSelector: labels,
        egress: [expect.objectContaining({ to: [selects("api")] })],
      }),
    );
    expect(policies.map(({ spec }) => spec)).toContainEqual(
      expect.objectContaining({
        podSelector: selects("api").podSelector,
        ingress: [expect.objectContaining({ from: [expect.objectContaining({ podSelector: labels })] })],
      }),
    );
  });

  test("do not change a workload in another chart of the App", () => {
    const app = new App();
    const [front, back] = [newChart("front", app, "front"), new Chart(app, "back", { namespace: "back" })];
    const web = new HardenedDeployment(front, "web", { image: IMAGE, port: 8080 });
    const before = JSON.stringify(front.toJson());
    new plus.NetworkPolicy(back, "policy", { ingress: { rules: [{ peer: web }] } });
    expect(JSON.stringify(front.toJson())).toBe(before);
  });
});
