import * as fs from "node:fs";
import * as path from "node:path";
import { IpProtocol } from "../../lib/core/port";
import { IngressCertificate } from "../../lib/exposure/ingress-certificate";
import {
  LoadBalancerAccess,
  RuleOwner,
  ExternalTrafficPolicy,
  LoadBalancerType,
  TlsTerminationPoint,
} from "../../lib/exposure/load-balancer-settings";
import { type Exposure, UNSUPPORTED, unsupportedIn } from "../../lib/exposure/private/check-load-balancer";
import { PodNetworking, PodNetworkType } from "../../lib/network/vcn/pod-networking";
import { type LoadBalancerOptions } from "../../lib/exposure/load-balancer-props";
import { SecurityRuleManagement } from "../../lib/exposure/security-rule-management";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { newStack } from "../support/stack";
import { flowsOf } from "../support/rules";
import { newChart, objectOf, validationProblemsOf } from "../workload/support";
import { existingCluster, REASON, wayIn } from "./load-balancer-support";

const { LOAD_BALANCER, NETWORK_LOAD_BALANCER } = LoadBalancerType;
const { CLUSTER, LOCAL } = ExternalTrafficPolicy;

/** All values of each property of an exposure. */
const EXPOSURE_VALUES: { readonly [K in keyof Exposure]: readonly Exposure[K][] } = {
  type: Object.values(LoadBalancerType),
  isInternal: [true, false],
  transport: [IpProtocol.TCP, IpProtocol.UDP],
  rules: Object.values(RuleOwner),
  policy: Object.values(ExternalTrafficPolicy),
  preserveSource: [false, true],
  tls: Object.values(TlsTerminationPoint),
  podNetworking: Object.values(PodNetworkType),
};

/** Every combination of these values. */
function combinations(): Exposure[] {
  const names = Object.keys(EXPOSURE_VALUES) as (keyof Exposure)[];
  return names.reduce<any[]>(
    (exposures, name) =>
      exposures.flatMap((exposure) => EXPOSURE_VALUES[name].map((value) => ({ ...exposure, [name]: value }))),
    [{}],
  );
}

/** What works, in the words of Oracle's documentation and of the controller, written apart from the table. */
function works(exposure: Exposure): boolean {
  // With the policy Cluster pods would see an address of the overlay as the sender.
  if (exposure.podNetworking === PodNetworkType.FLANNEL_OVERLAY && exposure.policy === CLUSTER) return false;
  if (exposure.preserveSource && !(exposure.type === NETWORK_LOAD_BALANCER && exposure.policy === LOCAL))
    return false;
  if (exposure.tls === TlsTerminationPoint.INGRESS) return false;
  if (exposure.type === LOAD_BALANCER) return exposure.transport === IpProtocol.TCP;
  if (exposure.transport === IpProtocol.UDP)
    return exposure.rules === RuleOwner.TERRAFORM && exposure.tls === TlsTerminationPoint.NONE;
  return exposure.tls === TlsTerminationPoint.POD || exposure.tls === TlsTerminationPoint.NONE;
}

const TLS: { [place in TlsTerminationPoint]: () => TlsTermination } = {
  [TlsTerminationPoint.LOAD_BALANCER]: () => TlsTermination.atLoadBalancer({ secretName: "web-tls" }),
  [TlsTerminationPoint.POD]: () => TlsTermination.atPod(),
  [TlsTerminationPoint.LOAD_BALANCER_AND_POD]: () =>
    TlsTermination.reencrypt({ secretName: "web-tls", backendSecretName: "pod-tls" }),
  [TlsTerminationPoint.INGRESS]: () => TlsTermination.atIngress(IngressCertificate.fromSecret("web-tls")),
  [TlsTerminationPoint.NONE]: () => TlsTermination.none(REASON),
};

function optionsOf(exposure: Exposure): Partial<LoadBalancerOptions> {
  return {
    type: exposure.type,
    access: exposure.isInternal
      ? LoadBalancerAccess.internalFrom(["10.0.0.0/8"])
      : LoadBalancerAccess.publicFrom(["203.0.113.0/24"], REASON),
    transport: exposure.transport,
    securityRules:
      exposure.rules === RuleOwner.CLOUD
        ? SecurityRuleManagement.cloudManaged()
        : SecurityRuleManagement.terraformManaged(),
    externalTrafficPolicy: exposure.policy,
    preserveSource: exposure.preserveSource,
    tls: TLS[exposure.tls](),
  };
}

const NETWORKING = {
  [PodNetworkType.VCN_NATIVE]: () => PodNetworking.vcnNative(),
  [PodNetworkType.FLANNEL_OVERLAY]: () => PodNetworking.flannelOverlay(),
};

const all = combinations();
const native = all.filter(({ podNetworking }) => podNetworking === PodNetworkType.VCN_NATIVE);
const made = all.filter((exposure) => unsupportedIn(exposure).length === 0);
const nameOf = (exposure: Exposure) =>
  [
    exposure.type,
    exposure.isInternal ? "internal" : "public",
    exposure.transport,
    exposure.rules,
    exposure.policy,
    exposure.preserveSource ? "preserved" : "",
    exposure.tls,
    exposure.podNetworking,
  ].join(" ");

describe(`of ${all.length} combinations, ${made.length} made and ${all.length - made.length} refused`, () => {
  test("the supported combinations are those of the table", () => {
    expect(made.map(nameOf)).toEqual(all.filter(works).map(nameOf));
    expect([all.length, made.length]).toEqual([640, 98]);
  });

  test("each is created, or rejected with all reasons of the table and nothing left behind", () => {
    for (const exposure of all) {
      const stack = newStack();
      const chart = newChart();
      const cluster = existingCluster(stack, "cluster", NETWORKING[exposure.podNetworking]());
      const options = { cluster, ...optionsOf(exposure) };
      const refusals = unsupportedIn(exposure);
      if (refusals.length > 0) {
        const problems = validationProblemsOf(() => wayIn(options, {}, chart));
        expect(problems.map(({ code, what }) => [code, what])).toEqual(
          refusals.map(({ name, why }) => ["LOAD_BALANCER_INVALID", `${name}: ${why}`]),
        );
        expect(chart.node.findChild("web").node.tryFindChild("LoadBalancer-web")).toBeUndefined();
        expect(options.cluster.node.children).toEqual([]);
        continue;
      }
      wayIn(options, {}, chart);
      expect([nameOf(exposure), controller(objectOf(chart, "Service"))]).toEqual([nameOf(exposure), ""]);
      expect(flowsOf(stack).length > 0).toBe(exposure.rules === RuleOwner.TERRAFORM);
      const { ingress } = objectOf(chart, "NetworkPolicy").spec;
      const ports = [{ port: 8080, protocol: exposure.transport }];
      const clients = exposure.isInternal ? "10.0.0.0/8" : "203.0.113.0/24";
      const blocks = ["10.0.2.0/24", "10.0.1.0/24", ...(exposure.preserveSource ? [clients] : [])];
      const rules = blocks.sort().map((cidr) => ({ from: [{ ipBlock: { cidr } }], ports }));
      expect(ingress).toEqual(rules);
    }
  });
});

/** What the cloud controller, as its source has it, would say against a Service; nothing where it would make it. */
function controller({ metadata: { annotations }, spec }: any): string {
  const isNetwork = annotations["oci.oraclecloud.com/load-balancer-type"] === "nlb";
  const prefixes = isNetwork
    ? ["oci-network-load-balancer.oraclecloud.com/"]
    : ["service.beta.kubernetes.io/oci-load-balancer-", "oci.oraclecloud.com/oci-load-balancer-"];
  const ofBoth = [
    "oci.oraclecloud.com/load-balancer-type",
    "oci.oraclecloud.com/security-rule-management-mode",
    "oci.oraclecloud.com/oci-backend-network-security-group",
    "oci.oraclecloud.com/ingress-ip-mode",
    ...(isNetwork ? [] : ["oci.oraclecloud.com/oci-network-security-groups"]),
  ];
  const ignored = Object.keys(annotations).filter(
    (key) => !ofBoth.includes(key) && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
  if (ignored.length > 0) return `ignores ${ignored.join(", ")}`;
  const isUdp = spec.ports.some(({ protocol }: any) => protocol === "UDP");
  if (isUdp && !isNetwork) return "OCI load balancers do not support UDP";
  const mode = annotations["oci.oraclecloud.com/security-rule-management-mode"];
  if (isUdp && mode !== "None") return "writes no rules for UDP";
  const preserve = annotations["oci-network-load-balancer.oraclecloud.com/is-preserve-source"];
  if (preserve !== undefined && spec.externalTrafficPolicy === "Cluster")
    return "is-preserve-source with Cluster";
  if (isNetwork && spec.externalTrafficPolicy === "Local" && preserve === undefined)
    return "preserves unasked";
  if (spec.sessionAffinity !== "None") return "session affinity";
  const groups = isNetwork
    ? annotations["oci-network-load-balancer.oraclecloud.com/oci-network-security-groups"]
    : annotations["oci.oraclecloud.com/oci-network-security-groups"];
  if ((mode === "None") !== (groups !== undefined))
    return "a load balancer without a group, or with one too many";
  if (mode === "None" && spec.ports.some(({ nodePort }: any) => nodePort === undefined))
    return "a moving node port";
  const secret = annotations["service.beta.kubernetes.io/oci-load-balancer-tls-secret"];
  const policy = annotations["oci.oraclecloud.com/oci-load-balancer-listener-ssl-config"];
  if ((secret === undefined) !== (policy === undefined)) return "a certificate without a cipher suite";
  return "";
}

describe("the page on load balancers", () => {
  const page = fs.readFileSync(path.join(__dirname, "../../docs/load-balancers.md"), "utf8");
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  test("has the table of combinations", () => {
    for (const row of tableOf(native)) expect(rows).toContainEqual(row);
    expect(
      rows.filter(([type]) => type === "load balancer" || type === "network load balancer"),
    ).toHaveLength(16);
  });

  test("states that an overlay keeps the rows with the policy Local and rejects those with the policy Cluster", () => {
    for (const exposure of native) {
      const overlay = { ...exposure, podNetworking: PodNetworkType.FLANNEL_OVERLAY };
      const refused = unsupportedIn(exposure).map(({ name }) => name);
      const further = exposure.policy === CLUSTER ? ["A flannel overlay with the policy Cluster"] : [];
      expect(unsupportedIn(overlay).map(({ name }) => name)).toEqual([...refused, ...further]);
    }
    expect(page).toContain(
      "With a flannel overlay, rows with the policy Local apply unchanged, and rows with the policy Cluster are rejected",
    );
  });

  test("has each unsupported combination with its reason", () => {
    for (const { name, why, fix } of UNSUPPORTED) {
      expect(rows).toContainEqual([name, why, fix].map((text) => text.replaceAll("`", "")));
    }
  });

  test("states the number of combinations", () => {
    expect(page).toContain(`${made.length} of ${all.length} combinations`);
  });
});

/** One row for each kind, transport, owner of the rules and policy. */
function tableOf(exposures: readonly Exposure[]): string[][] {
  const rows = new Map<string, Exposure[]>();
  for (const exposure of exposures) {
    const type = exposure.type === LOAD_BALANCER ? "load balancer" : "network load balancer";
    const key = [type, exposure.transport, exposure.rules, exposure.policy].join("|");
    rows.set(key, [...(rows.get(key) ?? []), exposure]);
  }
  return [...rows].map(([key, group]) => [...key.split("|"), resultOf(group)]);
}

function resultOf(exposures: readonly Exposure[]): string {
  const good = exposures.filter((exposure) => unsupportedIn(exposure).length === 0);
  if (good.length === 0) {
    const common = UNSUPPORTED.filter((one) =>
      exposures.every((exposure) => unsupportedIn(exposure).includes(one)),
    );
    return `rejected: ${common.map(({ name }) => name).join(", ")}`;
  }
  const places = [...new Set(good.map(({ tls }) => tls))].map((place) => FACTORIES[place]);
  return `${places.join(", ")}${good.some(({ preserveSource }) => preserveSource) ? "; preserveSource" : ""}`;
}

const FACTORIES: { [place in TlsTerminationPoint]: string } = {
  [TlsTerminationPoint.LOAD_BALANCER]: "atLoadBalancer",
  [TlsTerminationPoint.POD]: "atPod",
  [TlsTerminationPoint.LOAD_BALANCER_AND_POD]: "reencrypt",
  [TlsTerminationPoint.INGRESS]: "atIngress",
  [TlsTerminationPoint.NONE]: "none",
};
