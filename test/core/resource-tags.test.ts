import * as fc from "fast-check";
import { ApiObject, App as KubernetesApp, Chart, Size } from "cdk8s";
import { App, Testing, TerraformStack, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ResourceTags } from "../../lib/core/resource-tags";
import { tagsNow, type TaggingProps } from "../../lib/core/tagging";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { Egress } from "../../lib/network/egress/egress";
import { Port } from "../../lib/core/port";
import { OciProvider } from "../../lib/oci/provider";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LoadBalancerAccess, LoadBalancerType } from "../../lib/exposure/load-balancer-settings";
import { SecurityRuleManagement } from "../../lib/exposure/security-rule-management";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import {
  COMPARTMENT,
  newStack,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const DEFINED = { "Operations.CostCenter": "42" };
const IGNORED = ["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"];

function clusterOf(stack: TerraformStack, tags: TaggingProps = {}): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    ...tags,
  });
}

function poolOf(stack: TerraformStack, cluster: SecureOkeCluster, tags: TaggingProps = {}): PrivateNodePool {
  return new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test"),
    shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
    size: 1,
    egress: [Egress.to("10.200.0.0/16", Port.tcp(5432), { reason: "The database" })],
    ...tags,
  });
}

/** All resources of a stack that can have tags, with those that they have. */
function tagged(stack: TerraformStack): [string, { [key: string]: string }, { [key: string]: string }?][] {
  const { resource } = synthesized(stack);
  return Object.entries<object>(resource).flatMap(([type, all]) =>
    Object.entries<any>(all)
      .filter(([, body]) => body.freeform_tags !== undefined)
      .map(([id, body]): [string, any, any] => [`${type}.${id}`, body.freeform_tags, body.defined_tags]),
  );
}

describe("tags of a stack", () => {
  test("reach every resource that the library tags, made before or after, and take the place of none of its own", () => {
    const stack = newStack();
    const cluster = clusterOf(stack);
    ResourceTags.of(stack).add({ freeformTags: { team: "shop" }, definedTags: DEFINED });
    (cluster.network as ClusterNetwork).attachDrg({
      drgId: "ocid1.drg.oc1.eu-frankfurt-1.test",
      onPremisesCidrs: ["10.200.0.0/16"],
    });
    poolOf(stack, cluster);
    const all = tagged(stack);
    expect(all.length).toBeGreaterThan(15);
    for (const [, freeform, defined] of all) {
      expect(freeform).toMatchObject({ "managed-by": "secure-oke", team: "shop" });
      expect(defined).toEqual(DEFINED);
    }
    const [pool] = Object.values(resourcesOf(stack, "oci_containerengine_node_pool"));
    expect(pool.node_config_details.freeform_tags).toMatchObject({ team: "shop" });
    expect(pool.node_config_details.defined_tags).toEqual(DEFINED);
  });

  test("are not in another stack, and those of the App are in both", () => {
    const app = Testing.app();
    const [one, other] = ["one", "other"].map((id) => newStack(id, app)) as [TerraformStack, TerraformStack];
    ResourceTags.of(app).add({ freeformTags: { owner: "platform" } });
    ResourceTags.of(one).add({ freeformTags: { team: "shop" } });
    expect(ResourceTags.of(one).freeformTags).toEqual({ owner: "platform", team: "shop" });
    expect(ResourceTags.of(other).freeformTags).toEqual({ owner: "platform" });
    expect(ResourceTags.of(other).definedTags).toEqual({});
  });

  test("leave a program without any as it was", () => {
    const stack = newStack();
    clusterOf(stack);
    expect(JSON.stringify(synthesized(stack))).not.toContain("defined_tags");
  });
});

describe("of tags with one key", () => {
  test("the nearest scope's holds, and what a construct is given itself holds over all scopes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.constantFrom("a", "b", "c")), { minLength: 4, maxLength: 4 }),
        (values) => {
          const stack = new TerraformStack(Testing.app(), "stack");
          const inner = new Construct(new Construct(stack, "outer"), "inner");
          const scopes = [stack, inner.node.scope as Construct, inner];
          scopes.forEach((scope, index) => {
            const value = values[index];
            if (value)
              ResourceTags.of(scope).add({ freeformTags: { key: value }, definedTags: { "n.k": value } });
          });
          const [own] = values.slice(3);
          const props = own ? { freeformTags: { key: own }, definedTags: { "n.k": own } } : {};
          const expected = [...values].reverse().find((value) => value !== null);
          const { freeformTags, definedTags } = tagsNow(inner, props);
          expect([freeformTags.key, definedTags["n.k"]]).toEqual(
            [expected, expected].map((one) => one ?? undefined),
          );
        },
      ),
    );
  });

  test("the one that was added to a scope last holds", () => {
    const stack = newStack();
    ResourceTags.of(stack).add({ freeformTags: { team: "shop", tier: "one" } });
    ResourceTags.of(stack).add({ freeformTags: { team: "orders" } });
    expect(ResourceTags.of(stack).freeformTags).toEqual({ team: "orders", tier: "one" });
  });
});

describe("tags of a cluster", () => {
  const CLUSTER = { freeformTags: { team: "shop" }, definedTags: DEFINED };

  test("are on its node pools, their nodes and their groups, in another stack too", () => {
    const app = Testing.app();
    const [first, second] = [newStack("first", app), newStack("second", app)];
    const cluster = clusterOf(first, CLUSTER);
    ResourceTags.of(second).add({ freeformTags: { stage: "two" } });
    poolOf(second, cluster, { freeformTags: { pool: "general" } });
    const all = tagged(second);
    expect(all.map(([name]) => name.split(".")[0]).sort()).toEqual([
      "oci_containerengine_node_pool",
      "oci_core_network_security_group",
    ]);
    for (const [, freeform, defined] of all) {
      expect(freeform).toMatchObject({ team: "shop", stage: "two", pool: "general" });
      expect(defined).toEqual(DEFINED);
    }
  });

  test("lose against those of a pool and of the pool's own stack", () => {
    const stack = newStack();
    const cluster = clusterOf(stack, CLUSTER);
    const pool = poolOf(stack, cluster);
    ResourceTags.of(pool).add({ freeformTags: { team: "batch" } });
    const [body] = Object.values(resourcesOf(stack, "oci_containerengine_node_pool"));
    expect(body.freeform_tags.team).toBe("batch");
  });

  function shopOn(cluster: SecureOkeCluster, options: object = {}) {
    const shop = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
    const web = new HardenedDeployment(shop, "web", {
      image: ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"0123456789abcdef".repeat(4)}`),
      port: 8080,
    });
    web.exposeViaLoadBalancer({
      cluster,
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      tls: TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
      ...options,
    });
    return shop;
  }
  const notesOf = (chart: Chart, name = "web") =>
    (objectsOf(chart) as any[]).find(
      ({ kind, metadata }) => ["Service", "IngressClass"].includes(kind) && metadata.name === name,
    ).metadata.annotations ?? {};
  const tagNotes = (notes: object) =>
    Object.fromEntries(Object.entries(notes).filter(([name]) => name.includes("tags")));

  test("reach the load balancer that the controller makes, as JSON, the keys of a namespace together", () => {
    const stack = newStack();
    const cluster = clusterOf(stack, CLUSTER);
    const shop = shopOn(cluster);
    ResourceTags.of(stack).add({ definedTags: { "Operations.Owner": "platform", "Audit.Level": "2" } });
    expect(tagNotes(notesOf(shop))).toEqual({
      "oci.oraclecloud.com/initial-freeform-tags-override": '{"team":"shop"}',
      "oci.oraclecloud.com/initial-defined-tags-override":
        '{"Audit":{"Level":"2"},"Operations":{"CostCenter":"42","Owner":"platform"}}',
    });
  });

  test("reach a network load balancer by names of its own", () => {
    const cluster = clusterOf(newStack(), CLUSTER);
    const shop = shopOn(cluster, {
      type: LoadBalancerType.NETWORK_LOAD_BALANCER,
      tls: TlsTermination.atPod(),
    });
    const prefix = "oci-network-load-balancer.oraclecloud.com/initial-";
    expect(Object.keys(tagNotes(notesOf(shop)))).toEqual([
      `${prefix}defined-tags-override`,
      `${prefix}freeform-tags-override`,
    ]);
  });

  test("are on the group of a load balancer whose rules Terraform writes", () => {
    const stack = newStack();
    shopOn(clusterOf(stack, CLUSTER), { securityRules: SecurityRuleManagement.terraformManaged() });
    const groups = Object.values(resourcesOf(stack, "oci_core_network_security_group"));
    expect(groups.filter(({ freeform_tags: tags }) => tags.team === "shop")).toHaveLength(4);
  });

  test("are never in the options by which the controller finds its own group again", () => {
    const stack = newStack();
    clusterOf(stack, CLUSTER);
    const [{ options }] = Object.values(resourcesOf(stack, "oci_containerengine_cluster")) as [any];
    expect(Object.keys(options.service_lb_config)).toEqual(["backend_nsg_ids"]);
    expect(options.persistent_volume_config.freeform_tags.team).toBe("shop");
  });

  test("reach load balancers of Services and of ingress classes that others wrote, unless those have tags already", () => {
    const stack = newStack();
    const cluster = clusterOf(stack, CLUSTER);
    const chart = new Chart(new KubernetesApp(), "others");
    const service = (name: string, annotations?: { [key: string]: string }, type = "LoadBalancer") =>
      new ApiObject(chart, name, {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name, annotations },
        spec: { type, ports: [{ port: 80 }] },
      });
    service("plain");
    service("nlb", { "oci.oraclecloud.com/load-balancer-type": "NLB" });
    service("own", { "oci.oraclecloud.com/initial-freeform-tags-override": '{"team":"theirs"}' });
    service("inside", undefined, "ClusterIP");
    const ingressClass = (name: string, controller: string) =>
      new ApiObject(chart, name, {
        apiVersion: "networking.k8s.io/v1",
        kind: "IngressClass",
        metadata: { name },
        spec: { controller },
      });
    ingressClass("native", "oci.oraclecloud.com/native-ingress-controller");
    ingressClass("nginx", "k8s.io/ingress-nginx");
    cluster.addCdk8sChart("others", chart);
    const found = Object.fromEntries(
      ["plain", "nlb", "own", "inside", "native", "nginx"].map((name) => [
        name,
        Object.keys(tagNotes(notesOf(chart, name))),
      ]),
    );
    expect(found).toEqual({
      plain: [
        "oci.oraclecloud.com/initial-defined-tags-override",
        "oci.oraclecloud.com/initial-freeform-tags-override",
      ],
      nlb: [
        "oci-network-load-balancer.oraclecloud.com/initial-defined-tags-override",
        "oci-network-load-balancer.oraclecloud.com/initial-freeform-tags-override",
      ],
      own: ["oci.oraclecloud.com/initial-freeform-tags-override"],
      inside: [],
      native: [
        "oci-native-ingress.oraclecloud.com/defined-tags",
        "oci-native-ingress.oraclecloud.com/freeform-tags",
      ],
      nginx: [],
    });
  });
});

describe("tags that OCI would refuse", () => {
  test.each<[string, any, string]>([
    ["a key with a blank", { freeformTags: { "a b": "c" } }, "TAG_INVALID"],
    ["a defined key without namespace", { definedTags: { CostCenter: "42" } }, "TAG_INVALID"],
    ["no tags at all", undefined, "ATTRIBUTE_MISSING"],
  ])("are refused when they are added: %s", (_, tags, code) => {
    expect(problemCodesOf(() => ResourceTags.of(newStack()).add(tags))).toEqual([code]);
  });

  test.each<[string, any, string]>([
    ["nothing", undefined, "ATTRIBUTE_MISSING"],
    ["a text", "stack", "VALUE_INVALID"],
  ])("are never asked of %s", (_, scope, code) => {
    expect(problemCodesOf(() => ResourceTags.of(scope))).toEqual([code]);
  });

  test("are refused at synthesis where scopes and construct have too many together", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    const many = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "value"]));
    ResourceTags.of(app).add({ freeformTags: many("a", 4) });
    ResourceTags.of(stack).add({ freeformTags: many("b", 5) });
    new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
    const problems = validationProblemsOf(() => app.synth());
    expect(problems[0]).toMatchObject({ code: "TAG_INVALID", path: "stack/network" });
    expect(problems[0]?.what).toContain("11 free-form tags");
  });
});

describe("defined tags beside tag defaults of the tenancy", () => {
  function warningsOf(ignoreDefinedTags: string[] | undefined, tags: TaggingProps, alias?: string): string[] {
    const app = new App({ outdir: Testing.app().outdir });
    const stack = new TerraformStack(app, "stack");
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1", ignoreDefinedTags });
    if (alias) new OciProvider(stack, "home", { region: "eu-frankfurt-1", alias });
    new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, ...tags });
    app.synth();
    return stack.node.metadata.filter(({ type }) => type.includes("warn")).map(({ data }) => data as string);
  }

  test("are warned of, once a stack, where its provider ignores none, with what to write", () => {
    const [warning, ...others] = warningsOf(undefined, { definedTags: DEFINED });
    expect(others).toEqual([]);
    expect(warning).toContain("[ignore-defined-tags] stack/oci ignores no tags");
    expect(warning).toContain('ignoreDefinedTags: ["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"]');
    expect(warning).toContain("stack/network");
  });

  test("are warned of for each provider of the stack", () => {
    const warnings = warningsOf(IGNORED, { definedTags: DEFINED }, "home");
    expect(warnings).toEqual([expect.stringContaining("stack/home ignores no tags")]);
  });

  test("cause no warning where ignoreDefinedTags lists tags or is an empty list", () => {
    expect(warningsOf(IGNORED, { definedTags: DEFINED })).toEqual([]);
    expect(warningsOf([], { definedTags: DEFINED })).toEqual([]);
  });

  test("cause no warning where the program has no defined tags", () => {
    expect(warningsOf(undefined, { freeformTags: { team: "shop" } })).toEqual([]);
  });

  test("are warned of where the provider ignores them, since it would never write them", () => {
    const warnings = warningsOf(["operations.costcenter"], { definedTags: DEFINED });
    expect(warnings).toEqual([expect.stringContaining("ignores Operations.CostCenter, so it never writes")]);
  });

  test("are not warned of where a reference holds what is ignored", () => {
    const app = Testing.app();
    const stack = new TerraformStack(app, "stack");
    const { listValue } = new TerraformVariable(stack, "ignored", { type: "list(string)" });
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1", ignoreDefinedTags: listValue });
    new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT, definedTags: DEFINED });
    app.synth();
    expect(stack.node.metadata.filter(({ type }) => type.includes("warn"))).toEqual([]);
  });
});
