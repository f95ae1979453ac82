import {
  Acknowledgements,
  ContainerImage,
  HardenedCronJob,
  HardenedDaemonSet,
  HardenedDeployment,
  HardenedJob,
  HardenedStatefulSet,
} from "secure-oke";
import { debuggingKind } from "../../lib/workload/images/private/image-reference";
import { DIGEST, IMAGE, newChart, validationProblemsOf, problemCodesOf } from "./support";

const reference = `docker.io/nicolaka/netshoot@${DIGEST}`;
const netshoot = ContainerImage.of(reference);

describe("the name of a debugging image:", () => {
  test.each([
    "docker.io/library/busybox",
    "fra.ocir.io/acme/mirror/busybox:1.36.1",
    "docker.io/library/bash:5",
    "docker.io/library/alpine:3.20",
    "container-registry.oracle.com/os/oraclelinux:9-slim",
    "docker.io/alpine/curl:8.10.1",
    "docker.io/curlimages/curl:8.10.1",
    "docker.io/nicolaka/netshoot",
    "docker.io/wbitt/network-multitool:alpine-minimal",
    "registry.k8s.io/e2e-test-images/jessie-dnsutils:1.3",
    "gcr.io/distroless/static-debian12:debug",
    "gcr.io/distroless/base-debian12:debug-nonroot",
    "gcr.io/kaniko-project/executor:v1.23.2-debug",
    "fra.ocir.io/acme/web-debug:1.0",
    "fra.ocir.io/acme/debugger",
  ])("%s", (name) => {
    expect(debuggingKind(`${name}@${DIGEST}`)).toBeDefined();
    expect(debuggingKind(name)).toBeDefined();
  });

  test.each([
    "fra.ocir.io/acme/web:1.4.2",
    "fra.ocir.io/alpine/web",
    "fra.ocir.io/busybox/debug/web",
    "fra.ocir.io/acme/curler",
    "fra.ocir.io/acme/web:debugged",
    "fra.ocir.io/acme/debug-symbols-server",
    "docker.io/library/nginx:1.27-alpine",
    "gcr.io/distroless/static-debian12:nonroot",
    "localhost:5000/web",
    "alpine.example.com/web",
  ])("not %s", (name) => {
    expect(debuggingKind(`${name}@${DIGEST}`)).toBeUndefined();
  });
});

describe("a debugging image", () => {
  test("is refused as program and as sidecar", () => {
    const chart = newChart();
    const props = { image: netshoot, sidecars: [{ name: "tools", image: netshoot }] };
    const problems = validationProblemsOf(() => new HardenedDeployment(chart, "web", props));
    expect(problems.map(({ code, path, what }) => [code, path, what])).toEqual([
      ["IMAGE_DEBUGGING", "shop/web", `The container web runs ${reference}, a debugging tool`],
      ["IMAGE_DEBUGGING", "shop/web", `The container tools runs ${reference}, a debugging tool`],
    ]);
    expect(chart.node.children).toEqual([]);
  });

  test("is refused in every kind of workload", () => {
    const chart = newChart();
    const image = netshoot;
    const makers = [
      () => new HardenedStatefulSet(chart, "a", { image, port: 8080 }),
      () => new HardenedDaemonSet(chart, "b", { image }),
      () => new HardenedJob(chart, "c", { image }),
      () => new HardenedCronJob(chart, "d", { image, schedule: "0 3 * * *" }),
    ];
    for (const make of makers) expect(problemCodesOf(make)).toEqual(["IMAGE_DEBUGGING"]);
  });

  test("is also refused from a lock and without a digest", () => {
    const image = ContainerImage.tagOnly("docker.io/library/busybox:1.36", { reason: "Built on every push" });
    expect(problemCodesOf(() => new HardenedDeployment(newChart(), "web", { image }))).toEqual([
      "IMAGE_DEBUGGING",
    ]);
  });

  test("is accepted in init containers without a reason", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", {
      image: IMAGE,
      initContainers: [{ name: "wait", image: netshoot }],
    });
    expect(Acknowledgements.of(chart)).toEqual([]);
  });

  test("is accepted with a reason, which is recorded", () => {
    const chart = newChart();
    const image = ContainerImage.debugging(reference, { reason: "Traces packets for the network team" });
    expect(image).toMatchObject({ reference, digest: DIGEST, reason: undefined });
    new HardenedDeployment(chart, "trace", { image });
    expect(Acknowledgements.of(chart)).toMatchObject([
      {
        path: "shop/trace",
        practice: "small-images",
        what: `debugging image ${reference}`,
        reason: "Traces packets for the network team",
      },
    ]);
  });

  test.each<[string, string, unknown, string[]]>([
    ["without a reason", reference, { reason: " " }, ["REASON_MISSING"]],
    ["with nothing in its place", reference, undefined, ["REASON_MISSING"]],
    ["without a digest", "docker.io/nicolaka/netshoot:v0.13", { reason: "why" }, ["IMAGE_NOT_PINNED"]],
    ["without a registry", `nicolaka/netshoot@${DIGEST}`, { reason: "why" }, ["IMAGE_INVALID"]],
  ])("is refused for %s", (_, image, choice, codes) => {
    expect(problemCodesOf(() => ContainerImage.debugging(image, choice as { reason: string }))).toEqual(
      codes,
    );
  });
});
