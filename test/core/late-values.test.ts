import {
  Aspects,
  Fn,
  Lazy,
  TerraformElement,
  TerraformVariable,
  Testing,
  Token,
  type TerraformStack,
} from "cdktf";
import { ApiObject, Size } from "cdk8s";
import * as fc from "fast-check";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { CoreVcn } from "../../lib/oci/core-vcn";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { COMPARTMENT, newStack, validationProblemsOf, synthesized } from "../support/stack";
import { IMAGE, newChart } from "../workload/support";

const late = (value: unknown) => Lazy.stringValue({ produce: () => value as string });
const newCluster = (stack: TerraformStack, props: object = {}) =>
  new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    ...props,
  });

/** The places of an object that hold null, such as `oci_core_vcn.network.compartment_id`. */
function nullsIn(value: unknown, place = ""): string[] {
  if (value === null) return [place];
  if (typeof value !== "object") return [];
  return Object.entries(value as object).flatMap(([key, entry]) => nullsIn(entry, `${place}.${key}`));
}

describe("an attribute of a resource whose Lazy", () => {
  test.each<[string, unknown, string]>([
    ["gives null", null, "null"],
    ["gives undefined", undefined, "undefined"],
    ["gives a list", [COMPARTMENT], "a list, where text is expected"],
    ["gives an object", { id: COMPARTMENT }, "an object, where text is expected"],
  ])("%s is refused at synthesis, with the resource and the attribute", (_, value, what) => {
    const stack = newStack();
    new ClusterNetwork(stack, "network", { compartmentId: late(value) });
    const problems = validationProblemsOf(() => synthesized(stack));
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: "VALUE_INVALID",
        path: expect.stringMatching(/^stack\/network\//),
        what: expect.stringContaining(
          `compartment_id of oci_core_vcn is ${what} once the program is written`,
        ),
      }),
    );
  });

  test("gives null inside of a text, such as a policy statement, is refused", () => {
    const stack = newStack();
    newCluster(stack, { compartmentId: late(null) });
    expect(validationProblemsOf(() => synthesized(stack)).map(({ what }) => what)).toContainEqual(
      expect.stringMatching(/^statements\[\d+\] of oci_identity_policy is null/),
    );
  });

  test("gives null in a nested block or in an entry of a list is refused by its place", () => {
    const stack = newStack();
    const cluster = newCluster(stack, { freeformTags: { team: late(null) } });
    new PrivateNodePool(stack, "pool", {
      cluster,
      image: NodeImage.of(late(null)),
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 1,
    });
    const found = validationProblemsOf(() => synthesized(stack)).map(({ what }) => what.split(" is ")[0]);
    expect(found).toEqual(
      expect.arrayContaining([
        "freeform_tags.team of oci_containerengine_cluster",
        "node_source_details.image_id of oci_containerengine_node_pool",
      ]),
    );
  });

  test("gives text, a reference or a text that an Aspect decides is accepted", () => {
    const stack = newStack();
    const variable = new TerraformVariable(stack, "compartment", {});
    let decided: string | undefined;
    Aspects.of(stack).add({ visit: () => void (decided = "shop") });
    new ClusterNetwork(stack, "network", {
      compartmentId: late(variable.stringValue),
      freeformTags: {
        team: Lazy.stringValue({ produce: () => decided }),
        owner: Fn.upper(variable.stringValue),
      },
    });
    const { oci_core_vcn: vcns } = synthesized(stack).resource;
    expect(Object.values(vcns)).toMatchObject([
      { compartment_id: "${var.compartment}", freeform_tags: { team: "shop" } },
    ]);
  });
});

test("a list of a prop whose Lazy gives text, null or a list with null is refused, and one that gives a list is accepted", () => {
  const attempt = (value: unknown) => {
    const stack = newStack();
    const vcn = newCluster(stack)
      .node.findAll()
      .find((one): one is CoreVcn => one instanceof CoreVcn)!;
    vcn.cidrBlocks = Lazy.listValue({ produce: () => value as string[] });
    return synthesized(stack);
  };
  for (const value of [null, [null], { a: 1 }]) {
    expect(validationProblemsOf(() => attempt(value))[0]?.what).toMatch(
      /^cidr_blocks(\[0\])? of oci_core_vcn is /,
    );
  }
  expect(JSON.stringify(attempt(["10.0.0.0/16"]))).toContain('"cidr_blocks":["10.0.0.0/16"]');
});

test("no attribute of a resource is null in what is written, whichever text of the program gives none", () => {
  const none = fc.constantFrom<unknown>(null, undefined, [], [null], {}, "ocid1.compartment.oc1..given");
  fc.assert(
    fc.property(none, none, none, (compartment, label, image) => {
      const stack = newStack();
      try {
        const cluster = newCluster(stack, {
          compartmentId: late(compartment),
          freeformTags: { label: late(label) },
        });
        new PrivateNodePool(stack, "pool", {
          cluster,
          image: NodeImage.of(late(image)),
          shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
          size: 1,
        });
        const written = synthesized(stack);
        expect(nullsIn([written.resource, written.data])).toEqual([]);
        expect([compartment, label, image].every((one) => typeof one === "string")).toBe(true);
      } catch (error) {
        expect(
          validationProblemsOf(() => {
            throw error;
          }).length,
        ).toBeGreaterThan(0);
      }
    }),
    { numRuns: 15 },
  );
});

test("resources of other libraries are not checked", () => {
  const stack = newStack();
  newCluster(stack);
  const vcn = new CoreVcn(stack, "own", { compartmentId: COMPARTMENT, displayName: late(undefined) });
  expect(TerraformElement.isTerraformElement(vcn)).toBe(true);
  expect(() => Testing.synth(stack)).not.toThrow();
});

describe("a field of a manifest whose Lazy of cdktf", () => {
  const written = (value: unknown) => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const chart = newChart();
    new HardenedDeployment(chart, "web", {
      image: IMAGE,
      env: { COMPARTMENT: EnvironmentValue.fromValue(late(value)) },
    });
    cluster.addCdk8sChart("shop", chart);
    return synthesized(stack).output.shop_manifests.value as string;
  };

  test.each<[string, unknown, string]>([
    ["gives null", null, "null"],
    ["gives a list", ["a"], "a list, where text is expected"],
  ])("%s is refused with the object and the field", (_, value, what) => {
    expect(validationProblemsOf(() => written(value))).toMatchObject([
      {
        code: "VALUE_INVALID",
        path: "stack/cluster/Manifests-shop",
        what: expect.stringContaining(
          `env[0].value of the Deployment web is ${what} once the program is written`,
        ),
      },
    ]);
  });

  test("gives text is written", () => {
    expect(written("shop")).toContain("value: shop");
  });

  test.each<[string, unknown]>([
    ["a list", ["a"]],
    ["null", null],
    ["undefined", undefined],
  ])("gives %s in a part of a text is refused, in an object of plain cdk8s too", (what, value) => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const chart = newChart();
    const data = { key: `before ${Token.asString(late(value))} after` };
    new ApiObject(chart, "config", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "config" },
      data,
    });
    cluster.addCdk8sChart("shop", chart);
    expect(validationProblemsOf(() => synthesized(stack))[0]?.what).toContain(
      `data.key of the ConfigMap config is ${what}`,
    );
  });
});
