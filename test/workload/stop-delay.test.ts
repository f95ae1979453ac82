import fc from "fast-check";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { IMAGE, newChart, objectOf, refusedCodes } from "./support";

function podOf(props: Partial<HardenedDeploymentProps>) {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE, ...props });
  return objectOf(chart, "Deployment").spec.template.spec;
}
const pauseOf = (props: Partial<HardenedDeploymentProps>) =>
  podOf(props).containers[0].lifecycle?.preStop.sleep.seconds;

describe("a pod that is to end", () => {
  test("goes on serving for some seconds where it has a port, and the program alone does", () => {
    expect(pauseOf({ port: 8080 })).toBe(5);
    expect(pauseOf({})).toBeUndefined();
    const { initContainers } = podOf({ port: 8080, sidecars: [{ name: "proxy", image: IMAGE, port: 9090 }] });
    expect(initContainers[0]).not.toHaveProperty("lifecycle");
  });

  test("does so for as long as it is told, or not at all", () => {
    expect(pauseOf({ stopDelaySeconds: 20 })).toBe(20);
    expect(pauseOf({ port: 8080, stopDelaySeconds: 0 })).toBeUndefined();
  });

  test("always has some of the grace period left for its program", () => {
    fc.assert(
      fc.property(fc.nat(60), (terminationGracePeriodSeconds) => {
        const pause = pauseOf({ port: 8080, terminationGracePeriodSeconds }) ?? 0;
        expect(pause === 0 || pause < terminationGracePeriodSeconds).toBe(true);
      }),
    );
  });

  test.each([
    { stopDelaySeconds: 30 },
    { stopDelaySeconds: -1 },
    { stopDelaySeconds: 1.5 },
    { stopDelaySeconds: "5" as never },
    { stopDelaySeconds: 10, terminationGracePeriodSeconds: 10 },
    { port: 8080, terminationGracePeriodSeconds: -1 },
  ])("is refused %j", (props) => {
    expect(refusedCodes(() => podOf(props))).toEqual(["COUNT_INVALID"]);
  });
});
