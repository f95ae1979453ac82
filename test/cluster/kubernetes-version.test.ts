import * as fs from "node:fs";
import * as path from "node:path";
import { Size } from "cdk8s";
import * as fc from "fast-check";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import * as data from "../../lib/cluster/kubernetes-versions.json";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Problems } from "../../lib/core/validation-error";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf, synthesized } from "../support/stack";
import { newChart } from "../workload/support";

const CLUSTER = "ocid1.cluster.oc1.eu-frankfurt-1.test";
const image = NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test");
const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
const { V1_33, V1_34, V1_35, V1_36 } = KubernetesVersion;

function newCluster(kubernetesVersion: KubernetesVersion, stack = newStack()): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion });
}

/** A cluster that is there, with all that a pool touches. */
function imported(kubernetesVersion: KubernetesVersion, stack = newStack()) {
  const group = NetworkSecurityGroup.fromNetworkSecurityGroupId(
    stack,
    "group",
    "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.test",
  );
  return SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
    clusterId: CLUSTER,
    compartmentId: COMPARTMENT,
    kubernetesVersion,
    network: new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT }),
    workerSecurityGroup: group,
    podSecurityGroup: group,
  });
}

const warningsOf = (construct: { node: { metadata: { type: string; data: unknown }[] } }) =>
  construct.node.metadata.filter(({ type }) => type.endsWith("warn")).map(({ data: text }) => String(text));

describe("a Kubernetes version", () => {
  test("of a constant is the newest production patch of OKE", () => {
    expect([V1_33, V1_34, V1_35, V1_36].map(({ version }) => version)).toEqual([
      "v1.33.1",
      "v1.34.10",
      "v1.35.2",
      "v1.36.1",
    ]);
  });

  test("of a constant is the one in its documentation", () => {
    const source = fs.readFileSync(path.join(__dirname, "../../lib/cluster/kubernetes-version.ts"), "utf8");
    const documented = source.matchAll(
      /at the patch version (v[\d.]*\d)[^/]*\*\/\s+public static readonly (V\w+)/g,
    );
    const found = [...documented].map(([, version, name]) => [name, version]);
    expect(found).toHaveLength(4);
    const constants: { readonly [name: string]: KubernetesVersion } = { V1_33, V1_34, V1_35, V1_36 };
    for (const [name, version] of found) expect(constants[name!]?.version).toBe(version);
  });

  test("can be written with and without v", () => {
    expect(KubernetesVersion.of("1.34.10").version).toBe("v1.34.10");
    expect(KubernetesVersion.of("v1.34.10")).toEqual(V1_34);
  });

  test.each([
    "",
    "1.34",
    "v1.34",
    "latest",
    "v2.0.1",
    "v1.34.1-oke",
    "v1.034.1",
    "v1.34.01",
    "v1.34.1 ",
    1.34,
    null,
  ])("%p is refused", (version) => {
    expect(problemCodesOf(() => KubernetesVersion.of(version as string))).toEqual(["VERSION_UNKNOWN"]);
  });

  test("is ordered by minor and patch", () => {
    const [a, b] = [KubernetesVersion.of("v1.33.10"), KubernetesVersion.of("v1.34.1")];
    expect([a.isOlderThan(b), b.isOlderThan(a), a.isOlderThan(a)]).toEqual([true, false, false]);
    expect(b.isOlderThan(V1_34)).toBe(true);
  });

  test("in the format of a release is accepted; with the patch 0 it needs a reason", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(60), fc.boolean(), (minor, patch, isTagged) => {
        const text = `${isTagged ? "v" : ""}1.${minor}.${patch}`;
        if (patch === 0)
          expect(problemCodesOf(() => KubernetesVersion.of(text))).toEqual(["VERSION_PREVIEW"]);
        const version = KubernetesVersion.of(text, { previewReason: "A test" });
        expect([version.minor, version.patch, version.version]).toEqual([
          minor,
          patch,
          `v1.${minor}.${patch}`,
        ]);
      }),
    );
  });
});

describe("a preview of Kubernetes", () => {
  test("is refused without a reason, and the fix contains the production version", () => {
    expect(validationProblemsOf(() => KubernetesVersion.of("v1.35.0"))).toMatchObject([
      {
        code: "VERSION_PREVIEW",
        fix: 'Use KubernetesVersion.V1_35 (v1.35.2), or write KubernetesVersion.of("v1.35.0", { previewReason: "…" })',
      },
    ]);
    expect(problemCodesOf(() => KubernetesVersion.of("v1.37.0"))).toEqual(["VERSION_PREVIEW"]);
    expect(problemCodesOf(() => KubernetesVersion.of("v1.35.0", { previewReason: " " }))).toEqual([
      "REASON_MISSING",
    ]);
  });

  test("is accepted with a reason, which is recorded as an acknowledgement", () => {
    const stack = newStack();
    const preview = KubernetesVersion.of("v1.36.0", { previewReason: "We try the new scheduler" });
    const cluster = newCluster(preview, stack);
    new PrivateNodePool(stack, "pool", { cluster, image, shape, size: 1 });
    expect(Acknowledgements.of(stack)).toMatchObject([
      {
        path: "stack/cluster/Resource",
        practice: "patching",
        what: "Kubernetes v1.36.0, a preview",
        reason: "We try the new scheduler",
      },
    ]);
  });

  test("with another patch than 0 records no reason", () => {
    const stack = newStack();
    newCluster(KubernetesVersion.of("v1.35.2", { previewReason: "It was 1.35.0 before" }), stack);
    expect(Acknowledgements.of(stack)).toEqual([]);
  });
});

describe("a version that OKE has retired", () => {
  test.each([
    ["v1.34.2", "2026-09-22", "KubernetesVersion.V1_34 (v1.34.10)"],
    ["v1.34.1", "2026-03-09", "KubernetesVersion.V1_34 (v1.34.10)"],
    ["v1.33.10", "2026-08-10", "KubernetesVersion.V1_34 (v1.34.10)"],
    ["v1.33.7", "2026-08-10", "KubernetesVersion.V1_34 (v1.34.10)"],
    ["v1.31.1", "2025-09-01", "KubernetesVersion.V1_34 (v1.34.10)"],
  ])("%s is refused for a new cluster, with the day and a replacement", (version, day, instead) => {
    expect(validationProblemsOf(() => newCluster(KubernetesVersion.of(version)))).toMatchObject([
      {
        code: "VERSION_RETIRED",
        property: "kubernetesVersion",
        what: expect.stringContaining(`${version}, which OKE retired on ${day}`),
        fix: expect.stringContaining(instead),
      },
    ]);
  });

  test("is refused without a day if the data doesn't contain it", () => {
    expect(validationProblemsOf(() => newCluster(KubernetesVersion.of("v1.21.5")))).toMatchObject([
      { code: "VERSION_RETIRED", what: expect.stringContaining("v1.21.5, which OKE retired:") },
    ]);
  });

  test("is accepted with a reason for a running cluster, recorded, and not compared", () => {
    const stack = newStack();
    const retiredReason = "The upgrade is planned for January";
    const cluster = newCluster(KubernetesVersion.of("v1.34.1", { retiredReason }), stack);
    new PrivateNodePool(stack, "pool", { cluster, image, shape, size: 1 });
    expect(Acknowledgements.of(stack)).toMatchObject([
      expect.objectContaining({ what: "Kubernetes v1.34.1, which OKE has retired", reason: retiredReason }),
    ]);
    const { data: read, resource } = synthesized(stack);
    expect(read).not.toHaveProperty("oci_containerengine_cluster_option");
    expect(read).not.toHaveProperty("oci_containerengine_node_pool_option");
    expect(JSON.stringify(resource)).not.toMatch(/"(?:pre|post)condition"/);
    expect(problemCodesOf(() => KubernetesVersion.of("v1.34.1", { retiredReason: "" }))).toEqual([
      "REASON_MISSING",
    ]);
  });

  test("is accepted for an imported cluster, which creates no data source and no resource", () => {
    const stack = newStack();
    const version = KubernetesVersion.of("v1.21.5");
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "it", {
      clusterId: CLUSTER,
      kubernetesVersion: version,
    });
    expect(cluster.kubernetesVersion.version).toBe(version.version);
    const { resource, data: read } = synthesized(stack);
    expect([resource, read]).toEqual([undefined, undefined]);
    expect(warningsOf(cluster)).toEqual([]);
  });

  test("is accepted for a pool at most three minor versions older than its cluster, created or imported", () => {
    for (const cluster of [newCluster(V1_36), imported(KubernetesVersion.of("v1.36.1"))]) {
      const pool = (kubernetesVersion: KubernetesVersion) => () =>
        new PrivateNodePool(cluster, kubernetesVersion.version, {
          cluster,
          image,
          shape,
          size: 1,
          kubernetesVersion,
        });
      expect(pool(V1_33)).not.toThrow();
      expect(problemCodesOf(pool(KubernetesVersion.of("v1.32.10")))).toEqual(["VERSION_SKEW"]);
    }
  });

  test("is accepted for a Pod Security Standard", () => {
    const { V1_33: podSecurityVersion } = KubernetesVersion;
    expect(() => new SecureNamespace(newChart(), "it", { name: "it", podSecurityVersion })).not.toThrow();
  });
});

describe("an unknown version", () => {
  test("is accepted with a warning if it is newer than all known versions", () => {
    const cluster = newCluster(KubernetesVersion.of("v1.37.1"));
    expect(warningsOf(cluster)).toEqual([
      expect.stringMatching(/^\[kubernetes-version\] v1\.37\.1 is newer than 1\.36/),
    ]);
    const stack = newStack();
    const existing = imported(KubernetesVersion.of("v1.38.2"), stack);
    expect(warningsOf(existing)).toHaveLength(1);
    const pool = new PrivateNodePool(stack, "pool", {
      cluster: existing,
      image,
      shape,
      size: 1,
      kubernetesVersion: KubernetesVersion.of("v1.37.1"),
    });
    expect(warningsOf(pool)).toHaveLength(1);
  });

  test("is accepted without a warning if it is a newer patch of a known minor version", () => {
    expect(warningsOf(newCluster(KubernetesVersion.of("v1.34.11")))).toEqual([]);
    expect(warningsOf(newCluster(KubernetesVersion.of("v1.36.4")))).toEqual([]);
  });

  test("is accepted with a warning if OKE's calendar skips the patch", () => {
    expect(warningsOf(newCluster(KubernetesVersion.of("v1.35.1")))).toEqual([
      expect.stringContaining("OKE's release calendar does not list v1.35.1"),
    ]);
  });

  test("of a new cluster is accepted or retired by the data, independent of today's date", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 60 }), fc.integer({ min: 1, max: 30 }), (minor, patch) => {
        const problems = new Problems("it");
        KubernetesVersion.of(`v1.${minor}.${patch}`)._checkNewCluster(problems);
        const isRetired = minor < 34 || (minor === 34 && [1, 2].includes(patch));
        expect(problems.any).toBe(isRetired);
      }),
    );
  });
});

test.each(["no", 0, null])(
  "verifyKubernetesVersion %p is refused by a cluster and by a pool",
  (verifyKubernetesVersion) => {
    const stack = newStack();
    const cluster = newCluster(V1_35, stack);
    const pool = {
      cluster,
      image,
      shape,
      size: 1,
      verifyKubernetesVersion: verifyKubernetesVersion as never,
    };
    expect(problemCodesOf(() => new PrivateNodePool(stack, "pool", pool))).toEqual(["VALUE_INVALID"]);
    const other = {
      compartmentId: COMPARTMENT,
      kubernetesVersion: V1_35,
      verifyKubernetesVersion: verifyKubernetesVersion as never,
    };
    expect(problemCodesOf(() => new SecureOkeCluster(stack, "other", other))).toEqual(["VALUE_INVALID"]);
  },
);

describe("nodes", () => {
  test("may be older than the control plane, never newer", () => {
    const problems = new Problems("pool");
    V1_33._checkSkew(problems, V1_35);
    V1_35._checkSkew(problems, V1_35);
    expect(problems.any).toBe(false);
    V1_35._checkSkew(problems, V1_34);
    expect(validationProblemsOf(() => problems.throwIfAny())).toMatchObject([
      { code: "VERSION_SKEW", property: "kubernetesVersion" },
    ]);
  });
});

describe("the data of Kubernetes versions", () => {
  const patches = Object.entries(data.minors).flatMap(([minor, { patches: of }]) =>
    Object.entries(
      of as { [version: string]: { released?: string; retired?: string; preview?: boolean } },
    ).map(([version, patch]) => ({ minor, version, ...patch })),
  );

  test("has previews with the patch 0, and retirement days before the day of the data", () => {
    expect(patches.length).toBeGreaterThan(10);
    for (const { minor, version, released, retired, preview } of patches) {
      expect(version.startsWith(`${minor}.`)).toBe(true);
      expect(preview === true).toBe(version.endsWith(".0"));
      for (const day of [released, retired]) {
        if (day !== undefined)
          expect([version, new Date(day).toISOString().slice(0, 10)]).toEqual([version, day]);
      }
      expect(String(retired ?? "") <= data.endDatesComparedOn).toBe(true);
      expect(String(released ?? "") <= data.asOf).toBe(true);
    }
  });
});
