import { Size } from "cdk8s";
import { Testing, TerraformVariable, Token, type TerraformStack } from "cdktf";
import { ClusterEncryption } from "../../lib/encryption/cluster-encryption";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterSecurityGroups } from "../../lib/network/security-groups/cluster-security-groups";
import { RegionServices } from "../../lib/network/vcn/region-services";
import { OciProvider } from "../../lib/oci/provider";
import { COMPARTMENT, newStack, onlyResource, validationProblemsOf, problemCodesOf } from "../support/stack";

const CLUSTER = "ocid1.cluster.oc1.eu-frankfurt-1.test";
const IMAGE = "ocid1.image.oc1.eu-frankfurt-1.test";
const VCN = "ocid1.vcn.oc1.eu-frankfurt-1.test";
const image = NodeImage.of(IMAGE);
const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
const kubernetesVersion = KubernetesVersion.V1_34;
const minimal = { compartmentId: COMPARTMENT, kubernetesVersion };
const regionServices = RegionServices.of({
  serviceId: "ocid1.service.oc1.fra.test",
  cidrLabel: "all-fra-services-in-oracle-services-network",
});

/** As a program in plain JavaScript calls: with anything. */
const make: { [kind: string]: (stack: TerraformStack, props?: any) => unknown } = {
  cluster: (stack, props) => new SecureOkeCluster(stack, "it", props),
  "imported cluster": (stack, props) => SecureOkeCluster.fromClusterAttributes(stack, "it", props),
  pool: (stack, props) => new PrivateNodePool(stack, "it", props),
  key: (stack, props) =>
    new ClusterEncryption(stack, "it", props && { ...props, kubernetesVersion: undefined }),
  groups: (stack, props) => new ClusterSecurityGroups(stack, "it", props),
};

const whats = (kind: string, props?: object | null, stack = newStack()) =>
  validationProblemsOf(() => make[kind]!(stack, props)).map(({ what }) => what);

describe("a missing prop", () => {
  test.each<[string, string[]]>([
    ["cluster", ["compartmentId was not given", "kubernetesVersion was not given"]],
    ["imported cluster", ["clusterId was not given"]],
    ["pool", ["cluster", "shape", "image", "size"].map((name) => `${name} was not given`)],
    ["key", ["compartmentId was not given"]],
    ["groups", ["regionServices was not given", "compartmentId was not given", "vcnId was not given"]],
  ])("of a %s is reported together with all others", (kind, expected) => {
    expect(whats(kind, {})).toEqual(expected);
    for (const props of [undefined, null]) expect(whats(kind, props).at(0)).toMatch(/ was not given$/);
  });

  test("of a factory is refused", () => {
    expect(problemCodesOf(() => NodeImage.of(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => KubernetesVersion.of(undefined as never))).toEqual(["VERSION_UNKNOWN"]);
    expect(problemCodesOf(() => NodeShape.fixed(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(validationProblemsOf(() => (NodeShape as any).flexible()).map(({ what }) => what)).toEqual([
      "name was not given",
      "size was not given",
    ]);
    expect(problemCodesOf(() => NodeShape.flexible("VM.X.Flex", {} as never))).toEqual([
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
    ]);
    expect(problemCodesOf(() => NodeShape.flexible("VM.X.Flex", undefined as never))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    expect(problemCodesOf(() => EndpointAccess.privateFrom(undefined as never))).toContain(
      "ATTRIBUTE_MISSING",
    );
    const publicFor = (choice: unknown) => () => EndpointAccess.publicFrom(["192.0.2.0/24"], choice as never);
    for (const choice of [undefined, null])
      expect(problemCodesOf(publicFor(choice))).toEqual(["REASON_MISSING"]);
    expect(problemCodesOf(publicFor("because"))).toEqual(["VALUE_INVALID"]);
  });
});

describe("a value of another kind", () => {
  test("is refused by a node pool with an example of the right value", () => {
    const cluster = SecureOkeCluster.fromClusterAttributes(newStack(), "c", { clusterId: CLUSTER });
    const problems = validationProblemsOf(() =>
      make.pool!(newStack(), {
        cluster: CLUSTER,
        kubernetesVersion: "v1.34.1",
        shape: "BM.Standard.E5.192",
        image: IMAGE,
        size: "3",
        availabilityDomains: "x:AD-1",
        securityGroups: [cluster],
        podSecurityGroups: cluster,
      }),
    );
    expect(problems.map(({ code, property }) => `${code} ${property}`)).toEqual([
      "VALUE_INVALID cluster",
      "VALUE_INVALID shape",
      "COUNT_INVALID size",
      "COUNT_INVALID availabilityDomains",
      "VALUE_INVALID securityGroups[0]",
      "VALUE_INVALID podSecurityGroups",
      "VALUE_INVALID image",
      "VALUE_INVALID kubernetesVersion",
    ]);
    expect(problems[1]!.fix).toBe("Write NodeShape.flexible(…) or NodeShape.fixed(…)");
  });

  test("is refused by a cluster", () => {
    const props = {
      ...minimal,
      kubernetesVersion: "1.34",
      network: VCN,
      endpointAccess: "private",
      encryption: "ocid1.key.oc1.fra.test",
      homeRegionProvider: "eu-frankfurt-1",
    };
    const problems = validationProblemsOf(() => make.cluster!(newStack(), props));
    expect(problems.map(({ code, property }) => [code, property])).toEqual(
      ["kubernetesVersion", "network", "endpointAccess", "encryption", "homeRegionProvider"].map((name) => [
        "VALUE_INVALID",
        name,
      ]),
    );
    expect(problems[0]?.fix).toContain("KubernetesVersion.of(");
  });

  test("is refused by a cluster even if it resembles an EndpointAccess", () => {
    const endpointAccess = { isPublic: true, _peers: [], reason: "" };
    const problems = validationProblemsOf(() => make.cluster!(newStack(), { ...minimal, endpointAccess }));
    expect(problems.map(({ code, what }) => [code, what.split(" ")[0]])).toEqual([
      ["VALUE_INVALID", "endpointAccess"],
    ]);
  });

  test("is refused by an imported cluster", () => {
    const problems = validationProblemsOf(() =>
      make["imported cluster"]!(newStack(), {
        clusterId: CLUSTER,
        kubernetesVersion: "v1.33.1",
        workerSecurityGroup: "ocid1.networksecuritygroup.oc1.fra.test",
      }),
    );
    expect(problems.map(({ code }) => code)).toEqual(["VALUE_INVALID", "VALUE_INVALID"]);
  });

  test("is refused even if it resembles a version", () => {
    const version = { version: "1.20", minor: 20, isOlderThan: () => false };
    const problems = validationProblemsOf(() =>
      make.cluster!(newStack(), { ...minimal, kubernetesVersion: version }),
    );
    expect(problems.map(({ code, property }) => `${code} ${property}`)).toEqual([
      "VALUE_INVALID kubernetesVersion",
    ]);
  });

  test("is refused as labels and as tags", () => {
    for (const labels of ["web", ["web"]]) {
      const what = validationProblemsOf(() => make.pool!(newStack(), { image, shape, size: 1, labels })).map(
        (one) => one.what,
      );
      expect(what).toContain(`labels is ${JSON.stringify(labels)}`);
    }
    const tagged = validationProblemsOf(() =>
      make.key!(newStack(), { compartmentId: COMPARTMENT, freeformTags: ["a"] }),
    );
    expect(tagged).toMatchObject([{ code: "TAG_INVALID", what: 'freeformTags is ["a"]' }]);
  });

  test("is accepted if it comes from another copy of the library", () => {
    const copy = { version: "v1.34.10", minor: 34, patch: 10, isOlderThan: () => false };
    expect(() => make.cluster!(newStack(), { ...minimal, kubernetesVersion: copy })).not.toThrow();
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", minimal);
    const props = { cluster, image, shape, size: 1, kubernetesVersion: copy };
    expect(validationProblemsOf(() => make.pool!(stack, { ...props, labels: null }))).toMatchObject([
      { code: "VALUE_INVALID", what: "labels is null", fix: "Leave it out to get its default" },
    ]);
    expect(() => make.pool!(stack, props)).not.toThrow();
  });
});

test("a text too long for the rules of a public endpoint, or with a template in it, is refused", () => {
  const access = (reason: string) => () => EndpointAccess.publicFrom(["192.0.2.0/24"], { reason });
  expect(problemCodesOf(access("x".repeat(256)))).toEqual(["RULE_REASON_LENGTH"]);
  expect(problemCodesOf(access("${why}"))).toEqual(["TEXT_TEMPLATE"]);
  expect(access("x".repeat(255))).not.toThrow();
});

test.each<[string, string, object]>([
  ["cluster", "clusterName", minimal],
  ["key", "displayName", { compartmentId: COMPARTMENT }],
  ["groups", "displayName", { compartmentId: COMPARTMENT, vcnId: VCN, regionServices }],
])("the name of a %s can't be blank, too long, or a template", (kind, name, props) => {
  const codes = (value: string) => problemCodesOf(() => make[kind]!(newStack(), { ...props, [name]: value }));
  expect(codes(" ")).toEqual(["NAME_INVALID"]);
  expect(codes("x".repeat(256))).toEqual(["NAME_INVALID"]);
  expect(codes("${shop}")).toEqual(["TEXT_TEMPLATE"]);
  expect(() => make[kind]!(newStack(), { ...props, [name]: "x".repeat(255) })).not.toThrow();
});

describe("a pool", () => {
  const pool = (props: object) => {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", minimal);
    return validationProblemsOf(() => make.pool!(stack, { cluster, image, shape, size: 1, ...props })).map(
      ({ code, what }) => `${code}: ${what}`,
    );
  };

  test("accepts complete names of availability domains only", () => {
    expect(pool({ availabilityDomains: ["AD-1", "", undefined, 1, "Uocm:PHX-AD-1"] })).toEqual(
      ['"AD-1"', '""', "undefined", "1"].map(
        (name, index) => `NAME_INVALID: availabilityDomains[${index}] is ${name}`,
      ),
    );
    expect(pool({ availabilityDomains: ["${x}"] })).toEqual([expect.stringContaining("TEXT_TEMPLATE")]);
  });

  test("counts no addresses for invalid numbers", () => {
    expect(pool({ maxPodsPerNode: NaN, size: 2.5 })).toEqual([
      "COUNT_INVALID: size is 2.5",
      "COUNT_INVALID: maxPodsPerNode is NaN",
    ]);
  });
});

test("a label of nodes may be a reference to a Terraform value", () => {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", minimal);
  const tier = new TerraformVariable(stack, "tier", {}).stringValue;
  make.pool!(stack, { cluster, image, shape, size: 1, labels: { tier } });
  const pool = onlyResource(stack, "oci_containerengine_node_pool");
  expect(pool.initial_node_labels).toEqual([{ key: "tier", value: "${var.tier}" }]);
});

describe("a refused construct", () => {
  test.each<[string, object, object]>([
    ["cluster", { ...minimal, compartmentId: "shop" }, minimal],
    ["imported cluster", { clusterId: "shop" }, { clusterId: CLUSTER }],
    ["key", { compartmentId: "shop" }, { compartmentId: COMPARTMENT }],
    [
      "groups",
      { compartmentId: COMPARTMENT, vcnId: "shop", regionServices },
      { compartmentId: COMPARTMENT, vcnId: VCN, regionServices },
    ],
  ])("leaves the id of a %s free for another attempt", (kind, bad, good) => {
    const stack = newStack();
    const before = stack.node.children.length;
    expect(() => make[kind]!(stack, bad)).toThrow(/OCID_INVALID/);
    expect(stack.node.children).toHaveLength(before);
    expect(() => make[kind]!(stack, good)).not.toThrow();
  });

  test("leaves the id of a pool free and uses no addresses", () => {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", minimal);
    const props = { cluster, image, shape, size: 240 };
    expect(() => make.pool!(stack, { ...props, maxPodsPerNode: 111 })).toThrow(/COUNT_INVALID/);
    expect(() => make.pool!(stack, props)).not.toThrow();
  });
});

describe("the provider of the home region", () => {
  test("may be any provider of the stack, with an alias or without", () => {
    const stack = newStack();
    const home = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const own = stack.node.findChild("oci");
    for (const [id, homeRegionProvider] of [["a", home] as const, ["b", own as OciProvider] as const]) {
      expect(() => new SecureOkeCluster(stack, id, { ...minimal, homeRegionProvider })).not.toThrow();
    }
  });

  test("must have its own alias, by which Terraform distinguishes providers", () => {
    for (const alias of [undefined, "home"]) {
      const stack = newStack();
      const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias });
      new OciProvider(stack, "third", { region: "eu-zurich-1", alias: "home" });
      for (const kind of ["cluster", "key"]) {
        const [problem, ...more] = validationProblemsOf(() =>
          make[kind]!(stack, { ...minimal, homeRegionProvider }),
        );
        expect(more).toEqual([]);
        expect(problem).toMatchObject({
          code: "PROVIDER_INVALID",
          what: `homeRegionProvider has ${alias ? 'the alias "home"' : "no alias"}, as another provider of the stack`,
        });
      }
    }
  });

  test("creates the policies of the cluster and of its key", () => {
    const stack = newStack();
    const own = stack.node.findChild("oci") as OciProvider;
    const home = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const other = new OciProvider(stack, "other", { region: "eu-zurich-1", alias: "other" });
    const attempt = (id: string, ofCluster?: OciProvider, ofKey?: OciProvider) => () => {
      const props = { compartmentId: COMPARTMENT, homeRegionProvider: ofKey };
      const encryption = new ClusterEncryption(stack, `${id}-key`, props);
      new SecureOkeCluster(stack, id, { ...minimal, encryption, homeRegionProvider: ofCluster });
    };
    expect(validationProblemsOf(attempt("a", home)).map(({ code, what }) => `${code}: ${what}`)).toEqual([
      "PROVIDER_INVALID: The policy of the key stack/a-key is written by the stack's own provider, " +
        'those of the cluster by the provider "home"',
    ]);
    expect(problemCodesOf(attempt("b", undefined, home))).toEqual(["PROVIDER_INVALID"]);
    expect(problemCodesOf(attempt("c", other, home))).toEqual(["PROVIDER_INVALID"]);
    expect(attempt("d", home, home)).not.toThrow();
    expect(attempt("e", own)).not.toThrow();
    expect(attempt("f")).not.toThrow();
  });

  test("of another stack is refused", () => {
    const app = Testing.app();
    const [first, second] = [newStack("first", app), newStack("second", app)];
    const homeRegionProvider = new OciProvider(first, "home", { region: "eu-amsterdam-1", alias: "home" });
    for (const kind of ["cluster", "key"]) {
      const [problem, ...more] = validationProblemsOf(() =>
        make[kind]!(second, { ...minimal, homeRegionProvider }),
      );
      expect(more).toEqual([]);
      expect(problem).toMatchObject({
        code: "PROVIDER_INVALID",
        what: "homeRegionProvider is of the stack first, and not of second",
        fix: 'Make one in the stack second, with the alias "home"',
      });
    }
  });
});

test("no error contains the placeholder of a reference", () => {
  const stack = newStack();
  const variable = new TerraformVariable(stack, "v", {});
  const errors = [
    () => KubernetesVersion.of(variable.stringValue),
    () => NodeShape.fixed(variable.stringValue),
    () =>
      NodeShape.flexible(variable.stringValue, { ocpus: variable.numberValue, memory: Size.gibibytes(16) }),
    () => make.pool!(stack, { cluster: Token.asString({}), image: variable.stringValue, shape, size: 1 }),
  ].map((call) => validationProblemsOf(call));
  expect(JSON.stringify(errors)).not.toMatch(/TfToken|e\+\d/);
  expect(errors[0]![0]?.what).toContain("a reference to a Terraform value");
});
