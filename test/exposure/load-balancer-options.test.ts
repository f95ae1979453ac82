import { Duration } from "cdk8s";
import { TerraformStack, TerraformVariable, Testing } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { IpProtocol } from "../../lib/core/port";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { HttpListener } from "../../lib/workload/pods/load-balancer-listeners";
import {
  LoadBalancerAccess,
  ExternalTrafficPolicy,
  LoadBalancingPolicy,
  LoadBalancerType,
  ProxyProtocol,
} from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions, LoadBalancerShape } from "../../lib/exposure/load-balancer-props";
import { TlsTermination, TlsVersion } from "../../lib/exposure/tls-termination";
import { newStack } from "../support/stack";
import { objectOf, validationProblemsOf, problemCodesOf } from "../workload/support";
import { REASON, wayIn } from "./load-balancer-support";

const BETA = "service.beta.kubernetes.io/oci-load-balancer";
const NLB = "oci-network-load-balancer.oraclecloud.com";
const publicAccess = LoadBalancerAccess.publicFrom(["203.0.113.0/24"], REASON);

const network: Partial<LoadBalancerOptions> = {
  type: LoadBalancerType.NETWORK_LOAD_BALANCER,
  tls: TlsTermination.atPod(),
};

function serviceOf(options: Partial<LoadBalancerOptions>, protocol?: AppProtocol): any {
  return objectOf(wayIn(options, { protocol }).chart, "Service");
}

const annotationsOf = (options: Partial<LoadBalancerOptions>, protocol?: AppProtocol) =>
  serviceOf(options, protocol).metadata.annotations;

const groups = (count: number) => {
  const stack = newStack();
  return Array.from({ length: count }, (_, index) =>
    NetworkSecurityGroup.fromNetworkSecurityGroupId(
      stack,
      `g${index}`,
      `ocid1.networksecuritygroup.oc1..g${index}`,
    ),
  );
};

describe("a network load balancer", () => {
  test("has the annotations of its own type only", () => {
    const { metadata, spec } = serviceOf(network);
    expect(metadata.annotations).toEqual({
      "oci.oraclecloud.com/load-balancer-type": "nlb",
      "oci.oraclecloud.com/security-rule-management-mode": "NSG",
      "oci.oraclecloud.com/oci-backend-network-security-group": "ocid1.networksecuritygroup.oc1..workers",
      "oci.oraclecloud.com/ingress-ip-mode": "VIP",
      [`${NLB}/internal`]: "true",
      [`${NLB}/subnet`]: "ocid1.subnet.oc1..balancers",
      // Left out, the controller would leave the header on where it was on before.
      [`${NLB}/is-ppv2-enabled`]: "false",
    });
    expect(spec).toMatchObject({
      externalTrafficPolicy: "Cluster",
      loadBalancerSourceRanges: ["10.0.0.0/8"],
    });
  });

  test("shows everything that it is given", () => {
    const annotations = annotationsOf({
      ...network,
      externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
      preserveSource: true,
      policy: LoadBalancingPolicy.TWO_TUPLE,
      healthCheck: { interval: Duration.seconds(20), timeout: Duration.seconds(5), retries: 2 },
      proxyProtocol: ProxyProtocol.V2,
      reservedAddress: "10.0.1.9",
      securityGroups: groups(2),
    });
    expect(annotations).toMatchObject({
      "oci.oraclecloud.com/ingress-ip-mode": "proxy",
      [`${NLB}/is-preserve-source`]: "true",
      [`${NLB}/backend-policy`]: "TWO_TUPLE",
      [`${NLB}/health-check-interval`]: "20000",
      [`${NLB}/health-check-timeout`]: "5000",
      [`${NLB}/health-check-retries`]: "2",
      [`${NLB}/is-ppv2-enabled`]: "true",
      [`${NLB}/assigned-private-ipv4`]: "10.0.1.9",
      [`${NLB}/oci-network-security-groups`]:
        "ocid1.networksecuritygroup.oc1..g0,ocid1.networksecuritygroup.oc1..g1",
    });
  });

  test("does not preserve the source by default", () => {
    const { LOCAL } = ExternalTrafficPolicy;
    expect(annotationsOf({ ...network, externalTrafficPolicy: LOCAL })[`${NLB}/is-preserve-source`]).toBe(
      "false",
    );
  });
});

describe("a load balancer", () => {
  test("shows everything else that it is given", () => {
    const { metadata, spec } = serviceOf(
      {
        access: publicAccess,
        tls: TlsTermination.atPod(),
        policy: LoadBalancingPolicy.LEAST_CONNECTIONS,
        healthCheck: { interval: Duration.seconds(5) },
        proxyProtocol: ProxyProtocol.V1,
        reservedAddress: "192.0.2.10",
        securityGroups: groups(1),
      },
      AppProtocol.TCP,
    );
    expect(metadata.annotations).toMatchObject({
      "oci.oraclecloud.com/loadbalancer-policy": "LEAST_CONNECTIONS",
      "oci.oraclecloud.com/oci-network-security-groups": "ocid1.networksecuritygroup.oc1..g0",
      [`${BETA}-health-check-interval`]: "5000",
      [`${BETA}-connection-proxy-protocol-version`]: "1",
      "oci.oraclecloud.com/reserved-ips": "192.0.2.10",
    });
    expect(metadata.annotations).not.toHaveProperty([`${BETA}-health-check-retries`]);
    // Deprecated, and replaced by the annotation.
    expect(spec).not.toHaveProperty("loadBalancerIP");
  });

  test("with an internal address has its own annotation for a reserved address", () => {
    const annotations = annotationsOf({ reservedAddress: "10.0.1.9" });
    expect(annotations["oci.oraclecloud.com/reserved-private-ips"]).toBe("10.0.1.9");
    expect(annotations).not.toHaveProperty(["oci.oraclecloud.com/reserved-ips"]);
  });

  test.each([
    ["load balancer", {}, "oci.oraclecloud.com"],
    ["network load balancer", network, NLB],
  ])("of type %s selects nodes by labels, and can be in another compartment", (_, options, prefix) => {
    const annotations = annotationsOf({
      ...options,
      nodeLabels: { zone: "", "acme.example/pool": "edge" },
      compartmentId: "ocid1.compartment.oc1..edge",
    });
    expect(annotations).toMatchObject({
      [`${prefix}/node-label-selector`]: "acme.example/pool=edge,zone=",
      "oci.oraclecloud.com/compartment-id": "ocid1.compartment.oc1..edge",
    });
  });

  test("supports gRPC with TLS on both sides and HTTP/2 cipher suites", () => {
    const tls = TlsTermination.reencrypt({ secretName: "web-tls", backendSecretName: "pod-tls" });
    const annotations = annotationsOf({ tls }, AppProtocol.GRPC);
    expect(annotations[`${BETA}-backend-protocol`]).toBe("GRPC");
    for (const side of ["listener", "backendset"]) {
      expect(annotations[`oci.oraclecloud.com/oci-load-balancer-${side}-ssl-config`]).toContain(
        "oci-default-http2-tls-12-13-ssl-cipher-suite-v1",
      );
    }
  });

  test("accepts a reference as its address", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    const reservedAddress = new TerraformVariable(stack, "address", { type: "string" }).stringValue;
    const annotations = annotationsOf({ access: publicAccess, reservedAddress });
    expect(annotations["oci.oraclecloud.com/reserved-ips"]).toBe(reservedAddress);
  });
});

test.each([
  ["8000 Mbps are the most", () => LoadBalancerShape.flexible(10, 8000), []],
  ["8001 Mbps are refused", () => LoadBalancerShape.flexible(10, 8001), ["COUNT_INVALID"]],
])("of a shape %s", (_, make, codes) => {
  if (codes.length === 0) expect(make()).toMatchObject({ maximumMbps: 8000 });
  else expect(problemCodesOf(make)).toEqual(codes);
});

describe("TLS", () => {
  test("in the pod makes the load balancer forward TCP", () => {
    const { metadata, spec } = serviceOf({ tls: TlsTermination.atPod() });
    expect(metadata.annotations[`${BETA}-backend-protocol`]).toBe("TCP");
    expect(Object.keys(metadata.annotations).join()).not.toMatch(/ssl|tls/);
    expect(spec.ports).toEqual([
      { name: "https", port: 443, targetPort: "http", protocol: "TCP", appProtocol: "https" },
    ]);
  });

  test.each([
    [TlsVersion.V1_2, ["TLSv1.2", "TLSv1.3"]],
    [TlsVersion.V1_3, ["TLSv1.3"]],
  ])("to the pod, %s, has a cipher suite on both sides", (minimumVersion, protocols) => {
    const tls = TlsTermination.reencrypt({
      secretName: "web-tls",
      backendSecretName: "pod-tls",
      backendSecretNamespace: "certificates",
      secretGrant: REASON,
      minimumVersion,
    });
    const annotations = annotationsOf({ tls });
    expect(annotations).toMatchObject({
      [`${BETA}-backend-protocol`]: "HTTP",
      [`${BETA}-ssl-ports`]: "443",
      [`${BETA}-tls-secret`]: "web-tls",
      [`${BETA}-tls-backendset-secret`]: "certificates/pod-tls",
    });
    for (const side of ["listener", "backendset"]) {
      const config = JSON.parse(annotations[`oci.oraclecloud.com/oci-load-balancer-${side}-ssl-config`]);
      expect(config.Protocols).toEqual(protocols);
      expect(config.CipherSuiteName).toMatch(/^oci-tls-(12-)?13-ssl-cipher-suite-v3$/);
    }
  });

  test("that is disabled is an acknowledgement", () => {
    const { chart } = wayIn({
      tls: TlsTermination.none({ reason: "Plain HTTP inside of the VPN" }),
      port: 80,
    });
    const { metadata, spec } = objectOf(chart, "Service");
    expect(Object.keys(metadata.annotations).join()).not.toMatch(/ssl|tls/);
    expect(spec.ports).toEqual([
      { name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" },
    ]);
    expect(Acknowledgements.of(chart)).toMatchObject([
      {
        path: "shop/web/LoadBalancer-web",
        practice: "tls-offload",
        what: "a load balancer without TLS",
        reason: "Plain HTTP inside of the VPN",
      },
    ]);
  });

  test("uses its own port only, beside a listener for redirects, which is an acknowledgement", () => {
    const { chart } = wayIn({ httpListener: HttpListener.redirectedByWorkload(REASON) });
    const { metadata, spec } = objectOf(chart, "Service");
    expect(metadata.annotations[`${BETA}-ssl-ports`]).toBe("443");
    expect(spec.ports.map(({ name, port }: any) => [name, port])).toEqual([
      ["https", 443],
      ["http", 80],
    ]);
    expect(Acknowledgements.of(chart)).toMatchObject([{ practice: "tls-offload", ...REASON }]);
  });

  test.each<[string, () => unknown, string[]]>([
    ["nowhere without a reason", () => TlsTermination.none({ reason: " " }), ["REASON_MISSING"]],
    [
      "again with two Secrets of one name",
      () =>
        TlsTermination.reencrypt({
          secretName: "tls",
          backendSecretName: "tls",
          backendSecretNamespace: "certificates",
        }),
      ["NAME_DUPLICATE"],
    ],
    [
      "again without the pods' certificate",
      () => TlsTermination.reencrypt({ secretName: "tls" } as never),
      ["NAME_INVALID"],
    ],
    [
      "a Secret with a dot in its name, which OCI takes for no certificate,",
      () => TlsTermination.atLoadBalancer({ secretName: "shop.example.com" }),
      ["NAME_INVALID"],
    ],
    [
      "a Secret of the pods with a dot in its name",
      () => TlsTermination.reencrypt({ secretName: "tls", backendSecretName: "pods.tls" }),
      ["NAME_INVALID"],
    ],
    [
      "a redirect without a reason",
      () => HttpListener.redirectedByWorkload({ reason: "" }),
      ["REASON_MISSING"],
    ],
  ])("%s is rejected", (_, make, codes) => {
    expect(problemCodesOf(make)).toEqual(codes);
  });
});

const INVALID = "LOAD_BALANCER_INVALID";
const httpListener = HttpListener.redirectedByWorkload(REASON);

describe("invalid options are rejected:", () => {
  test.each<[string, Partial<LoadBalancerOptions>, string[], AppProtocol?]>([
    [
      "what a network load balancer does not have",
      {
        ...network,
        shape: LoadBalancerShape.flexible(10, 20),
        idleTimeout: Duration.minutes(1),
        httpListener,
      },
      [INVALID, INVALID, INVALID],
    ],
    ["a policy of the other kind", { policy: LoadBalancingPolicy.FIVE_TUPLE }, [INVALID]],
    ["a policy of a load balancer", { ...network, policy: LoadBalancingPolicy.IP_HASH }, [INVALID]],
    ["the header for HTTP", { proxyProtocol: ProxyProtocol.V2 }, [INVALID]],
    [
      "the header as text at a network load balancer",
      { ...network, proxyProtocol: ProxyProtocol.V1 },
      [INVALID],
    ],
    ["gRPC without TLS", { tls: TlsTermination.none(REASON) }, [INVALID], AppProtocol.GRPC],
    ["gRPC with TLS to the load balancer only", {}, [INVALID], AppProtocol.GRPC],
    ["no labels for nodes", { nodeLabels: {} }, [INVALID]],
    [
      "a label that no node has",
      { nodeLabels: { "a b": "c", pool: "a,b" } },
      ["LABEL_INVALID", "LABEL_INVALID"],
    ],
    ["a compartment that is none", { compartmentId: "ocid1.vcn.oc1..x" }, ["OCID_INVALID"]],
    ["no transport", { transports: [] }, ["VALUE_INVALID"]],
    [
      "transports beside a transport",
      { transport: IpProtocol.TCP, transports: [IpProtocol.TCP] },
      ["VALUE_INVALID"],
    ],
    ["a redirect beside TCP", { httpListener }, [INVALID], AppProtocol.TCP],
    ["a redirect beside TLS in the pod", { httpListener, tls: TlsTermination.atPod() }, [INVALID]],
    ["a port twice", { httpListener, port: 80 }, ["PORT_INVALID"]],
    ["five further groups", { securityGroups: groups(5) }, ["NSG_LIMIT"]],
    ["an address of another subnet", { ...network, reservedAddress: "10.0.2.9" }, [INVALID]],
    ...[
      "10.0.1.5",
      "172.31.0.9",
      "192.168.1.1",
      "100.64.0.1",
      "169.254.1.1",
      "127.0.0.1",
      "224.0.0.1",
      "0.0.0.1",
    ].map((reservedAddress): [string, object, string[]] => [
      `the public address ${reservedAddress}`,
      { access: publicAccess, reservedAddress },
      [INVALID],
    ]),
    ["an address that is none", { access: publicAccess, reservedAddress: "example.com" }, ["VALUE_INVALID"]],
    [
      "a health check every second",
      { ...network, healthCheck: { interval: Duration.seconds(1) } },
      ["DURATION_INVALID"],
    ],
    ["a health check without retries", { healthCheck: { retries: 0 } }, ["COUNT_INVALID"]],
  ])("%s", (_, options, codes, ...[protocol]) => {
    expect(problemCodesOf(() => wayIn(options, { protocol }))).toEqual(codes);
  });

  test("values of wrong types", () => {
    const given: any = {
      type: "clb",
      transport: "ICMP",
      securityRules: "None",
      externalTrafficPolicy: "local",
      preserveSource: "yes",
      policy: "RANDOM",
      healthCheck: 5,
      proxyProtocol: 2,
      httpListener: true,
      securityGroups: ["ocid1.networksecuritygroup.oc1..g0"],
      listenerRules: "HSTS",
      nodeLabels: "pool=edge",
    };
    const problems = validationProblemsOf(() => wayIn(given));
    expect(problems.map(({ code }) => code)).toEqual(Array(12).fill("VALUE_INVALID"));
    expect(problems.map(({ property }) => property)).toEqual([
      "type",
      "transport",
      "securityRules",
      "externalTrafficPolicy",
      "preserveSource",
      "policy",
      "healthCheck",
      "proxyProtocol",
      "httpListener",
      "listenerRules",
      "nodeLabels",
      "securityGroups[0]",
    ]);
  });

  test.each<[string, object]>([
    ["transports", { transports: "TCP" }],
    ["transports", { transports: null }],
    ["listenerRules", { listenerRules: null }],
    ["nodeLabels", { nodeLabels: { pool: 5 } }],
    ["nodeLabels", { nodeLabels: null }],
    ["compartmentId", { compartmentId: 5 }],
    ["compartmentId", { compartmentId: null }],
    ["reservedAddress", { reservedAddress: 5 }],
    ["reservedAddress", { reservedAddress: null }],
  ])("%s of a wrong type, with its name", (name, options) => {
    const problems = validationProblemsOf(() => wayIn(options as never));
    expect(problems.map(({ what }) => what)).toContainEqual(expect.stringContaining(name));
  });
});
