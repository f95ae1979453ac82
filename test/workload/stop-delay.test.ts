import { Duration } from "cdk8s";
import fc from "fast-check";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { IMAGE, newChart, objectOf, validationProblemsOf } from "./support";

function podOf(props: Partial<HardenedDeploymentProps>) {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE, ...props });
  return objectOf(chart, "Deployment").spec.template.spec;
}
const pauseOf = (props: Partial<HardenedDeploymentProps>) =>
  podOf(props).containers[0].lifecycle?.preStop.sleep.seconds;

describe("the stop delay", () => {
  test("is 5 seconds for a program with a port, and applies to no other container", () => {
    expect(pauseOf({ port: 8080 })).toBe(5);
    expect(pauseOf({})).toBeUndefined();
    const { initContainers } = podOf({ port: 8080, sidecars: [{ name: "proxy", image: IMAGE, port: 9090 }] });
    expect(initContainers[0]).not.toHaveProperty("lifecycle");
  });

  test("is what stopDelay says", () => {
    expect(pauseOf({ stopDelay: Duration.seconds(20) })).toBe(20);
    expect(pauseOf({ port: 8080, stopDelay: Duration.seconds(0) })).toBeUndefined();
  });

  test("leaves the program some of its grace period, for every grace period", () => {
    fc.assert(
      fc.property(fc.nat(60), (seconds) => {
        const pause = pauseOf({ port: 8080, terminationGracePeriod: Duration.seconds(seconds) }) ?? 0;
        expect(pause === 0 || pause < seconds).toBe(true);
      }),
    );
  });

  test("is readable on the workload, as is the grace period", () => {
    const web = new HardenedDeployment(newChart(), "web", { image: IMAGE, port: 8080 });
    expect(web.stopDelay.toSeconds()).toBe(5);
    expect(web.terminationGracePeriod.toSeconds()).toBe(30);
  });

  test.each<[string, object, string, string]>([
    [
      "that is as long as the default grace period",
      { stopDelay: Duration.seconds(30) },
      "DURATION_INVALID",
      "stopDelay",
    ],
    [
      "that is as long as the grace period",
      { stopDelay: Duration.seconds(10), terminationGracePeriod: Duration.seconds(10) },
      "DURATION_INVALID",
      "stopDelay",
    ],
    ["of a fraction of a second", { stopDelay: Duration.millis(1500) }, "DURATION_INVALID", "stopDelay"],
    ["that is a number", { stopDelay: 5 }, "VALUE_INVALID", "stopDelay"],
    [
      "with a grace period of a fraction of a second",
      { terminationGracePeriod: Duration.millis(1500) },
      "DURATION_INVALID",
      "terminationGracePeriod",
    ],
  ])("is refused if it is one %s", (_, props, code, property) => {
    expect(validationProblemsOf(() => podOf(props))).toMatchObject([{ code, property }]);
  });
});
