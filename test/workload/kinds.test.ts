import { type Chart } from "cdk8s";
import fc from "fast-check";
import { parseQuantity } from "../../lib/core/quantity";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { AllowedRegistries } from "../../lib/workload/images/allowed-registries";
import { COMBINATIONS } from "../exposure/combinations";
import { newChart, problemsAtSynthesis } from "./support";

const RUNNERS = ["CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"];
const podOf = ({ spec }: any) => (spec.jobTemplate?.spec ?? spec).template;
const containersOf = ({ spec }: any) => [...(spec.initContainers ?? []), ...spec.containers];

/** What the restricted standard, and this library beyond it, ask of a container. */
function expectHardened(container: any): void {
  expect(container.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
  expect(container.securityContext.runAsUser).toBeGreaterThanOrEqual(10_000);
  expect([undefined, ["NET_BIND_SERVICE"]]).toContainEqual(container.securityContext.capabilities.add);
  for (const port of container.ports ?? []) expect(port.hostPort).toBeUndefined();
  const { requests, limits } = container.resources;
  for (const resource of ["cpu", "memory", "ephemeral-storage"]) {
    expect(parseQuantity(requests[resource])! <= parseQuantity(limits[resource])!).toBe(true);
  }
  const { livenessProbe, readinessProbe } = container;
  if (livenessProbe) expect(livenessProbe).not.toEqual(readinessProbe);
}

function expectPod({ metadata, spec }: any, runner: any): void {
  expect([spec.hostNetwork, spec.hostPID, spec.hostIPC]).toEqual([false, false, false]);
  expect(spec.automountServiceAccountToken).toBe(false);
  for (const container of containersOf({ spec })) expectHardened(container);
  const names = containersOf({ spec }).map(({ name }: any) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { matchLabels } of runner.spec.selector ? [runner.spec.selector] : []) {
    expect(metadata.labels).toMatchObject(matchLabels);
  }
  const ports = containersOf({ spec }).flatMap((entry: any) => entry.ports ?? []);
  expect(new Set(ports.map((entry: any) => entry.containerPort)).size).toBe(ports.length);
  const portNames = ports.flatMap(({ name }: any) => name ?? []);
  expect(new Set(portNames).size).toBe(portNames.length);
  const claimed = (runner.spec.volumeClaimTemplates ?? []).map((claim: any) => claim.metadata.name);
  const volumes = [...(spec.volumes ?? []), ...claimed.map((name: string) => ({ name }))];
  const volumeNames = volumes.map(({ name }: any) => name);
  expect(new Set(volumeNames).size).toBe(volumeNames.length);
  for (const { configMap, csi, downwardAPI, emptyDir, name, projected, secret } of volumes) {
    const source = configMap ?? csi ?? downwardAPI ?? emptyDir ?? projected ?? secret;
    expect(claimed.includes(name) || Boolean(source)).toBe(true);
  }
  for (const container of containersOf({ spec })) {
    const mounts = container.volumeMounts ?? [];
    for (const { name } of mounts) expect(volumeNames).toContain(name);
    expect(new Set(mounts.map(({ mountPath }: any) => mountPath)).size).toBe(mounts.length);
  }
}

describe("a workload of any kind with any options", () => {
  const made = (combination: (chart: Chart, id: string) => unknown) => {
    const chart = newChart();
    combination(chart, "work");
    return objectsOf(chart) as any[];
  };

  test("runs hardened pods, whose volumes all exist", () => {
    fc.assert(
      fc.property(COMBINATIONS, (combination) => {
        const runners = made(combination).filter(({ kind }) => RUNNERS.includes(kind));
        expect(runners).toHaveLength(1);
        for (const runner of runners) expectPod(podOf(runner), runner);
      }),
      { numRuns: 100 },
    );
  });

  test("has unique object names, a ServiceAccount, and a NetworkPolicy", () => {
    fc.assert(
      fc.property(COMBINATIONS, (combination) => {
        const objects = made(combination);
        const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
        expect(new Set(names).size).toBe(names.length);
        expect(names).toEqual(expect.arrayContaining(["NetworkPolicy work", "ServiceAccount work"]));
      }),
      { numRuns: 50 },
    );
  });

  test("has a replica count or an autoscaler, and a disruption budget of one pod", () => {
    fc.assert(
      fc.property(COMBINATIONS, (combination) => {
        const objects = made(combination);
        const of = (wanted: string) => objects.find(({ kind }) => kind === wanted);
        const scaled = of("Deployment") ?? of("StatefulSet");
        expect("replicas" in (scaled?.spec ?? {})).toBe(
          scaled !== undefined && of("HorizontalPodAutoscaler") === undefined,
        );
        expect(of("PodDisruptionBudget")?.spec.maxUnavailable).toBe(scaled ? 1 : undefined);
      }),
      { numRuns: 50 },
    );
  });

  test("is refused with an image of another registry", () => {
    fc.assert(
      fc.property(COMBINATIONS, (combination) => {
        const chart = newChart();
        AllowedRegistries.of(chart).add("fra.ocir.io/other");
        combination(chart, "work");
        const codes = problemsAtSynthesis(chart).map(({ code }) => code);
        expect([...new Set(codes)]).toEqual(["IMAGE_NOT_ALLOWED"]);
      }),
      { numRuns: 30 },
    );
  });
});
