import { Size } from "cdk8s";
import { type App } from "cdktf";
import * as fc from "fast-check";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NodeImage } from "../../lib/cluster/node-image";
import { NodeShape } from "../../lib/cluster/node-compute";
import { PrivateNodePool } from "../../lib/cluster/private-node-pool";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { COMPARTMENT, newStack, onlyResource, validationProblemsOf, problemCodesOf } from "../support/stack";

const IMAGE = "ocid1.image.oc1.eu-frankfurt-1.test";
const { V1_34, V1_35, V1_36 } = KubernetesVersion;

function pool(imageName: string | undefined, kubernetesVersion = V1_35, shape = "VM.Standard.E5.Flex") {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion });
  new PrivateNodePool(stack, "pool", {
    cluster,
    image: NodeImage.of(IMAGE, { imageName }),
    shape: shape.endsWith(".Flex")
      ? NodeShape.flexible(shape, { ocpus: 2, memory: Size.gibibytes(16) })
      : NodeShape.fixed(shape),
    size: 1,
  });
  return onlyResource(stack, "oci_containerengine_node_pool");
}

describe("a node image", () => {
  test("is an OCID, with or without a name that is not written to Terraform", () => {
    expect(NodeImage.of(IMAGE)).toMatchObject({ imageId: IMAGE, imageName: undefined });
    const named = pool("Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505");
    expect(named.node_source_details).toEqual({ image_id: IMAGE, source_type: "IMAGE" });
    expect(named).toEqual(pool(undefined));
  });

  test.each(["", "  ", 5, null, {}])("is refused with the name %p", (imageName) => {
    expect(problemCodesOf(() => NodeImage.of(IMAGE, { imageName } as never))).toEqual(["VALUE_INVALID"]);
  });

  test.each([
    ["the version of the pool and cgroups v2", "Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1367", V1_35],
    ["Oracle Linux 9", "Oracle-Linux-9.8-2026.08.14-0-OKE-1.36.1-12", V1_36],
    ["cgroups v1 and Kubernetes 1.34", "Oracle-Linux-8.10-2026.06.15-0-OKE-1.34.10-900", V1_34],
    ["no Kubernetes and 1.34", "Oracle-Linux-8.10-2026.06.15-0", V1_34],
    ["a name that somebody chose", "acme-hardened-nodes-7", V1_36],
    ["a name of another system", "ubuntu-amd64-minimal-24.04-noble-v20260604-OKE-1.34.10", V1_36],
  ])("is accepted with %s", (_, name, version) => {
    expect(() => pool(name, version)).not.toThrow();
  });

  test.each([
    [
      "another Kubernetes version",
      "Oracle-Linux-8.10-2026.06.15-0-OKE-1.34.10-1505",
      V1_35,
      "is for Kubernetes 1.34.10, but the pool has v1.35.2",
    ],
    [
      "another patch version",
      "Oracle-Linux-9.8-2026.06.15-0-OKE-1.36.0-1505",
      V1_36,
      "is for Kubernetes 1.36.0, but the pool has v1.36.1",
    ],
    [
      "a build before cgroups v2",
      "Oracle-Linux-8.10-2025.11.20-0-OKE-1.35.2-1366",
      V1_35,
      "uses cgroups v1, but the kubelet of v1.35.2 requires cgroups v2",
    ],
    ["Oracle Linux 7", "Oracle-Linux-7.9-2025.11.20-0-OKE-1.35.2-1500", V1_35, "uses cgroups v1"],
    ["a platform image", "Oracle-Linux-8.10-2026.06.15-0", V1_36, "uses cgroups v1"],
    [
      "a GPU image before cgroups v2",
      "Oracle-Linux-8.10-Gen2-GPU-2025.11.20-0-OKE-1.35.2-1100",
      V1_35,
      "cgroups v1",
    ],
  ])("is refused by a pool with %s", (_, name, version, what) => {
    const shape = name.includes("-GPU-") ? "VM.GPU.A10.1" : undefined;
    expect(validationProblemsOf(() => pool(name, version, shape))).toMatchObject([
      { code: "NODE_IMAGE_UNFIT", what: expect.stringContaining(what) },
    ]);
  });

  test.each([
    ["Oracle-Linux-8.10-aarch64-2026.06.15-0-OKE-1.35.2-1505", "VM.Standard.A1.Flex", true],
    ["Oracle-Linux-8.10-aarch64-2026.06.15-0-OKE-1.35.2-1505", "BM.Standard.A1.160", true],
    ["Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505", "VM.Standard.E5.Flex", true],
    ["Oracle-Linux-8.10-Gen2-GPU-2026.06.15-0-OKE-1.35.2-1505", "VM.GPU.A10.1", true],
    ["Oracle-Linux-8.10-aarch64-2026.06.15-0-OKE-1.35.2-1505", "VM.Standard.E5.Flex", false],
    ["Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505", "VM.Standard.A2.Flex", false],
  ])("%s of a pool of %s fits: %p", (name, shape, fits) => {
    const codes = fits ? [] : ["NODE_IMAGE_UNFIT"];
    let found: string[] = [];
    try {
      pool(name, V1_35, shape);
    } catch {
      found = problemCodesOf(() => pool(name, V1_35, shape));
    }
    expect(found).toEqual(codes);
  });

  test("with a name that does not follow the pattern of Oracle is never rejected", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((name) => name.trim() !== "" && !/^Oracle-Linux/i.test(name)),
        (name) => {
          expect(() => pool(name, V1_36)).not.toThrow();
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("one image of two pools", () => {
  /** The ids of the warnings where a second pool has an image, and a version of its own. */
  function warned(imageName: string | undefined, version: KubernetesVersion, imageId = IMAGE): string[] {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: V1_36,
    });
    const common = {
      cluster,
      shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
      size: 1,
    };
    new PrivateNodePool(stack, "one", { ...common, image: NodeImage.of(IMAGE, { imageName }) });
    new PrivateNodePool(stack, "two", {
      ...common,
      image: NodeImage.of(imageId),
      kubernetesVersion: version,
    });
    const emit = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    (stack.node.root as App).synth();
    const ids = emit.mock.calls.map(([, options]: any[]) => options.code);
    emit.mockRestore();
    return ids.filter((id) => id === "node-image-version");
  }

  test("with different Kubernetes versions gives one warning if its name is unknown", () => {
    expect(warned(undefined, V1_35)).toEqual(["node-image-version"]);
  });

  test("with the same version, or two images, gives no warning", () => {
    expect(warned(undefined, V1_36)).toEqual([]);
    expect(warned(undefined, V1_35, `${IMAGE}2`)).toEqual([]);
  });
});
