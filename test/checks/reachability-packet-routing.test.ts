import { addRules, API, cluster, id, INTERNET, NODES, nsg, reach, rule } from "./support";
import { Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";

const { YES, NO, UNKNOWN } = Verdict;
const label = (value: string, mode = "enforce") => ({
  "oracle-zpr.app.value": value,
  "oracle-zpr.app.mode": mode,
});

/** Nodes that reach the endpoint by the rules of both groups, and labels and statements on top of that. */
function labelled({ mode = "enforce", statements = [] as string[], nodes = false, network = "net" }) {
  return reach(
    cluster((resource) => {
      resource.oci_core_vcn.main.security_attributes = label(network);
      const [config] = [resource.oci_containerengine_cluster.main.endpoint_config].flat();
      config.security_attributes = label("api", mode);
      const [pool] = Object.values<any>(resource.oci_containerengine_node_pool);
      if (nodes) pool.primary_vnic = { security_attributes: label("nodes") };
      const ends = [
        ["nodes", "out", "api"],
        ["api", "in", "nodes"],
      ] as const;
      for (const port of [6443, 12250])
        addRules(resource, ...ends.map(([of, way, other]) => rule(of, way, id(nsg(other)), "6", port)));
      resource.oci_zpr_zpr_policy = { all: { statements } };
    }),
  );
}

const IN = "in oracle-zpr.app:net VCN allow";
const TO_API = "to connect to oracle-zpr.app:api endpoints";
const asked = (given: Parameters<typeof labelled>[0], port = Port.tcp(6443)) =>
  labelled(given).ask(NODES, API, port);

describe("an endpoint with a packet routing label", () => {
  test("has an unknown verdict without a policy in the configuration", () => {
    const answer = asked({});
    expect(answer.verdict).toBe(UNKNOWN);
    expect(answer.reasons.map(({ layer }) => layer)).toContain("packet routing");
    expect(String(answer)).toContain("oracle-zpr.app:api");
  });

  test.each([
    ["the range of the nodes", `${IN} '10.0.0.0/16' ${TO_API}`],
    ["the port", `${IN} '10.0.0.0/16' ${TO_API} with protocol='tcp/6443'`],
  ])("is reachable by a statement of %s", (_, statement) => {
    expect(asked({ statements: [statement] }).verdict).toBe(YES);
  });

  test.each([
    ["another port", `${IN} '10.0.0.0/16' ${TO_API} with protocol='tcp/12250'`],
    ["another protocol", `${IN} '10.0.0.0/16' ${TO_API} with protocol='udp/6443'`],
    ["other addresses", `${IN} '10.99.0.0/16' ${TO_API}`],
    ["another VCN", `in oracle-zpr.app:other VCN allow '10.0.0.0/16' ${TO_API}`],
    ["another label", `${IN} '10.0.0.0/16' to connect to oracle-zpr.app:db endpoints`],
    ["the other direction", `${IN} oracle-zpr.app:api endpoints to connect to '10.0.0.0/16'`],
    ["words that it does not know", `${IN} '10.0.0.0/16' ${TO_API} with connection-state='stateless'`],
  ])("is not certainly reachable by a statement of %s", (_, statement) => {
    expect(asked({ statements: [statement] }).verdict).toBe(UNKNOWN);
  });

  test("is reachable by a label if both ends have one", () => {
    const statements = [`${IN} oracle-zpr.app:nodes endpoints ${TO_API}`];
    expect(asked({ statements, nodes: true }).verdict).toBe(YES);
    expect(asked({ statements, nodes: false }).verdict).toBe(UNKNOWN);
  });

  test("is unreachable by a statement alone, as security rules apply too", () => {
    const statements = [`${IN} '0.0.0.0/0' ${TO_API}`];
    expect(labelled({ statements }).ask(INTERNET, API, Port.tcp(22)).verdict).toBe(NO);
  });

  test("in another mode has an unknown verdict too", () => {
    expect(asked({ mode: "audit" }).verdict).toBe(UNKNOWN);
  });
});
