import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App as KubernetesApp, Chart, Yaml } from "cdk8s";
import { Testing, type TerraformStack } from "cdktf";
import {
  ContainerImage,
  HardenedCronJob,
  HardenedDeployment,
  KubernetesVersion,
  OracleServiceRanges,
  PolicyCondition,
  PolicyLocation,
  PolicyResourceType,
  PolicyVerb,
  PrivateBucket,
  SecureOkeCluster,
} from "../../lib";
import { COMPARTMENT, newStack, problemCodesOf, resourcesOf, synthesized } from "../support/stack";

const IMAGE = ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"a".repeat(64)}`);
const KEY = "ocid1.key.oc1.eu-frankfurt-1.vault.test";
const topics = {
  verb: PolicyVerb.USE,
  resourceType: PolicyResourceType.ONS_TOPICS,
  location: PolicyLocation.compartment("ocid1.compartment.oc1..topics"),
  condition: PolicyCondition.equalTo("target.topic.name", "orders"),
};

function clusterIn(stack: TerraformStack): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });
}

const chartOf = (namespace?: string) => new Chart(new KubernetesApp(), "shop", { namespace });
const webIn = (chart: Chart) => new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });

function policiesIn(stack: TerraformStack): { [id: string]: any } {
  const all = Object.entries(resourcesOf(stack, "oci_identity_policy"));
  return Object.fromEntries(all.filter(([id]) => id.startsWith("cluster_Access")));
}

const WHO =
  "request.principal.type = 'workload', request.principal.namespace = 'shop', " +
  "request.principal.service_account = 'web', request.principal.cluster_id = '${oci_containerengine_cluster.cluster_";

describe("the connection of a workload with a grant", () => {
  test.each([
    ["nowhere", () => undefined, ["workload-grant"]],
    [
      "to Oracle's services",
      (web: HardenedDeployment) =>
        web.connections.allowToOracleServices(OracleServiceRanges.of(["134.70.24.0/21"])),
      [],
    ],
  ])("%s", (_, allow, warnings) => {
    const warn = jest.spyOn(process, "emitWarning").mockImplementation();
    const app = Testing.app();
    const stack = newStack("stack", app);
    const chart = chartOf("shop");
    const web = webIn(chart);
    web.grant(topics);
    web.grant({ ...topics, verb: PolicyVerb.READ });
    clusterIn(stack).addCdk8sChart("shop", chart);
    allow(web);
    app.synth();
    const codes = warn.mock.calls.map(([, options]) => (options as { code?: string }).code);
    expect(codes.filter((code) => code === "workload-grant")).toEqual(warnings);
    warn.mockRestore();
  });
});

describe("a grant for a workload", () => {
  test.each([
    ["a basic cluster", { clusterType: "BASIC_CLUSTER" }, ["VALUE_INVALID", "ATTRIBUTE_MISSING"]],
    ["a cluster whose network is unknown", {}, ["ATTRIBUTE_MISSING"]],
  ])("is refused when the chart is added to %s", (_, attributes, codes) => {
    const cluster = SecureOkeCluster.fromClusterAttributes(newStack(), "cluster", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.test",
      compartmentId: COMPARTMENT,
      ...attributes,
    });
    const chart = chartOf("shop");
    webIn(chart).grant(topics);
    expect(problemCodesOf(() => cluster.addCdk8sChart("shop", chart))).toEqual(codes);
  });

  test("applies to its service account in its cluster, added before or after", () => {
    const written = [false, true].map((isAddedFirst) => {
      const stack = newStack();
      const cluster = clusterIn(stack);
      const chart = chartOf("shop");
      const web = webIn(chart);
      if (isAddedFirst) cluster.addCdk8sChart("shop", chart);
      web.grant(topics);
      if (!isAddedFirst) cluster.addCdk8sChart("shop", chart);
      return JSON.stringify(policiesIn(stack));
    });
    expect(written[0]).toBe(written[1]);
    const [policy, ...more] = Object.values(JSON.parse(written[0] ?? "")) as any[];
    expect(more).toEqual([]);
    expect(policy).toMatchObject({ compartment_id: "ocid1.compartment.oc1..topics" });
    const [statement] = policy.statements as string[];
    expect(statement).toContain(
      "Allow any-user to use ons-topics in compartment id ocid1.compartment.oc1..topics where all {",
    );
    expect(statement).toContain(WHO);
    expect(statement).toMatch(/, target\.topic\.name = 'orders'\}$/);
  });

  test("in one compartment creates one policy without duplicate statements", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const chart = chartOf("shop");
    const web = webIn(chart);
    const bucket = new PrivateBucket(stack, "assets", { compartmentId: COMPARTMENT, kmsKeyId: KEY });
    bucket.grantRead(web);
    bucket.grantRead(web);
    bucket.grantWrite(web);
    cluster.addCdk8sChart("shop", chart);
    const [policy, ...more] = Object.values(policiesIn(stack));
    expect(more).toEqual([]);
    expect(policy.statements).toEqual([
      expect.stringMatching(/ read objects .* target\.bucket\.name = 'stack-assets'\}$/),
      expect.stringMatching(/ manage objects .* any \{request\.permission = 'OBJECT_CREATE', /),
    ]);
  });

  test("allows egress to the control plane only", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const chart = chartOf("shop");
    const web = webIn(chart);
    new HardenedDeployment(chart, "api", { image: IMAGE, port: 8080 });
    web.grant(topics);
    web.grant({ ...topics, verb: PolicyVerb.READ });
    cluster.addCdk8sChart("shop", chart);
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-grants-")), "manifests.yaml");
    fs.writeFileSync(file, synthesized(stack).output.shop_manifests.value as string);
    const policies = (Yaml.load(file) as any[]).filter(({ kind }) => kind === "NetworkPolicy");
    const egressOf = (name: string) =>
      policies.find(({ metadata }) => metadata.name === name).spec.egress as object[];
    const toControlPlane = {
      to: [{ ipBlock: { cidr: cluster.network.apiEndpointSubnet.cidr } }],
      ports: [{ port: 12250, protocol: "TCP" }],
    };
    expect(egressOf("web")).toContainEqual(toControlPlane);
    expect(egressOf("web")).toHaveLength(egressOf("api").length + 1);
  });

  test("works with every kind of workload", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const chart = chartOf("shop");
    new HardenedCronJob(chart, "report", { image: IMAGE, schedule: "0 4 * * *" }).grant(topics);
    cluster.addCdk8sChart("shop", chart);
    expect(JSON.stringify(policiesIn(stack))).toContain("request.principal.service_account = 'report'");
  });
});

describe("a grant for a workload is refused for", () => {
  test.each([
    ["nothing", undefined],
    ["a verb alone", { verb: PolicyVerb.USE }],
  ])("%s", (_, grant) => {
    expect(problemCodesOf(() => webIn(chartOf("shop")).grant(grant as never))).toContain("ATTRIBUTE_MISSING");
  });

  test("a chart without a namespace", () => {
    expect(problemCodesOf(() => webIn(chartOf()).grant(topics))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("a chart that was added to no cluster, at synthesis", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    clusterIn(stack);
    const chart = chartOf("shop");
    webIn(chart).grant(topics);
    expect(problemCodesOf(() => app.synth())).toEqual(["CHART_NOT_ADDED"]);
  });

  test("more statements than a policy can contain", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const chart = chartOf("shop");
    const web = webIn(chart);
    cluster.addCdk8sChart("shop", chart);
    const grant = (index: number) =>
      web.grant({ ...topics, condition: PolicyCondition.equalTo("target.topic.name", `topic-${index}`) });
    for (let index = 0; index < 50; index++) grant(index);
    expect(problemCodesOf(() => grant(50))).toEqual(["STATEMENT_LIMIT"]);
  });

  test("the whole tenancy if the cluster does not have its OCID", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const chart = chartOf("shop");
    const web = webIn(chart);
    cluster.addCdk8sChart("shop", chart);
    const location = PolicyLocation.tenancy({ reason: "A test" });
    expect(problemCodesOf(() => web.grant({ ...topics, location }))).toEqual(["ATTRIBUTE_MISSING"]);
  });
});
