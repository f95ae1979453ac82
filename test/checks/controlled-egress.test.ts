import { deviations, othersThan, PINGS, title, type Flow } from "./flows";
import { Endpoint, Reachability, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";
import { stacksOf, sharedExample } from "../support/examples";

const outdir = sharedExample("controlled-egress");
const reach = Reachability.fromOutdir(outdir);
const { resource } = stacksOf(outdir).payments;
const addressOf = (type: string, part: string) => {
  const [id] = Object.keys(resource[type]).filter((name) => name.startsWith(part));
  return `${type}.${id}`;
};

const DATABASE = Endpoint.vnic(addressOf("oci_core_subnet", "database-subnet"), [
  addressOf("oci_core_network_security_group", "databases"),
]);
const SOURCES: { [name: string]: Endpoint } = {
  "payments/web": Endpoint.workload("payments", "web"),
  "another pod of the namespace": Endpoint.pod("payments", { app: "other" }),
  "pods without policies": Endpoint.pods(),
  nodes: Endpoint.nodes(),
  "load balancers": Endpoint.loadBalancers(),
  "the API endpoint": Endpoint.apiEndpoint(),
  "the database": DATABASE,
};
const TARGETS: { [name: string]: Endpoint } = {
  "the bank": Endpoint.addresses(["203.0.113.0/24"]),
  "the ledger": Endpoint.addresses(["10.200.16.5/32"]),
  "the database": DATABASE,
  "its neighbours without the group": Endpoint.addresses(["10.40.8.0/24"]),
  "other hosts of the internet": Endpoint.addresses(["93.184.215.0/24"]),
  "other hosts of the offices": Endpoint.addresses(["10.200.17.0/24"]),
  "other hosts of the VCN": Endpoint.addresses(["10.40.20.0/24"]),
  "private addresses elsewhere": Endpoint.addresses(["172.20.0.0/24"]),
  metadata: Endpoint.metadata(),
};
const DECLARED: { [target: string]: Port } = {
  "the bank": Port.tcp(443),
  "the ledger": Port.tcp(1521),
  "the database": Port.tcp(5432),
};
// Link-local traffic passes no security rule, so only a policy keeps a pod from it.
const UNFILTERED = ["pods without policies", "nodes", "load balancers", "the API endpoint", "the database"];
// Nobody knows which public addresses are those of Oracle's services, which these may reach.
const OF_SERVICES = ["pods without policies", "nodes", "the API endpoint"];
const TAKERS = ["payments/web", "pods without policies"];

const flows = Object.keys(SOURCES).flatMap((from) =>
  Object.keys(TARGETS)
    .filter((to) => to !== from && !(to === "metadata" && UNFILTERED.includes(from)))
    .map((to): Flow => {
      const port = TAKERS.includes(from) ? DECLARED[to] : undefined;
      const maybeService = to === "other hosts of the internet" && OF_SERVICES.includes(from);
      const undecided = maybeService ? [Port.tcp(443), Port.pathMtuDiscovery()] : [];
      return { from, to, ports: port ? [port] : [], undecided };
    }),
);

describe("the egress of the example", () => {
  test.each(flows.map((flow) => [title(flow), flow] as const))("%s", (_, flow) => {
    expect([...deviations(reach, { ...SOURCES, ...TARGETS }, flow)]).toEqual([]);
  });

  test.each(Object.entries(DECLARED))("to %s is allowed by both layers and routed", (to, port) => {
    const answer = reach.ask(SOURCES["payments/web"]!, TARGETS[to]!, port);
    expect([answer.verdict, answer.complete]).toEqual([Verdict.YES, true]);
    const layers = new Set(answer.reasons.map(({ layer }) => layer));
    expect([...layers]).toEqual(expect.arrayContaining(["network policy", "security rules"]));
  });

  test("is denied to another pod of the namespace by policies, as all pods share their group", () => {
    for (const [to, port] of Object.entries(DECLARED)) {
      const { verdict, reasons } = reach.ask(SOURCES["another pod of the namespace"]!, TARGETS[to]!, port);
      expect(verdict).toBe(Verdict.NO);
      expect(reasons.map(({ layer }) => layer)).toEqual(["network policy"]);
    }
  });

  test("is checked for every other port and some ICMP types", () => {
    expect(othersThan([Port.tcp(443)])).toEqual(
      expect.arrayContaining([Port.tcpRange(444, 65535), ...PINGS]),
    );
  });
});
