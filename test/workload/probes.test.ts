import { AppProtocol } from "../../lib/workload/app-protocol";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment-props";
import { Probe } from "../../lib/workload/probe";
import { containerOf, IMAGE, newChart, refusal, refusedCodes } from "./support";

function web(props: Partial<HardenedDeploymentProps>) {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080, ...props });
  return containerOf(chart);
}

describe("a liveness probe", () => {
  test.each(Object.values(AppProtocol))("differs from the readiness probe by default, for %s", (protocol) => {
    const { readinessProbe: ready, livenessProbe: live } = web({ protocol });
    expect(live).not.toEqual(ready);
    expect(live.periodSeconds * live.failureThreshold).toBe(2 * ready.periodSeconds * ready.failureThreshold);
  });

  test.each<[string, () => Probe]>([
    ["HTTP", () => Probe.http("/healthz")],
    ["HTTP on another port", () => Probe.http("/healthz", 9090, { periodSeconds: 5 })],
    ["TCP", () => Probe.tcp()],
    ["a command", () => Probe.command(["/app/healthy"])],
  ])(
    "may not be the readiness probe again, by %s, as that restarts what should only get no traffic",
    (_, make) => {
      const [problem, ...others] = refusal(() => web({ readiness: make(), liveness: make() }));
      expect(others).toEqual([]);
      expect(problem).toMatchObject({ code: "PROBE_INVALID", path: "shop/web" });
      expect(problem?.what).toContain("restarted");
    },
  );

  test("may not be it with its port or its defaults written out, nor in a sidecar", () => {
    const liveness = Probe.http("/", 8080, { periodSeconds: 10 });
    expect(refusedCodes(() => web({ liveness }))).toEqual(["PROBE_INVALID"]);
    const probes = { readiness: Probe.tcp(9090), liveness: Probe.tcp(9090) };
    expect(refusedCodes(() => web({ sidecars: [{ name: "proxy", image: IMAGE, ...probes }] }))).toEqual([
      "PROBE_INVALID",
    ]);
  });

  test("may ask the same with more patience", () => {
    const readiness = Probe.http("/healthz");
    expect(web({ readiness, liveness: Probe.http("/healthz", 8080, { failureThreshold: 9 }) })).toMatchObject(
      {
        livenessProbe: { failureThreshold: 9 },
      },
    );
  });
});
