import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Size } from "cdk8s";
import fc from "fast-check";
import {
  KubernetesVersion,
  NodeImage,
  NodeImageLock,
  NodeShape,
  PrivateNodePool,
  SecureOkeCluster,
} from "secure-oke";
import { COMPARTMENT, newStack, onlyResource, validationProblemsOf, problemCodesOf } from "../support/stack";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "node-lock-"));
let count = 0;

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A file of its own for each lock: a program reads each once. */
function fileOf(text: string): string {
  const file = path.join(folder, `${count++}.json`);
  fs.writeFileSync(file, text);
  return file;
}

const ID = "ocid1.image.oc1.eu-frankfurt-1.test";
const general = { id: ID, name: "Oracle-Linux-8.10-2026.10.15-0-OKE-1.35.2-1610" };
const custom = { id: ID, name: "acme-hardened-7", created: "2026-11-01", kubernetesVersion: "v1.35.2" };

function lock(images: object = { general }, more: object = {}): string {
  return fileOf(
    JSON.stringify({ version: 1, checked: "2026-11-20", maxAgeDays: 60, images, ...more }, undefined, 2),
  );
}

function pool(image: NodeImage, shape = "VM.Standard.E5.Flex", kubernetesVersion = KubernetesVersion.V1_35) {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion });
  new PrivateNodePool(stack, "pool", {
    cluster,
    image,
    shape: shape.endsWith(".Flex")
      ? NodeShape.flexible(shape, { ocpus: 2, memory: Size.gibibytes(16) })
      : NodeShape.fixed(shape),
    size: 1,
  });
  return onlyResource(stack, "oci_containerengine_node_pool");
}

const problemTextsOf = (call: () => unknown) =>
  validationProblemsOf(call).map(({ code, what }) => `${code} ${what.replace(folder, "")}`);

describe("a node image of a lock", () => {
  test("has the OCID and the name in the lock", () => {
    const image = NodeImage.fromLock("general", { path: lock() });
    expect(image).toMatchObject({ imageId: ID, imageName: general.name });
    expect(pool(image).node_source_details).toEqual({ image_id: ID, source_type: "IMAGE" });
  });

  test("is read from node-images.lock.json by default, and once", () => {
    const [before, own] = [process.cwd(), fs.mkdtempSync(path.join(folder, "program-"))];
    fs.copyFileSync(lock(), path.join(own, "node-images.lock.json"));
    try {
      process.chdir(own);
      expect(NodeImage.fromLock("general").imageId).toBe(ID);
      const { names, checked, maxAge } = NodeImageLock.fromFile();
      expect({ names, checked, days: maxAge.toDays() }).toEqual({
        names: ["general"],
        checked: "2026-11-20",
        days: 60,
      });
    } finally {
      process.chdir(before);
    }
    expect(NodeImage.fromLock("general").imageId).toBe(ID);
  });

  test("is refused if it was too old on the day when the lock was checked", () => {
    const old = { ...general, name: "Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505" };
    expect(problemTextsOf(() => NodeImage.fromLock("general", { path: lock({ general: old }) }))).toEqual([
      "IMAGE_TOO_OLD The node image general was created on 2026-06-15 and is 158 days old on 2026-11-20; at most 60 days are allowed",
    ]);
    const allowed = { ...old, maxAge: { days: 158, reason: "The newest for this GPU driver" } };
    expect(NodeImage.fromLock("general", { path: lock({ general: allowed }) }).imageId).toBe(ID);
  });

  test("becomes too old by the date that CI passes, not by today's date", () => {
    const read = NodeImageLock.fromFile(lock({ general, custom }));
    expect(read.problems(new Date("2026-12-01"))).toEqual([]);
    expect(read.problems(new Date("2026-12-20")).map(({ code }) => code)).toEqual(["IMAGE_TOO_OLD"]);
    expect(read.problems(new Date("2026-11-01")).map(({ what }) => what)).toEqual([
      "checked is 2026-11-20, and today is 2026-11-01",
    ]);
    expect(problemCodesOf(() => read.problems("2026" as never))).toEqual(["VALUE_INVALID"]);
  });

  test("is accepted up to the age limit in whole days", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 400 }), (limit, age) => {
        const created = new Date(Date.parse("2026-11-20T00:00:00Z") - age * 86_400_000)
          .toISOString()
          .slice(0, 10);
        const file = lock({ general: { ...custom, created } }, { maxAgeDays: limit });
        const takeImage = () => NodeImage.fromLock("general", { path: file });
        if (age <= limit) expect(takeImage).not.toThrow();
        else expect(problemCodesOf(takeImage)).toEqual(["IMAGE_TOO_OLD"]);
        fs.rmSync(file);
      }),
    );
  });
});

describe("an image of another kind, architecture, version or cgroups", () => {
  const takeImage = (image: object) => NodeImage.fromLock("image", { path: lock({ image }) });
  const gpu = { id: ID, name: "Oracle-Linux-8.10-Gen2-GPU-2026.10.15-0-OKE-1.35.2-1610" };
  const arm = { id: ID, name: "Oracle-Linux-8.10-aarch64-2026.10.15-0-OKE-1.35.2-1610" };

  test.each([
    ["fits", general, "VM.Standard.E5.Flex"],
    ["fits Arm shapes", arm, "VM.Standard.A1.Flex"],
    ["fits GPUs", gpu, "VM.GPU.A10.1"],
    ["is not known", { id: ID, name: "acme-7", created: "2026-11-01" }, "VM.GPU.A10.1"],
    [
      "is of one's own and fits",
      { ...custom, architecture: "aarch64", cgroups: "v2" },
      "VM.Standard.A2.Flex",
    ],
  ])("is accepted if it %s", (_, image, shape) => {
    expect(() => pool(takeImage(image), shape)).not.toThrow();
  });

  test.each([
    [arm, "VM.Standard.E5.Flex", "is for Arm processors, but VM.Standard.E5.Flex has x86 processors"],
    [general, "VM.Standard.A1.Flex", "is for x86 processors, but VM.Standard.A1.Flex has Arm processors"],
    [general, "VM.GPU.A10.1", "has no GPU drivers, but VM.GPU.A10.1 has NVIDIA GPUs"],
    [gpu, "VM.Standard.E5.Flex", "is for GPUs, but VM.Standard.E5.Flex has none"],
    [
      { ...custom, kubernetesVersion: "1.34.10" },
      "VM.Standard.E5.Flex",
      "is for Kubernetes 1.34.10, but the pool has v1.35.2",
    ],
    [
      { ...custom, cgroups: "v1" },
      "VM.Standard.E5.Flex",
      "uses cgroups v1, but the kubelet of v1.35.2 requires cgroups v2",
    ],
    [
      { ...custom, architecture: "aarch64" },
      "VM.Standard.E5.Flex",
      "is for Arm processors, but VM.Standard.E5.Flex has x86 processors",
    ],
  ])("%j is refused for %s", (image, shape, what) => {
    const image_ = takeImage(image);
    const problems = validationProblemsOf(() => pool(image_, shape));
    expect(
      problems.map(({ code, what: text }) => [
        code,
        text.replace(`image is ${image_.imageName}, which `, ""),
      ]),
    ).toEqual([["NODE_IMAGE_UNFIT", what]]);
  });
});

describe("a malformed lock", () => {
  const read = (text: string) => () => NodeImageLock.fromFile(fileOf(text));
  const body = (image: string) =>
    `{\n  "version": 1,\n  "checked": "2026-11-20",\n  "maxAgeDays": 60,\n  "images": {\n    "general": ${image}\n  }\n}\n`;

  test.each([
    ["a syntax error", '{\n  "version": 1,\n}', ":3:1: A key in double quotes is missing before"],
    [
      "a key twice",
      body(`{ "id": "${ID}", "id": "${ID}", "name": "${general.name}" }`),
      ':6:63: "id" is there twice',
    ],
    ["no object", "[]", ":1:1: the lock is []"],
    [
      "another version",
      '{ "version": 2, "checked": "2026-11-20", "maxAgeDays": 60, "images": {} }',
      ":1:14: version is 2",
    ],
    [
      "a field that is misspelt",
      body(`{ "id": "${ID}", "nmae": "x", "name": "${general.name}" }`),
      ':6:71: general has a field "nmae"',
    ],
    [
      "another kind of OCID",
      body(`{ "id": "ocid1.cluster.oc1..x", "name": "${general.name}" }`),
      ":6:24: id is",
    ],
    [
      "a day that no month has",
      body(`{ "id": "${ID}", "name": "acme", "created": "2026-02-30" }`),
      'created is "2026-02-30"',
    ],
    ["no day", body(`{ "id": "${ID}", "name": "acme" }`), ":6:16: created is not given"],
    [
      "a day to come",
      body(`{ "id": "${ID}", "name": "acme", "created": "2026-11-21" }`),
      "created on 2026-11-21, after 2026-11-20",
    ],
    [
      "a limit without a reason",
      body(`{ "id": "${ID}", "name": "${general.name}", "maxAge": { "days": 99 } }`),
      "maxAge has no reason",
    ],
    [
      "another version than the name",
      body(`{ "id": "${ID}", "name": "${general.name}", "kubernetesVersion": "v1.34.10" }`),
      'kubernetesVersion is "1.34.10", but the name of the image says "1.35.2"',
    ],
    [
      "another architecture than the name",
      body(`{ "id": "${ID}", "name": "${general.name}", "architecture": "aarch64" }`),
      'architecture is "aarch64", but the name of the image says "x86_64"',
    ],
    [
      "an architecture that there is not",
      body(`{ "id": "${ID}", "name": "acme", "created": "2026-11-01", "architecture": "arm" }`),
      'architecture is "arm"',
    ],
  ])("with %s is refused with its line and column", (_, text, what) => {
    const problems = validationProblemsOf(read(text));
    expect(problems.every(({ code }) => code === "IMAGE_LOCK_INVALID")).toBe(true);
    expect(problems.map((problem) => problem.what).join("\n")).toContain(what);
    expect(problems[0]!.what).toMatch(/\.json:\d+:\d+: /);
  });

  test("is refused with all problems together", () => {
    expect(
      validationProblemsOf(
        read('{ "version": 1, "checked": "today", "maxAgeDays": 0, "images": { "a": {} } }'),
      ).length,
    ).toBeGreaterThan(4);
  });

  test("is refused if the file or the image is missing", () => {
    expect(problemCodesOf(() => NodeImageLock.fromFile(path.join(folder, "none.json")))).toEqual([
      "IMAGE_LOCK_INVALID",
    ]);
    expect(problemTextsOf(() => NodeImage.fromLock("genral", { path: lock() }))[0]).toMatch(
      /name is "genral"/,
    );
    expect(problemCodesOf(() => NodeImage.fromLock("general", { path: "" }))).toEqual(["VALUE_INVALID"]);
  });
});
