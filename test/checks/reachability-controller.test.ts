import * as fc from "fast-check";
import * as fs from "node:fs";
import * as path from "node:path";
import { readControllerService } from "../../lib/checks/reachability/private/controller-service";
import { Tri } from "../../lib/checks/reachability/private/three-valued-logic";
import { Port } from "../../lib/core/port";
import { Endpoint, Verdict } from "../../lib/checks";
import { addRules, cluster, id, INTERNET, loadBalancer, NODES, nsg, reach, rule } from "./support";

/** What the cloud controller v1.35.0 made of a Service: its own answers, by `NewLBSpec` and its rules for groups. */
interface Answer {
  readonly annotations: { readonly [key: string]: string };
  readonly spec: any;
  readonly is: {
    readonly refused?: boolean;
    readonly type?: string;
    readonly internal?: boolean;
    readonly mode?: string;
    readonly preserve?: boolean;
    readonly sources?: string[];
    readonly groups?: string[];
    readonly nsgIn?: string[];
    readonly nodeIn?: string[];
  };
}

const answers: Answer[] = JSON.parse(
  fs.readFileSync(path.join(__dirname, "controller-answers.json"), "utf8"),
);
const read = ({ annotations, spec }: Answer) => readControllerService({ metadata: { annotations }, spec });
const taken = answers.filter(({ is }) => !is.refused);
const isPrivate = (range: string) => /^(10|172)\./.test(range);
const LB = Endpoint.loadBalancer("shop", "web");
const { YES, NO, UNKNOWN } = Verdict;
const OCI = "oci.oraclecloud.com/";
const BETA = "service.beta.kubernetes.io/oci-load-balancer-";
const NLB = "oci-network-load-balancer.oraclecloud.com/";

describe("annotations are interpreted like the cloud controller does", () => {
  test("a Service that it rejects has unknown verdicts", () => {
    expect(taken.length).toBeGreaterThan(answers.length / 3);
    for (const answer of answers) {
      const { doubt, readings } = read(answer);
      expect([answer, doubt !== undefined]).toEqual([answer, answer.is.refused === true]);
      if (!answer.is.refused) continue;
      expect(readings.map(({ mode }) => mode)).toEqual(["NSG", "All", "Frontend", "None"]);
      expect(readings.every(({ isPublic }) => isPublic === Tri.MAYBE)).toBe(true);
    }
  });

  test("all others have the expected type, rules, address, source and clients", () => {
    for (const answer of taken) {
      const { readings, sources, groups } = read(answer);
      expect(readings).toHaveLength(1);
      const [{ isNetwork, mode, isPublic, preservesSource } = {} as never] = readings;
      const { type, internal, preserve, sources: ranges, groups: attached } = answer.is;
      const own = [
        isNetwork ? "nlb" : "lb",
        mode,
        isPublic === Tri.NO,
        preservesSource === Tri.YES,
        [...sources].sort(),
        [...new Set(groups(isNetwork))],
      ];
      expect([answer, own]).toEqual([
        answer,
        [type, answer.is.mode, internal, preserve ?? false, [...(ranges ?? [])].sort(), attached ?? []],
      ]);
    }
  });

  test("each rule that it writes into groups allows packets", () => {
    const ofGroups = taken.filter(({ is }) => is.mode === "NSG");
    expect(ofGroups.length).toBeGreaterThan(10);
    for (const { annotations, spec, is } of ofGroups) {
      const backends = `${OCI}oci-backend-network-security-group`;
      const known = annotations[backends] ? { [backends]: id(nsg("nodes")) } : {};
      const none = { [`${OCI}oci-network-security-groups`]: "", [`${NLB}oci-network-security-groups`]: "" };
      const of = reach(cluster(), [loadBalancer({ ...annotations, ...known, ...none }, spec)]);
      for (const text of [...(is.nsgIn ?? []).map((entry) => `lb ${entry}`), ...(is.nodeIn ?? [])]) {
        const [, from = "", port] = /from (\S+) proto 6 port (\d+)$/.exec(text) ?? [];
        // The network has no route to private ranges, and nobody outside reaches a private load balancer.
        const isOutside = from !== "frontend";
        if (isOutside && (isPrivate(from) || is.internal)) continue;
        const end = isOutside ? Endpoint.addresses([from.replace("0.0.0.0/0", "203.0.113.0/24")]) : LB;
        const target = text.startsWith("lb") ? LB : NODES;
        const { verdict } = of.ask(end, target, Port.tcp(Number(port)));
        expect([annotations, text, verdict]).toEqual([annotations, text, YES]);
      }
    }
  });
});

describe("a load balancer that preserves the source, with controller rules", () => {
  const notes = (mode: string) => ({
    [`${OCI}load-balancer-type`]: "nlb",
    [`${OCI}security-rule-management-mode`]: mode,
    [`${OCI}oci-backend-network-security-group`]: id(nsg("nodes")),
  });
  const spec = {
    externalTrafficPolicy: "Local",
    healthCheckNodePort: 31_000,
    loadBalancerSourceRanges: ["203.0.113.0/24"],
  };
  const clients = Endpoint.addresses(["203.0.113.0/24"]);
  const ask = (annotations: object, of = spec) => reach(cluster(), [loadBalancer(annotations, of)]);

  test.each([["NSG"], ["SL-All"]])("allows its clients to reach the node port, in mode %s", (mode) => {
    expect(ask(notes(mode)).ask(clients, NODES, Port.tcp(30_443)).verdict).toBe(YES);
    expect(ask(notes(mode)).ask(clients, NODES, Port.tcp(31_000)).verdict).toBe(NO);
    expect(
      ask(notes(mode)).ask(Endpoint.addresses(["198.51.100.0/24"]), NODES, Port.tcp(30_443)).verdict,
    ).toBe(NO);
  });

  test.each<[string, object]>([
    ["says so", { [`${NLB}is-preserve-source`]: "F" }],
    [
      "is written in capitals, where the controller preserves nothing,",
      { [`${OCI}load-balancer-type`]: "NLB" },
    ],
  ])("allows nobody to reach it if it %s", (_, more) => {
    expect(ask({ ...notes("NSG"), ...more }).ask(clients, NODES, Port.tcp(30_443)).verdict).toBe(NO);
  });
});

test.each([["NSG"], ["SL-All"]])(
  "of a load balancer without node ports nothing is certain about pods, in mode %s",
  (mode) => {
    const notes = {
      [`${OCI}security-rule-management-mode`]: mode,
      [`${OCI}oci-backend-network-security-group`]: id(nsg("nodes")),
    };
    const ask = (spec: object) =>
      reach(cluster(), [loadBalancer(notes, spec)]).ask(LB, Endpoint.pod("shop", {}), Port.tcp(8080)).verdict;
    expect(ask({ allocateLoadBalancerNodePorts: false, ports: [{ port: 443, targetPort: 8080 }] })).toBe(
      UNKNOWN,
    );
    expect(ask({})).toBe(NO);
  },
);

test("a load balancer of another controller has unknown verdicts", () => {
  const of = reach(cluster(), [loadBalancer({}, { loadBalancerClass: "acme.example/edge" })]);
  expect(of.ask(LB, NODES, Port.tcp(30_443)).verdict).toBe(UNKNOWN);
});

test("a load balancer accepts the older modes, and treats other values as All", () => {
  const verdict = (mode: string) => {
    const manifest = loadBalancer({ [`${BETA}security-list-management-mode`]: mode });
    return reach(cluster(), [manifest]).ask(LB, NODES, Port.tcp(30_443)).verdict;
  };
  expect(["All", "frontend", "none", "Frontend", "None"].map(verdict)).toEqual([YES, YES, YES, NO, NO]);
});

const VALUES: { readonly [key: string]: readonly string[] } = {
  [`${OCI}load-balancer-type`]: ["lb", "nlb", "NLB", "other"],
  [`${BETA}internal`]: ["true", "1", "F", "yes"],
  [`${NLB}internal`]: ["true", "T", "0", "tRUE"],
  [`${OCI}security-rule-management-mode`]: ["NSG", "nsg", "SL-All", "sl-frontend", "None", "none"],
  [`${BETA}security-list-management-mode`]: ["All", "Frontend", "None", "frontend"],
  [`${NLB}security-list-management-mode`]: ["All", "Frontend", "None", "none"],
  [`${NLB}is-preserve-source`]: ["true", "false", "t", "no"],
};

test("unknown values never yield a verdict that a possible value contradicts", () => {
  const ruled = cluster((resource) =>
    addRules(
      resource,
      rule("lb", "in", "203.0.113.0/24", "6", 443),
      rule("lb", "out", id(nsg("nodes")), "6", 30_443),
      rule("nodes", "in", id(nsg("lb")), "6", 30_443),
    ),
  );
  const attached = {
    [`${OCI}oci-network-security-groups`]: id(nsg("lb")),
    [`${NLB}oci-network-security-groups`]: id(nsg("lb")),
    [`${OCI}oci-backend-network-security-group`]: id(nsg("nodes")),
  };
  const given = fc.record(
    Object.fromEntries(Object.entries(VALUES).map(([key, values]) => [key, fc.constantFrom(...values)])),
    { requiredKeys: [] },
  );
  const specs = fc.constantFrom({}, { externalTrafficPolicy: "Local", healthCheckNodePort: 31_000 });
  const clients = Endpoint.addresses(["203.0.113.0/24"]);
  const verdicts = (annotations: object, spec: object) => {
    const of = reach(ruled, [loadBalancer({ ...attached, ...annotations }, spec)]);
    return [
      of.ask(clients, LB, Port.tcp(443)),
      of.ask(LB, NODES, Port.tcp(30_443)),
      of.ask(clients, NODES, Port.tcp(30_443)),
      of.ask(INTERNET, LB, Port.tcp(443)),
    ].map(({ verdict }) => verdict);
  };
  fc.assert(
    fc.property(given, specs, fc.constantFrom(...Object.keys(VALUES)), (annotations, spec, key) => {
      const unknown = verdicts({ ...annotations, [key]: "${var.later}" }, spec);
      for (const value of VALUES[key] ?? []) {
        for (const [index, verdict] of verdicts({ ...annotations, [key]: value }, spec).entries()) {
          const open = unknown[index];
          expect([key, value, index, open === UNKNOWN || verdict === UNKNOWN || open === verdict]).toContain(
            true,
          );
        }
      }
    }),
    { numRuns: 40 },
  );
});
