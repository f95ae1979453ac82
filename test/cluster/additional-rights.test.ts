import { App as KubernetesApp, Chart } from "cdk8s";
import { type TerraformStack } from "cdktf";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NativeIngressController } from "../../lib/cluster/native-ingress-controller";
import { NodeRegistryAccess } from "../../lib/cluster/node-registry-access";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ResourceTags } from "../../lib/core/resource-tags";
import { BlockVolumeClass } from "../../lib/workload/pods/persistent-volumes";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { COMPARTMENT, newStack, problemCodesOf, resourcesOf, synthesized } from "../support/stack";
import { IMAGE, problemsAtSynthesis } from "../workload/support";
import { existingCluster } from "../exposure/load-balancer-support";

const KEY = "ocid1.key.oc1.eu-frankfurt-1.vault.test";
const EDGE = "ocid1.compartment.oc1..edge";
const TENANCY = "ocid1.tenancy.oc1..test";

const newCluster = (stack: TerraformStack, props: object = {}) =>
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    ...props,
  });

/** The statements of the policies whose description has a word, by the compartments that they are attached to. */
function statements(stack: TerraformStack, word: string): [string, string[]][] {
  return Object.values(resourcesOf(stack, "oci_identity_policy"))
    .filter(({ description }) => description.includes(word))
    .map(({ compartment_id, statements }) => [compartment_id, statements]);
}

/** The id and the first lines of the warnings of a cluster. */
function warningsOf({ node }: ISecureOkeCluster, id: string): string[] {
  return node.metadata.map(({ data }) => String(data)).filter((text) => text.startsWith(`[${id}]`));
}

const newChart = (id = "shop") => new Chart(new KubernetesApp(), id, { namespace: id });
describe("a BlockVolumeClass with a key", () => {
  const addVolumeClasses = (cluster: ISecureOkeCluster, props: object = {}, ids = ["encrypted"]) => {
    const chart = newChart();
    for (const one of ids) new BlockVolumeClass(chart, one, { name: one, kmsKeyId: KEY, ...props });
    cluster.addCdk8sChart("shop", chart);
  };

  test("lets the cluster and the block volume service use only that key, with one policy", () => {
    const stack = newStack();
    addVolumeClasses(newCluster(stack), {}, ["encrypted", "fast"]);
    const [[compartment, all] = [], ...others] = statements(stack, "block volumes");
    expect(others).toEqual([]);
    expect(compartment).toBe(COMPARTMENT);
    expect(all).toEqual([
      expect.stringMatching(
        /^Allow any-user to use key-delegates in compartment id ocid1\.compartment\.oc1\.\.test where all \{request\.principal\.type = 'cluster', request\.principal\.id = '\$\{oci_containerengine_cluster\.\w+\.id\}', target\.key\.id = 'ocid1\.key\.oc1\.eu-frankfurt-1\.vault\.test'\}$/,
      ),
      `Allow service blockstorage to use keys in compartment id ${COMPARTMENT} where target.key.id = '${KEY}'`,
    ]);
  });

  test("has its policy in the compartment of the key", () => {
    const stack = newStack();
    addVolumeClasses(newCluster(stack), { keyCompartmentId: EDGE });
    expect(statements(stack, "block volumes").map(([where]) => where)).toEqual([EDGE]);
  });

  test("gives one warning with the statements for an imported cluster", () => {
    const stack = newStack();
    const cluster = existingCluster(stack);
    addVolumeClasses(cluster, {}, ["encrypted", "fast"]);
    expect(statements(stack, "block volumes")).toEqual([]);
    expect(warningsOf(cluster, "cluster-rights")).toEqual([
      expect.stringMatching(
        /use key-delegates in compartment id <OCID of the compartment> where all .*; Allow service blockstorage to use keys/,
      ),
    ]);
  });

  test("gives a warning with the statements if plain cdk8s writes its chart", () => {
    const emitted = jest.spyOn(process, "emitWarning").mockImplementation();
    const chart = newChart();
    new BlockVolumeClass(chart, "encrypted", { name: "encrypted", kmsKeyId: KEY });
    new BlockVolumeClass(chart, "plain", { name: "plain" });
    for (let time = 0; time < 2; time++) expect(problemsAtSynthesis(chart)).toEqual([]);
    expect(emitted.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^shop\/encrypted: the chart was added to no cluster.*\n.*\n.*principal\.id = '<OCID of the cluster>'/,
        ),
        { type: "SecureOkeWarning", code: "cluster-rights" },
      ],
    ]);
    emitted.mockRestore();
  });

  test("without a key grants nothing and refuses a compartment of the key", () => {
    const stack = newStack();
    addVolumeClasses(newCluster(stack), { kmsKeyId: undefined });
    expect(statements(stack, "block volumes")).toEqual([]);
    const both = () => new BlockVolumeClass(newChart(), "one", { name: "one", keyCompartmentId: EDGE });
    expect(problemCodesOf(both)).toEqual(["ATTRIBUTE_MISSING"]);
  });
});

describe("a load balancer in a separate compartment", () => {
  const exposed = (cluster: ISecureOkeCluster, compartmentId: string, access: LoadBalancerAccess) => {
    const chart = newChart();
    const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
    const tls = TlsTermination.atLoadBalancer({ secretName: "web-tls" });
    web.exposeViaLoadBalancer({ cluster, access, tls, compartmentId });
    cluster.addCdk8sChart("shop", chart);
  };
  const internal = LoadBalancerAccess.internalFrom(["10.0.0.0/8"]);
  const rightsIn = (stack: TerraformStack) =>
    statements(stack, "load balancers in a separate compartment").map(([where, all]) => [
      where,
      all.map((text) => /to (.*) in compartment id (\S+) where/.exec(text)?.slice(1).join(" @ ")),
    ]);

  test("grants the cluster the rights of the cloud controller there", () => {
    const stack = newStack();
    exposed(newCluster(stack), EDGE, internal);
    expect(rightsIn(stack)).toEqual([
      [
        EDGE,
        ["manage load-balancers", "manage network-load-balancers", "manage network-security-groups"].map(
          (one) => `${one} @ ${EDGE}`,
        ),
      ],
    ]);
  });

  test("grants no additional rights in the compartment of the cluster", () => {
    const stack = newStack();
    exposed(newCluster(stack), COMPARTMENT, internal);
    expect(rightsIn(stack)).toEqual([]);
  });

  test("gives a warning with the statements for an imported cluster", () => {
    const stack = newStack();
    const cluster = existingCluster(stack);
    exposed(cluster, EDGE, internal);
    expect(rightsIn(stack)).toEqual([]);
    expect(warningsOf(cluster, "cluster-rights")).toEqual([
      expect.stringContaining(`Allow any-user to manage load-balancers in compartment id ${EDGE} where all`),
    ]);
  });
});

test("the cluster may not move the groups that it manages to another compartment", () => {
  const stack = newStack();
  newCluster(stack);
  const all = statements(stack, "security groups").flatMap(([, texts]) => texts);
  const managing = all.filter((text) => text.includes("manage network-security-groups"));
  expect(managing).toHaveLength(1);
  expect(managing[0]).toMatch(/, request\.permission != 'NETWORK_SECURITY_GROUP_MOVE'\}$/);
});

describe("defined tags", () => {
  const tagged = (props: object = {}) => {
    const stack = newStack();
    const cluster = newCluster(stack, props);
    new NativeIngressController(stack, "ingress", { cluster });
    ResourceTags.of(stack).add({ definedTags: { "Operations.CostCenter": "42" } });
    return stack;
  };

  test("of the native ingress controller are granted to its workload, for their namespace only", () => {
    expect(statements(tagged({ tenancyId: TENANCY }), "native ingress controller write")).toEqual([
      [
        TENANCY,
        [
          expect.stringMatching(
            /^Allow any-user to use tag-namespaces in tenancy where all \{request\.principal\.type = 'workload', request\.principal\.namespace = 'native-ingress-controller-system', .*target\.tag-namespace\.name = 'Operations'\}$/,
          ),
        ],
      ],
    ]);
  });

  test("of the native ingress controller give a warning with the statement if the tenancy is unknown", () => {
    const stack = tagged();
    synthesized(stack);
    const all = stack.node.findAll().flatMap(({ node }) => node.metadata.map(({ data }) => String(data)));
    expect(all).toContainEqual(
      expect.stringMatching(/^\[tag-namespaces\] stack\/ingress has defined tags.*'workload'/),
    );
  });

  test("of nodes that pull images are granted to the node pools of the compartment", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    new NodeRegistryAccess(stack, "registry", {
      cluster,
      tenancyId: TENANCY,
      repositories: ["web"],
      nodeTag: "Operations.NodeRole",
    });
    expect(statements(stack, "put the tag on their nodes")).toEqual([
      [
        TENANCY,
        [
          `Allow any-user to use tag-namespaces in tenancy where all {request.principal.type = 'nodepool', request.principal.compartment.id = '${COMPARTMENT}', target.tag-namespace.name = 'Operations'}`,
        ],
      ],
    ]);
  });
});
