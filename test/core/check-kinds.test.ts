import * as fc from "fast-check";
import * as secureOke from "../../lib";
import { Fn, Token, TerraformVariable } from "cdktf";
import { membersOf, PUBLIC_SURFACE } from "../../lib/core/public-surface";
import { SecretFiles } from "../../lib/workload/pods/mounted-files";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { checkProps, KindProblems } from "../../lib/core/kind-checks";
import { COMPARTMENT, newStack, validationProblemsOf } from "../support/stack";
import { IMAGE, newChart } from "../workload/support";

const { Bastion, ClusterNetwork, HardenedDeployment, NetworkSecurityGroup, PrivateNodePool } = secureOke;
const any = (value: unknown): any => value;
const fixes = (call: () => unknown) =>
  validationProblemsOf(call).map(({ code, fix, property }) => `${code} ${property}: ${fix}`);
const whats = (call: () => unknown) => validationProblemsOf(call).map(({ code, what }) => `${code}: ${what}`);
const deployment = (props: object) => () =>
  new HardenedDeployment(newChart(), "web", any({ image: IMAGE, ...props }));

describe("a prop that does not exist", () => {
  test("is refused with the one that was meant", () => {
    expect(fixes(deployment({ replica: 3 }))).toEqual([
      expect.stringMatching(/^PROP_UNKNOWN replica: Write replicas, or use one of /),
    ]);
  });

  test("is refused in an object inside, with its whole name", () => {
    const props = {
      autoscale: { minReplicas: 2, maxReplicas: 5 },
      resources: { memroy: { request: "1Gi", limit: "1Gi" } },
    };
    expect(fixes(deployment(props))).toContainEqual(
      expect.stringMatching(/^PROP_UNKNOWN resources\.memroy: Write memory, /),
    );
  });

  test("is refused together with all else that is wrong", () => {
    expect(fixes(deployment({ replicas: 1, prot: 8080, imagePullPolicy: "Always" }))).toEqual([
      expect.stringMatching(/^REPLICAS_INVALID replicas: /),
      expect.stringMatching(/^PROP_UNKNOWN prot: Write port, /),
      expect.stringMatching(/^PROP_UNKNOWN imagePullPolicy: Write imagePullSecrets, /),
    ]);
  });

  test("is ignored where its value is undefined", () => {
    expect(deployment({ replica: undefined })).not.toThrow();
  });

  test("is found in every props object, whatever one letter of a name is missing", () => {
    const names = Object.keys(PUBLIC_SURFACE.props).flatMap((props) =>
      (membersOf(props) ?? []).filter(({ name }) => name.length > 3).map(({ name }) => ({ props, name })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), ({ props, name }, at) => {
        const index = at % name.length;
        const wrong = name.slice(0, index) + name.slice(index + 1);
        const known = (membersOf(props) ?? []).map((member) => member.name);
        fc.pre(!known.includes(wrong));
        const problems = new KindProblems();
        checkProps(problems, props, { [wrong]: 1 });
        const fix = problems.found.find(({ code }) => code === "PROP_UNKNOWN")?.fix;
        const nearest = /^Write (\w+)/.exec(fix ?? "")?.[1];
        expect(known).toContain(nearest);
      }),
    );
  });
});

describe("a value of another kind", () => {
  test("is not taken for one that has a member in common", () => {
    const paths = [WritablePath.of("/a"), { path: "/a" }];
    expect(validationProblemsOf(deployment({ secretFiles: paths })).map(({ code }) => code)).toEqual([
      "VALUE_INVALID",
      "VALUE_INVALID",
    ]);
    expect(deployment({ secretFiles: [SecretFiles.fromSecret("/a", "db")] })).not.toThrow();
  });

  test("is not a security group for having an OCID of one", () => {
    const group = new NetworkSecurityGroup(newStack(), "web", {
      compartmentId: COMPARTMENT,
      vcnId: "ocid1.vcn.oc1..test",
    });
    const { networkSecurityGroupId } = group;
    expect(
      whats(() =>
        group.allowFrom(any({ networkSecurityGroupId }), secureOke.Port.tcp(443), { reason: "Web" }),
      ),
    ).toEqual(["PEER_INVALID: The peer is an object without a rule end"]);
  });

  test("is shown if it is a short text", () => {
    expect(whats(deployment({ image: "nginx:1.27" }))).toEqual(['VALUE_INVALID: image is "nginx:1.27"']);
  });

  test.each([
    ["the name of a secret", { PASSWORD: "hunter2" }],
    ["a credential", { URL: "https://admin:hunter2@db.example.com" }],
    ["more text than a line", { MODE: `hunter2 ${"and so on ".repeat(10)}` }],
  ])("is not shown with %s", (_, env) => {
    expect(JSON.stringify(validationProblemsOf(deployment({ env })))).not.toContain("hunter2");
  });

  test.each<[unknown]>([
    [undefined],
    [null],
    [10n],
    [Symbol("it")],
    [Object.create(null)],
    [{ toString: null }],
  ])("is refused as an id and leaves nothing behind: %p", (id) => {
    const stack = newStack();
    const before = stack.node.children.length;
    expect(
      validationProblemsOf(() => new ClusterNetwork(stack, any(id), { compartmentId: COMPARTMENT })).length,
    ).toBeGreaterThan(0);
    expect(stack.node.children).toHaveLength(before);
  });

  test("that only the table knows of leaves nothing behind", () => {
    const stack = newStack();
    const props = any({ compartmentId: COMPARTMENT, vcnCidr: "10.0.0.0/16" });
    const before = stack.node.children.length;
    expect(whats(() => new ClusterNetwork(stack, "network", props))).toEqual([
      expect.stringContaining("PROP_UNKNOWN: vcnCidr is not a prop"),
    ]);
    expect(stack.node.children).toHaveLength(before);
    expect(() => new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT })).not.toThrow();
  });
});

describe("a reference", () => {
  test("to a value of Terraform passes, as nobody knows yet what it will be", () => {
    const stack = newStack();
    const variable = new TerraformVariable(stack, "v", {});
    for (const compartmentId of [variable.stringValue, Fn.lookup(variable.value, "id", "")]) {
      expect(() => new ClusterNetwork(stack, Token.asString("x"), any({ compartmentId }))).not.toThrow();
      stack.node.tryRemoveChild("x");
    }
  });

  test("to null, or to a list instead of a string, is rejected", () => {
    for (const [value, kind] of [
      [null, "null"],
      [["a"], "a list"],
    ] as const) {
      const compartmentId = Token.asString(value);
      expect(whats(() => new ClusterNetwork(newStack(), "network", { compartmentId }))).toEqual([
        `VALUE_INVALID: compartmentId is a reference to ${kind}`,
      ]);
    }
    for (const name of ["replicas", "port"]) {
      expect(whats(deployment({ [name]: Token.asNumber(null) }))).not.toEqual([]);
    }
    expect(whats(deployment({ args: Token.asList(null) }))).toEqual([
      "VALUE_INVALID: args is a reference to null",
    ]);
    expect(whats(deployment({ labels: Token.asAny(null) }))).not.toEqual([]);
  });
});

test("all that is missing of props is said at once, by the names of the props", () => {
  for (const make of [
    () => new Bastion(newStack(), "it", any({})),
    () => new PrivateNodePool(newStack(), "it", any({})),
  ]) {
    expect(validationProblemsOf(make).length).toBeGreaterThan(2);
  }
});
