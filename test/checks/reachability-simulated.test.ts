import * as fc from "fast-check";
import { hostOf, scenario, terraformOf, TRIED_SOURCES, type Scenario } from "./scenarios";
import { simulate, type SimQuestion } from "./simulator";
import { Endpoint, Reachability, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";

const RUNS = { numRuns: 150 };
const PORTS = [1, 2, 3, 4, 5, 6];

interface Question {
  readonly port: Port;
  readonly simulated: SimQuestion;
}

const connection: fc.Arbitrary<Question> = fc
  .record({ tcp: fc.boolean(), from: fc.constantFrom(...PORTS), more: fc.constantFrom(0, 0, 1, 3) })
  .map(({ tcp, from, more }) => {
    const to = Math.min(from + more, 6);
    return {
      port: tcp ? Port.tcpRange(from, to) : Port.udpRange(from, to),
      simulated: {
        protocol: tcp ? 6 : 17,
        targets: PORTS.filter((port) => port >= from && port <= to),
        sources: TRIED_SOURCES,
      },
    };
  });
const icmp: fc.Arbitrary<Question> = fc
  .record({ type: fc.constantFrom(3, 8, 11), code: fc.constantFrom(0, 4) })
  .map(({ type, code }) => ({
    port: Port.icmp(type, code),
    simulated: { protocol: 1, targets: [type], sources: [code] },
  }));
const question = fc.oneof({ weight: 5, arbitrary: connection }, { weight: 1, arbitrary: icmp });

function ask(scene: Scenario, { port }: Question, document = terraformOf(scene)) {
  const reach = Reachability.fromTexts({ terraform: [JSON.stringify(document)] });
  const end = (index: 0 | 1) =>
    Endpoint.vnic(
      `oci_core_subnet.subnet${index}`,
      scene.hosts[index]!.groups.map((name) => `oci_core_network_security_group.${name}`),
    );
  return reach.ask(end(0), end(1), port);
}

test("agrees with a packet simulator on random rules", () => {
  const seen = { yes: 0, no: 0, complete: 0 };
  fc.assert(
    fc.property(scenario, question, (scene, asked) => {
      const { some, all } = simulate(hostOf(scene, 0), hostOf(scene, 1), asked.simulated);
      const { verdict, complete } = ask(scene, asked);
      seen[some ? "yes" : "no"]++;
      if (all) seen.complete++;
      expect({ verdict, complete }).toEqual({ verdict: some ? Verdict.YES : Verdict.NO, complete: all });
    }),
    RUNS,
  );
  // Else the rules were too strict or too loose to tell anything.
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(0);
  expect(seen.complete).toBeGreaterThan(0);
});

test("the rules that a yes names are sufficient", () => {
  fc.assert(
    fc.property(scenario, question, (scene, asked) => {
      const answer = ask(scene, asked);
      if (answer.verdict !== Verdict.YES) return;
      const document = terraformOf(scene);
      const named = new Set(answer.reasons.flatMap(({ rules }) => rules));
      const rules = document.resource.oci_core_network_security_group_security_rule;
      for (const name of Object.keys(rules)) {
        if (!named.has(`oci_core_network_security_group_security_rule.${name}`))
          Reflect.deleteProperty(rules, name);
      }
      expect(ask(scene, asked, document).verdict).toBe(Verdict.YES);
    }),
    RUNS,
  );
});

/** Puts a variable in the place of what a rule says: one more value that is known only when Terraform runs. */
function hide(document: any, pick: number, field: number): void {
  const rules = Object.values<any>(document.resource.oci_core_network_security_group_security_rule);
  const rule = rules[pick % rules.length];
  if (!rule) return;
  const end = rule.source === undefined ? "destination" : "source";
  const ports = rule.tcp_options?.destination_port_range ?? rule.udp_options?.[0]?.destination_port_range;
  const hidden = ["protocol", end, "direction", "network_security_group_id", "stateless"][field % 6];
  if (hidden) rule[hidden] = "${var.hidden}";
  else if (ports) ports.max = "${var.hidden}";
}

test("verdicts despite unknown values hold for any value", () => {
  const seen = { unknown: 0, known: 0 };
  const hidings = fc.array(fc.tuple(fc.nat(30), fc.nat(5)), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(scenario, question, hidings, (scene, asked, hidden) => {
      const document = terraformOf(scene);
      for (const [pick, field] of hidden) hide(document, pick, field);
      const { some, all } = simulate(hostOf(scene, 0), hostOf(scene, 1), asked.simulated);
      const { verdict, complete } = ask(scene, asked, document);
      seen[verdict === Verdict.UNKNOWN ? "unknown" : "known"]++;
      if (verdict !== Verdict.UNKNOWN) expect(verdict).toBe(some ? Verdict.YES : Verdict.NO);
      if (complete) expect(all).toBe(true);
    }),
    RUNS,
  );
  expect(Math.min(seen.unknown, seen.known)).toBeGreaterThan(0);
});
