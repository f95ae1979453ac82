import {
  addRules,
  API,
  cluster,
  deployment,
  id,
  INTERNET,
  loadBalancer,
  NODES,
  nsg,
  policy,
  reach,
  rule,
} from "./support";
import { Endpoint, Reachability, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";
import { problemCodesOf } from "../support/stack";

const { YES, NO, UNKNOWN } = Verdict;
const WEB = Endpoint.workload("shop", "web");
const METADATA = Endpoint.metadata();
const HTTP = Port.tcp(80);
const ALL = (...groups: string[]) =>
  cluster((resource) => {
    for (const group of groups) {
      addRules(resource, rule(group, "in", "0.0.0.0/0", "all"), rule(group, "out", "0.0.0.0/0", "all"));
    }
  });
const web = deployment("web", { app: "web" });

describe("pods", () => {
  test("need security rules and policies that allow the packets", () => {
    const closed = policy({ podSelector: {} });
    expect(reach(ALL("nodes"), [web]).ask(NODES, WEB, HTTP).verdict).toBe(YES);
    expect(reach(ALL("nodes"), [web, closed]).ask(NODES, WEB, HTTP).verdict).toBe(NO);
    expect(reach(ALL(), [web]).ask(NODES, WEB, HTTP).verdict).toBe(NO);
  });

  test("ignore policies if no engine enforces them, and the answer states the assumption", () => {
    const closed = policy({ podSelector: {} });
    const answer = reach(ALL("nodes"), [web, closed], { policyEngine: false }).ask(NODES, WEB, HTTP);
    expect(answer.verdict).toBe(YES);
    expect(answer.assumptions).toContain("no engine enforces NetworkPolicies, so they have no effect");
    const enforced = reach(ALL("nodes"), [web, closed]).ask(NODES, WEB, HTTP);
    expect(enforced.assumptions).toContain("an engine enforces NetworkPolicies; OKE has none by itself");
  });

  test("reach the metadata service regardless of security rules, unless an egress policy denies it", () => {
    const ask = (...policies: object[]) => reach(ALL(), [web, ...policies]).ask(WEB, METADATA, HTTP);
    expect(ask().verdict).toBe(YES);
    expect(ask(policy({ podSelector: {} })).verdict).toBe(YES);
    expect(ask(policy({ podSelector: {}, policyTypes: ["Egress"] })).verdict).toBe(NO);
    const allow = {
      podSelector: {},
      egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }] }],
    };
    expect(ask(policy(allow)).verdict).toBe(NO);
    expect(ask(policy({ ...allow, egress: [{}] })).verdict).toBe(YES);
  });

  test("on the host network are evaluated like nodes, without policies", () => {
    const host = deployment("web", { app: "web" }, { hostNetwork: true });
    const deny = policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(reach(ALL("nodes"), [host, deny]).ask(API, WEB, HTTP).verdict).toBe(NO);
    expect(reach(ALL("nodes", "api"), [host, deny]).ask(API, WEB, HTTP).verdict).toBe(YES);
  });

  test("without Terraform are evaluated by policies only, and the answer states so", () => {
    const allow = policy({
      podSelector: { matchLabels: { app: "web" } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "client" } } }], ports: [{ port: 80 }] }],
    });
    const only = reach([], [web, deployment("client", { app: "client" }), allow]);
    const client = Endpoint.workload("shop", "client");
    expect(only.ask(client, WEB, HTTP)).toMatchObject({ verdict: YES, complete: true });
    expect(only.ask(client, WEB, Port.tcp(81)).verdict).toBe(NO);
    expect(only.ask(Endpoint.pod("other", { app: "client" }), WEB, HTTP).verdict).toBe(NO);
    expect(only.ask(client, WEB, HTTP).assumptions).toContain(
      "only NetworkPolicies are evaluated, as there is no Terraform configuration",
    );
  });

  test("have an unknown verdict if it depends on unknown labels or ports", () => {
    const from = (peer: object, ports: object[] = []) =>
      policy({ podSelector: {}, ingress: [{ from: [peer], ports }] });
    const other = Endpoint.pod("other", {});
    const team = { namespaceSelector: { matchLabels: { team: "a" } } };
    expect(reach(ALL("nodes"), [web, from(team)]).ask(other, WEB, HTTP).verdict).toBe(UNKNOWN);
    const known = { apiVersion: "v1", kind: "Namespace", metadata: { name: "other", labels: { team: "a" } } };
    expect(reach(ALL("nodes"), [web, from(team), known]).ask(other, WEB, HTTP).verdict).toBe(YES);
    const named = policy({ podSelector: {}, egress: [{ ports: [{ port: "http" }] }] });
    expect(reach(ALL("nodes"), [web, named]).ask(WEB, other, HTTP).verdict).toBe(UNKNOWN);
  });

  test("with references in their policies have a known verdict only if the referenced value is a literal", () => {
    const from = (cidr: string) => policy({ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr } }] }] });
    const written = reach(ALL("nodes"), [web, from(id("oci_core_subnet.main", "cidr_block"))]);
    expect(written.ask(NODES, WEB, HTTP)).toMatchObject({ verdict: YES, complete: true });
    expect(written.ask(Endpoint.addresses(["10.0.2.0/24"]), WEB, HTTP).verdict).toBe(NO);
    expect(reach(ALL("nodes"), [web, from("${var.cidr}")]).ask(NODES, WEB, HTTP).verdict).toBe(UNKNOWN);
    const port = policy({ podSelector: {}, ingress: [{ ports: [{ port: "${var.port}" }] }] });
    expect(reach(ALL("nodes"), [web, port]).ask(NODES, WEB, HTTP).verdict).toBe(UNKNOWN);
    const label = {
      podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["${var.app}"] }] },
    };
    expect(reach(ALL("nodes"), [web, policy(label)]).ask(NODES, WEB, HTTP).verdict).toBe(UNKNOWN);
  });

  test("of an overlay are reachable through the tunnel of the nodes only", () => {
    const flannel = (...rules: object[]) =>
      reach(
        cluster((resource) => {
          resource.oci_containerengine_node_pool.main.node_config_details[0].node_pool_pod_network_option_details =
            {
              cni_type: "FLANNEL_OVERLAY",
            };
          addRules(resource, ...rules);
        }),
        [web, policy({ podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] })],
      );
    const nodes = id(nsg("nodes"));
    const tunnel = [rule("nodes", "in", nodes, "all"), rule("nodes", "out", nodes, "all")];
    const pod = Endpoint.pod("other", {});
    expect(flannel(...tunnel).ask(pod, WEB, HTTP)).toMatchObject({ verdict: YES, complete: true });
    expect(flannel(...tunnel).ask(pod, WEB, Port.tcp(81)).verdict).toBe(NO);
    expect(flannel().ask(pod, WEB, HTTP).verdict).toBe(NO);
    const entry = [rule("nodes", "in", nodes, "17", 8472), rule("nodes", "out", nodes, "17", 8472)];
    expect(flannel(...entry).ask(pod, WEB, HTTP).verdict).toBe(UNKNOWN);
    expect(flannel(...tunnel, rule("nodes", "in", "0.0.0.0/0", "all")).ask(INTERNET, WEB, HTTP).verdict).toBe(
      NO,
    );
  });

  test("from YAML are read like those from JSON", () => {
    const manifests = [
      "# one\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {}\n---\n",
      "",
    ];
    const only = Reachability.fromTexts({ manifests });
    expect(only.ask(Endpoint.pod("other", {}), WEB, HTTP).verdict).toBe(YES);
  });
});

describe("load balancers", () => {
  const LB_TYPE = "oci.oraclecloud.com/load-balancer-type";
  const MODE = "oci.oraclecloud.com/security-rule-management-mode";
  const LB = Endpoint.loadBalancer("shop", "web");
  const backend = { "oci.oraclecloud.com/oci-backend-network-security-group": id(nsg("nodes")) };
  const NSG = { "oci.oraclecloud.com/security-rule-management-mode": "NSG", ...backend };
  const ask = (annotations: object, spec: object = {}, terraform = cluster()) => {
    const of = reach(terraform, [loadBalancer(annotations, spec)]);
    return (port: number, udp = false) => of.ask(LB, NODES, udp ? Port.udp(port) : Port.tcp(port)).verdict;
  };

  test("with controller rules in groups reach their node port and the health check only", () => {
    const toNode = ask(NSG);
    expect([30443, 10256, 30444, 10250, 22].map((port) => toNode(port))).toEqual([YES, YES, NO, NO, NO]);
    const local = ask(NSG, { externalTrafficPolicy: "Local", healthCheckNodePort: 31000 });
    expect([30443, 31000, 10256].map((port) => local(port))).toEqual([YES, YES, NO]);
    const chosen = ask(NSG, { ports: [{ port: 443 }] });
    expect([30443, 10250].map((port) => chosen(port))).toEqual([UNKNOWN, NO]);
    const referred = ask(NSG, { ports: [{ port: 443, nodePort: "${var.port}" }] });
    expect([30443, 10250].map((port) => referred(port))).toEqual([UNKNOWN, NO]);
  });

  test("get no UDP rules from the controller, neither in groups nor in lists", () => {
    const udp = { ports: [{ port: 53, protocol: "UDP", nodePort: 30053 }] };
    expect(ask(NSG, udp)(30053, true)).toBe(NO);
    // In lists the controller writes rules for TCP only too, and a load balancer with UDP it refuses altogether.
    expect(ask({}, udp)(30053, true)).toBe(NO);
    expect(ask({ [LB_TYPE]: "nlb", [MODE]: "SL-All" }, udp)(30053, true)).toBe(NO);
  });

  test("with controller rules in lists allow traffic for every interface in the subnet", () => {
    const of = reach(cluster(), [loadBalancer({})]);
    expect(of.ask(LB, NODES, Port.tcp(30443)).verdict).toBe(YES);
    // The nodes and the load balancer share this subnet: the list lets others of it to the node port, and clients to nodes.
    expect(of.ask(Endpoint.addresses(["10.0.1.0/24"]), NODES, Port.tcp(30443)).verdict).toBe(YES);
    expect(of.ask(INTERNET, NODES, Port.tcp(443)).verdict).toBe(YES);
    expect(of.ask(INTERNET, NODES, Port.tcp(30443)).verdict).toBe(NO);
  });

  test("with Terraform-managed rules have only those rules", () => {
    const none = {
      "oci.oraclecloud.com/security-rule-management-mode": "None",
      "oci.oraclecloud.com/oci-network-security-groups": id(nsg("lb")),
    };
    const ruled = cluster((resource) =>
      addRules(
        resource,
        rule("lb", "in", "0.0.0.0/0", "6", 443),
        rule("lb", "out", id(nsg("nodes")), "6", 30443),
        rule("nodes", "in", id(nsg("lb")), "6", 30443),
      ),
    );
    const toNode = ask(none, {}, ruled);
    expect([30443, 10256].map((port) => toNode(port))).toEqual([YES, NO]);
    const of = (annotations: object) => reach(ruled, [loadBalancer(annotations)]);
    expect(of(none).ask(INTERNET, LB, Port.tcp(443)).verdict).toBe(YES);
    const internal = { ...none, "service.beta.kubernetes.io/oci-load-balancer-internal": "true" };
    expect(of(internal).ask(INTERNET, LB, Port.tcp(443)).verdict).toBe(NO);
  });

  test("admit the source ranges of their Service, and everyone if it has none", () => {
    const from = (spec: object) =>
      reach(cluster(), [loadBalancer(NSG, spec)]).ask(INTERNET, LB, Port.tcp(443)).verdict;
    expect(from({})).toBe(YES);
    expect(from({ loadBalancerSourceRanges: ["10.0.0.0/8"] })).toBe(NO);
  });

  test("include those that Terraform creates", () => {
    const made = cluster((resource) => {
      resource.oci_load_balancer_load_balancer = {
        edge: {
          subnet_ids: [id("oci_core_subnet.main")],
          network_security_group_ids: [id(nsg("lb"))],
          is_private: false,
        },
      };
      addRules(resource, rule("lb", "in", "0.0.0.0/0", "6", 443));
    });
    expect(reach(made).ask(INTERNET, Endpoint.loadBalancers(), Port.tcp(443)).verdict).toBe(YES);
  });
});

describe("invalid input is rejected", () => {
  const fine = reach(cluster(), [web]);

  test.each<[string, () => unknown, string]>([
    [
      "Terraform that is no JSON",
      () => Reachability.fromTexts({ terraform: ["resource {}"] }),
      "CONFIGURATION_UNREADABLE",
    ],
    [
      "Terraform that is no object",
      () => Reachability.fromTexts({ terraform: ["[]"] }),
      "CONFIGURATION_UNREADABLE",
    ],
    ["a manifest without a kind", () => reach([], [{ metadata: {} }]), "CONFIGURATION_UNREADABLE"],
    ["a folder without stacks", () => Reachability.fromOutdir("/nonexistent"), "CONFIGURATION_UNREADABLE"],
    ["no texts", () => Reachability.fromTexts(undefined as any), "ATTRIBUTE_MISSING"],
    ["no port", () => fine.ask(NODES, API, undefined as any), "ATTRIBUTE_MISSING"],
    [
      "a workload that is not there",
      () => fine.ask(Endpoint.workload("shop", "wbe"), API, HTTP),
      "ENDPOINT_UNKNOWN",
    ],
    [
      "a load balancer where there is none",
      () => fine.ask(INTERNET, Endpoint.loadBalancers(), HTTP),
      "ENDPOINT_UNKNOWN",
    ],
    [
      "a group that is not there",
      () => fine.ask(Endpoint.vnic("oci_core_subnet.main", ["x.y"]), API, HTTP),
      "ENDPOINT_UNKNOWN",
    ],
    [
      "two ends outside",
      () => fine.ask(INTERNET, Endpoint.addresses(["10.9.0.0/16"]), HTTP),
      "ENDPOINTS_OUTSIDE",
    ],
    ["the metadata service as a source", () => fine.ask(METADATA, API, HTTP), "ENDPOINTS_OUTSIDE"],
    ["an invalid range", () => Endpoint.addresses(["10.0.0.0"]), "CIDR_INVALID"],
    ["no range", () => Endpoint.addresses([]), "CIDR_LIST_EMPTY"],
    ["no name", () => Endpoint.workload("shop", undefined as any), "ATTRIBUTE_MISSING"],
  ])("%s", (_, call, code) => {
    expect(problemCodesOf(call)).toEqual([code]);
  });
});

test("an answer has a readable text form", () => {
  const text = reach(cluster(), [web]).ask(INTERNET, API, Port.tcp(6443)).toString();
  expect(text).toBe(
    [
      "the internet to the API endpoint on tcp-6443: no",
      "  target, security rules: no, the API endpoint of oci_containerengine_cluster.main: no rule of " +
        "oci_core_network_security_group.api, oci_core_security_list.empty allows ingress from the internet",
    ].join("\n"),
  );
});
