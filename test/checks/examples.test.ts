import * as fc from "fast-check";
import * as fs from "node:fs";
import * as path from "node:path";
import { deviations, endsOf, MATRIX, PINGS, silentPairs, title, type Flow } from "./flows";
import { mutationsOf, type Configuration } from "./mutations";
import { Reachability } from "../../lib/checks/reachability";
import { Port } from "../../lib/core/port";
import { previewsOf, stacksOf, synthesizeExample } from "../support/examples";
import { Yaml } from "cdk8s";

const web: readonly Flow[] = [
  { from: "nodes", to: "shop/web", ports: [Port.tcp(8080)], undecided: PINGS },
  { from: "shop/web", to: "DNS", ports: [Port.tcp(53), Port.udp(53)], undecided: PINGS },
  { from: "an unknown pod of shop", to: "DNS", ports: [Port.tcp(53), Port.udp(53)], undecided: PINGS },
  { from: "a pod of another namespace", to: "shop/web", ports: [] },
  { from: "an unknown pod of shop", to: "shop/web", ports: [] },
  { from: "a pod of another namespace", to: "an unknown pod of shop", ports: [] },
  { from: "shop/web", to: "a pod of another namespace", ports: [] },
  { from: "an unknown pod of shop", to: "a pod of another namespace", ports: [] },
  { from: "nodes", to: "an unknown pod of shop", ports: [] },
  { from: "the API endpoint", to: "shop/web", ports: [] },
  { from: "load balancers", to: "shop/web", ports: [] },
  { from: "the internet", to: "shop/web", ports: [] },
  ...[
    "the API endpoint",
    "nodes",
    "Oracle services",
    "the internet",
    "another host of the VCN",
    "metadata",
  ].flatMap((to) => ["shop/web", "an unknown pod of shop"].map((from) => ({ from, to, ports: [] }))),
];

/** What each example opens beside the matrix, with a range of its VCN in which nothing of it lives. */
const EXAMPLES: { [name: string]: { host: string; flows: readonly Flow[] } } = {
  quickstart: {
    host: "10.0.9.0/24",
    flows: [{ from: "another host of the VCN", to: "load balancers", ports: [Port.tcp(443)] }],
  },
  "public-shop": {
    host: "10.40.63.0/24",
    flows: [
      { from: "the internet", to: "load balancers", ports: [Port.tcp(443)], partly: true },
      { from: "shop/web", to: "shop/api", ports: [Port.tcp(8081)], undecided: PINGS },
      { from: "shop/api", to: "shop/web", ports: [] },
      { from: "a pod of another namespace", to: "shop/api", ports: [] },
      { from: "nodes", to: "shop/api", ports: [] },
      { from: "shop/api", to: "metadata", ports: [] },
      { from: "shop/api", to: "Oracle services", ports: [] },
      // The example allows its VPN in; the way that the VPN takes into the VCN is not part of it.
      { from: "administrators", to: "the API endpoint", ports: [], unrouted: [Port.tcp(6443)] },
      // Oracle's services have public addresses too; which ones, the configuration does not say.
      { from: "Oracle services", to: "load balancers", ports: [], undecided: [Port.tcp(443)] },
    ],
  },
};

/** What tells a changed configuration from the given one: a new wide rule, or the first flow that is not as it was. */
function noticed(
  { terraform, objects }: Configuration,
  host: string,
  flows: readonly Flow[],
  wide: string[],
): string | undefined {
  const reach = Reachability.fromTexts({
    terraform: terraform.map((one) => JSON.stringify(one)),
    manifests: [JSON.stringify(objects)],
  });
  const wider = reach.wideRules().find((line) => !wide.includes(line));
  if (wider !== undefined) return wider;
  for (const flow of flows) for (const deviation of deviations(reach, endsOf(host), flow)) return deviation;
  return undefined;
}

describe.each(Object.entries(EXAMPLES))("example %s", (name, { host, flows: own }) => {
  const outdir = synthesizeExample(name);
  const reach = Reachability.fromOutdir(outdir);
  const configuration: Configuration = {
    terraform: Object.values(stacksOf(outdir)),
    objects: Object.keys(previewsOf(outdir)).flatMap((file) =>
      Yaml.load(path.join(outdir, "manifests", file)),
    ),
  };
  const network = [...MATRIX, ...own];
  const flows = [...network, ...silentPairs(network), ...web];
  const wide = reach.wideRules();
  const mutations = mutationsOf(configuration);

  afterAll(() => fs.rmSync(path.dirname(outdir), { recursive: true }));

  test.each(flows.map((flow) => [title(flow), flow] as const))("%s", (_, flow) => {
    expect([...deviations(reach, endsOf(host), flow)]).toEqual([]);
  });

  test("has only wide rules between its own groups", () => {
    expect(
      wide.filter((line) => !/(ApiEndpoint|Workers|Pods)_(in|e)gress-(ApiEndpoint|Workers|Pods)/.test(line)),
    ).toEqual([
      "rules that the controller writes for Service shop/web: not known: Kubernetes chooses the node port when it makes the Service",
    ]);
  });

  test("is the same from texts", () => {
    expect(noticed(configuration, host, flows, wide)).toBeUndefined();
  });

  test("every rule that is deleted and every rule that is widened is noticed", () => {
    const unnoticed = mutations.filter(({ change }) => {
      const changed = structuredClone(configuration);
      change(changed);
      return noticed(changed, host, flows, wide) === undefined;
    });
    expect(mutations.length).toBeGreaterThan(80);
    expect(unnoticed.map(({ title: what }) => what)).toEqual([]);
  });

  test("ten changes at random, several at a time, are noticed", () => {
    fc.assert(
      fc.property(fc.subarray(mutations, { minLength: 2, maxLength: 4 }), (several) => {
        const changed = structuredClone(configuration);
        for (const { change } of several) change(changed);
        expect(noticed(changed, host, flows, wide)).toBeDefined();
      }),
      { numRuns: 10 },
    );
  });
});
