import { ApiObject, Lazy } from "cdk8s";
import { EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { IMAGE, newChart, problemsAtSynthesis, problemCodesOf } from "../workload/support";

/** A value of cdk8s that turns out to be null, as an untyped program may give it anywhere. */
const none: any = Lazy.any({ produce: () => null });

test.each<[string, object]>([
  ["a label", { labels: { team: none } }],
  ["labels", { labels: none }],
  ["a port", { port: none }],
])("a late null of cdk8s as %s of a workload is refused", (_, props) => {
  expect(
    problemCodesOf(() => new HardenedDeployment(newChart(), "web", { image: IMAGE, ...props })),
  ).not.toEqual([]);
});

test("a late null of cdk8s as the value of a variable is refused", () => {
  expect(problemCodesOf(() => EnvironmentValue.fromValue(none))).toEqual(["VALUE_INVALID"]);
});

test.each(["Pod", "Service"])(
  "a %s of cdk8s with a late null in it breaks no check of the library",
  (kind) => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE });
    new ApiObject(chart, "other", {
      apiVersion: "v1",
      kind,
      metadata: { name: "a", annotations: none },
      spec: none,
    });
    expect(problemsAtSynthesis(chart)).toEqual([]);
  },
);
