import { Endpoint, Reachability, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";
import { sharedExample } from "../support/examples";

/** The workloads of the example, and a pod of each tenant that its charts do not know. */
const WORKLOADS = ["bank/payments", "shop/web", "toys/web"];
const UNKNOWN = ["bank", "shop", "toys"].map((tenant) => `${tenant}/?`);
const ALL = [...WORKLOADS, ...UNKNOWN];
const PORTS = [8080, 443, 22, 6443, 10250, 31000].map((port) => Port.tcp(port));

const tenantOf = (name: string) => name.slice(0, name.indexOf("/"));
const endpointOf = (name: string) => {
  const [tenant = "", workload = ""] = name.split("/");
  return workload === "?" ? Endpoint.pod(tenant, { app: "of-nobody" }) : Endpoint.workload(tenant, workload);
};

describe("the three tenants of the example", () => {
  const outdir = sharedExample("tenants");
  const reach = Reachability.fromOutdir(outdir);
  const verdict = (from: Endpoint, to: Endpoint, port: Port) => reach.ask(from, to, port).verdict;

  test("can connect only as both declared: from shop to bank on one port", () => {
    const met = ALL.flatMap((from) =>
      ALL.filter((to) => tenantOf(to) !== tenantOf(from)).flatMap((to) =>
        [...PORTS, Port.udp(53)]
          .map((port) => [port, verdict(endpointOf(from), endpointOf(to), port)] as const)
          .filter(([, rejectionOf]) => rejectionOf !== Verdict.NO)
          .map(([port, rejectionOf]) => `${from} -> ${to} ${port.toString()}: ${rejectionOf}`),
      ),
    );
    expect(met).toEqual([`shop/web -> bank/payments tcp-8080: ${Verdict.YES}`]);
  });

  test("have no undeclared connections, even within a tenant", () => {
    for (const tenant of ["bank", "shop", "toys"]) {
      const [known] = WORKLOADS.filter((name) => tenantOf(name) === tenant);
      for (const [from, to] of [
        [known!, `${tenant}/?`],
        [`${tenant}/?`, known!],
      ] as const) {
        for (const port of PORTS) {
          expect([from, to, verdict(endpointOf(from), endpointOf(to), port)]).toEqual([from, to, Verdict.NO]);
        }
      }
    }
  });

  test.each<[string, Endpoint]>([
    ["the API endpoint", Endpoint.apiEndpoint()],
    ["the nodes", Endpoint.nodes()],
    ["the internet", Endpoint.internet()],
    ["the metadata of the node", Endpoint.metadata()],
    ["Oracle's services", Endpoint.oracleServices()],
  ])("can't connect to shared infrastructure: %s", (_, to) => {
    for (const from of ALL) {
      for (const port of PORTS) {
        expect([from, port.toString(), verdict(endpointOf(from), to, port)]).toEqual([
          from,
          port.toString(),
          Verdict.NO,
        ]);
      }
    }
  });

  test("accept no connections from other namespaces", () => {
    const stranger = Endpoint.pod("other", { app: "x" });
    for (const to of ALL) {
      for (const port of PORTS) expect(verdict(stranger, endpointOf(to), port)).toBe(Verdict.NO);
    }
  });
});
