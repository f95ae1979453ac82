import * as fc from "fast-check";
import { addRules, cluster, deployment, id, INTERNET, NODES, nsg, policy, reach, rule } from "./support";
import { Endpoint, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";

const HTTPS = Port.tcp(443);
const { YES, NO, UNKNOWN } = Verdict;
const CONTROLLER = "oci.oraclecloud.com/native-ingress-controller";
const FRONT = Endpoint.loadBalancer("shop", "front");
const WEB = Endpoint.workload("shop", "web");

const group = (ids?: string) =>
  ids === undefined
    ? {}
    : { annotations: { "oci-native-ingress.oraclecloud.com/network-security-group-ids": ids } };

function ingressClass(ids?: string, controller = CONTROLLER): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name: "front", ...group(ids) },
    spec: {
      controller,
      parameters: {
        kind: "IngressClassParameters",
        name: "parameters",
        namespace: "shop",
        scope: "Namespace",
      },
    },
  };
}

function parameters(spec: object = {}, name = "parameters", namespace = "shop"): object {
  return {
    apiVersion: "ingress.oraclecloud.com/v1beta1",
    kind: "IngressClassParameters",
    metadata: { name, namespace },
    spec: { subnetId: id("oci_core_subnet.main"), isPrivate: false, ...spec },
  };
}

/** A cluster whose load balancers may be asked by everybody and may ask pods, which have the group of the nodes. */
const terraform = (change: (resource: any) => void = () => undefined) =>
  cluster((resource) => {
    addRules(
      resource,
      rule("lb", "in", "0.0.0.0/0", "6", 443),
      rule("lb", "out", id(nsg("nodes")), "6", 8080),
      rule("nodes", "in", id(nsg("lb")), "6", 8080),
    );
    change(resource);
  });
const made = (...objects: object[]) => reach(terraform(), objects);
const LB = id(nsg("lb"));

describe("the load balancer of an IngressClass of the native ingress controller", () => {
  test("has the group of the class and the subnet of its parameters", () => {
    const answer = made(ingressClass(LB), parameters()).ask(INTERNET, FRONT, HTTPS);
    expect(answer).toMatchObject({ verdict: YES, complete: true });
    expect(answer.reasons.flatMap(({ rules }) => rules)).toEqual([
      "oci_core_network_security_group_security_rule.rule0",
      "oci_core_route_table.main route_rules[0]",
    ]);
    expect(answer.toString()).toContain("the load balancer of IngressClass front");
  });

  test("is among all load balancers, and does not match other names", () => {
    const reached = made(ingressClass(LB), parameters());
    expect(reached.ask(INTERNET, Endpoint.loadBalancers(), HTTPS).verdict).toBe(YES);
    expect(() => reached.ask(INTERNET, Endpoint.loadBalancer("shop", "web"), HTTPS)).toThrow(
      "ENDPOINT_UNKNOWN",
    );
    expect(() => reached.ask(INTERNET, Endpoint.loadBalancer("other", "front"), HTTPS)).toThrow(
      "ENDPOINT_UNKNOWN",
    );
  });

  test("does not exist for a class of another controller", () => {
    const other = made(ingressClass(LB, "traefik.io/ingress-controller"), parameters());
    expect(() => other.ask(INTERNET, FRONT, HTTPS)).toThrow("ENDPOINT_UNKNOWN");
  });

  test("reaches pods as far as their policies allow, and no node", () => {
    const web = deployment("web", { app: "web" });
    const from = (cidr: string) =>
      policy({ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ port: 8080 }] }] });
    const objects = [ingressClass(LB), parameters(), web];
    const port = Port.tcp(8080);
    expect(made(...objects).ask(FRONT, WEB, port)).toMatchObject({ verdict: YES, complete: true });
    expect(made(...objects, from("10.0.1.0/24")).ask(FRONT, WEB, port).verdict).toBe(YES);
    expect(made(...objects, from("10.0.9.0/24")).ask(FRONT, WEB, port).verdict).toBe(NO);
    expect(made(...objects).ask(FRONT, WEB, Port.tcp(8081)).verdict).toBe(NO);
    expect(made(...objects).ask(FRONT, NODES, Port.tcp(10256)).verdict).toBe(NO);
  });

  test("is closed if it is private, or if the class has no group", () => {
    expect(made(ingressClass(LB), parameters({ isPrivate: true })).ask(INTERNET, FRONT, HTTPS).verdict).toBe(
      NO,
    );
    expect(made(ingressClass(), parameters()).ask(INTERNET, FRONT, HTTPS).verdict).toBe(NO);
  });

  test.each<[string, object[]]>([
    ["what its parameters are", [ingressClass(LB)]],
    [
      "what parameters of its name its namespace has",
      [ingressClass(LB), parameters({}, "parameters", "other")],
    ],
    ["what its subnet is", [ingressClass(LB), parameters({ subnetId: undefined })]],
    [
      "what a subnet has that is named by its OCID",
      [ingressClass(LB), parameters({ subnetId: "ocid1.subnet.oc1..x" })],
    ],
    ["whether it is private", [ingressClass(LB), parameters({ isPrivate: "${var.private}" })]],
    ["what rules its group has", [ingressClass("ocid1.networksecuritygroup.oc1..x"), parameters()]],
  ])("is possibly reachable if it is unknown %s", (_, objects) => {
    expect(made(...objects).ask(INTERNET, FRONT, HTTPS).verdict).toBe(UNKNOWN);
  });

  test("has all groups of the class, regardless of blanks in the list", () => {
    const space = fc.constantFrom("", " ", "  ");
    fc.assert(
      fc.property(space, space, fc.shuffledSubarray(["api", "nodes", "lb"]), (before, after, names) => {
        const ids = names.map((name) => id(nsg(name))).join(`${before},${after}`);
        const answer = made(ingressClass(ids), parameters()).ask(INTERNET, FRONT, HTTPS);
        expect(answer.verdict).toBe(names.includes("lb") ? YES : NO);
      }),
    );
  });
});
