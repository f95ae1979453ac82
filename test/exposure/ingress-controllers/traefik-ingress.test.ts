import { type Chart, Yaml } from "cdk8s";
import { Acknowledgements } from "../../../lib/core/acknowledgement";
import { KubernetesVersion } from "../../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../../lib/cluster/cluster";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { TraefikIngress } from "../../../lib/exposure/ingress-controllers/traefik-ingress";
import { AppProtocol } from "../../../lib/workload/pods/ports";
import { HardenedDeployment } from "../../../lib/workload/hardened-deployment";
import { HttpListener } from "../../../lib/workload/pods/load-balancer-listeners";
import { IngressCertificate } from "../../../lib/exposure/ingress-certificate";
import { IngressHost, IngressPathType } from "../../../lib/exposure/ingress-gateway";
import { LoadBalancerAccess, ExternalTrafficPolicy } from "../../../lib/exposure/load-balancer-settings";
import { LoadBalancerShape } from "../../../lib/exposure/load-balancer-props";
import { SecureNamespace } from "../../../lib/namespaces/secure-namespace";
import { SecurityRuleManagement } from "../../../lib/exposure/security-rule-management";
import { TlsTermination, TlsVersion } from "../../../lib/exposure/tls-termination";
import { containerOf, fakeCluster, IMAGE, newChart, objectOf, problemCodesOf } from "../../workload/support";
import { flowsOf } from "../../support/rules";
import { newStack } from "../../support/stack";
import { TraefikRouting } from "../../../lib/exposure/ingress-controllers/traefik-ingress-props";
import { REASON, route, traefik } from "./support";

const OCI_CERTIFICATE = IngressCertificate.fromOciCertificates(
  "ocid1.certificate.oc1.eu-frankfurt-1.example",
);

describe("a Traefik", () => {
  test("is what its snapshot holds", () => {
    expect(Yaml.stringify(...objectsOf(traefik().platform))).toMatchSnapshot();
  });

  test("shows everything that it is given", () => {
    const { platform } = traefik(
      {
        access: LoadBalancerAccess.publicFrom(["203.0.113.0/24"], REASON),
        minimumVersion: TlsVersion.V1_3,
        httpListener: HttpListener.redirectedByWorkload(REASON),
        externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
        reservedAddress: "203.0.113.80",
        shape: LoadBalancerShape.flexible(100, 400),
        autoscale: { min: 3, max: 9 },
        resources: { memory: { request: "512Mi", limit: "512Mi" } },
        nodeSelector: { pool: "edge" },
        priorityClassName: "edge",
      },
      fakeCluster({ isPublic: true }),
    );
    expect(Yaml.stringify(...objectsOf(platform))).toMatchSnapshot();
  });

  test("offers its resolved values", () => {
    const { gateway } = traefik();
    expect(gateway).toMatchObject({
      image: IMAGE,
      replicas: 2,
      namespace: "gateway",
      serviceName: "traefik",
      minimumVersion: TlsVersion.V1_2,
      ingressClassName: "traefik",
      routing: { isGatewayApi: false },
      access: { isInternal: true, sourceRanges: ["10.0.0.0/8"] },
      loadBalancer: { externalTrafficPolicy: ExternalTrafficPolicy.CLUSTER, namespace: "gateway" },
    });
    expect(gateway.gatewayClassName).toBeUndefined();
    const { gateway: other } = traefik({
      autoscale: { min: 3, max: 9 },
      minimumVersion: TlsVersion.V1_3,
      externalTrafficPolicy: ExternalTrafficPolicy.LOCAL,
      routing: TraefikRouting.gatewayApi(REASON),
    });
    expect(other).toMatchObject({
      minimumVersion: TlsVersion.V1_3,
      gatewayClassName: "traefik.gateway",
      routing: { isGatewayApi: true, ...REASON },
      loadBalancer: { externalTrafficPolicy: ExternalTrafficPolicy.LOCAL },
    });
    expect(other.replicas).toBeUndefined();
  });

  test("pulls its image with the Secrets that are given, and else with those of its namespace", () => {
    const secretsOf = (names?: string[]) => {
      const { platform } = traefik({ imagePullSecrets: names });
      new SecureNamespace(platform, "namespace", { name: "gateway", imagePullSecrets: ["ocir"] });
      return objectOf(platform, "ServiceAccount", "traefik").imagePullSecrets;
    };
    expect(secretsOf()).toEqual([{ name: "ocir" }]);
    expect(secretsOf(["traefik-only"])).toEqual([{ name: "traefik-only" }]);
    expect(secretsOf([])).toBeUndefined();
    expect(problemCodesOf(() => traefik({ imagePullSecrets: ["No_Name"] }))).toEqual(["NAME_INVALID"]);
  });

  test("switches on no API, no dashboard, no metrics, and trusts no header of a client", () => {
    const args = containerOf(traefik().platform).args.join("\n").toLowerCase();
    for (const word of ["--api", "dashboard", "--metrics", "insecure", "forwardedheaders", "debug"]) {
      expect(args).not.toContain(word);
    }
    expect(args).toContain("--global.checknewversion=false\n--global.sendanonymoususage=false");
  });

  test("listens for plain HTTP only where redirects are asked for, and then does nothing else there", () => {
    const without = traefik().platform;
    expect(containerOf(without).args.filter((arg: string) => arg.includes("entryPoints.web."))).toEqual([]);
    expect(objectOf(without, "Service").spec.ports.map(({ port }: any) => port)).toEqual([443]);
    const { platform } = traefik({ httpListener: HttpListener.redirectedByWorkload(REASON) });
    expect(containerOf(platform).args).toContain("--entryPoints.web.http.redirections.entryPoint.to=:443");
    expect(objectOf(platform, "Service").spec.ports).toMatchObject([
      { port: 443, targetPort: "tcp" },
      { port: 80, targetPort: 8000 },
    ]);
    const ports = objectOf(platform, "NetworkPolicy").spec.ingress.map(({ ports: [{ port }] }: any) => port);
    expect(ports).toEqual([8000, 8443, 8000, 8443]);
  });

  test.each([ExternalTrafficPolicy.CLUSTER, ExternalTrafficPolicy.LOCAL])(
    "believes who the client is only from where its policy lets nodes and load balancers in, with %s",
    (policy) => {
      const { platform } = traefik({ externalTrafficPolicy: policy });
      expect(containerOf(platform).args).toContain(
        "--entryPoints.websecure.proxyProtocol.trustedIPs=10.0.2.0/24,10.0.1.0/24",
      );
      const { ingress } = objectOf(platform, "NetworkPolicy").spec;
      expect(ingress.flatMap(({ from }: any) => from.map(({ ipBlock }: any) => ipBlock.cidr))).toEqual([
        "10.0.1.0/24",
        "10.0.2.0/24",
      ]);
    },
  );

  test("redirects through a node port of its own where Terraform manages the rules", () => {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: "ocid1.compartment.oc1..example",
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    const { platform, shop } = traefik(
      {
        httpListener: HttpListener.redirectedByWorkload(REASON),
        securityRules: SecurityRuleManagement.terraformManaged({ nodePort: 30443, httpNodePort: 30080 }),
      },
      cluster,
    );
    cluster.addCdk8sChart("gateway", platform);
    cluster.addCdk8sChart("shop", shop);
    expect(objectOf(platform, "Service").spec.ports).toMatchObject([
      { port: 443, targetPort: "tcp", nodePort: 30443 },
      { port: 80, targetPort: 8000, nodePort: 30080 },
    ]);
    const flows = flowsOf(stack).filter((flow) => flow.startsWith("traefik"));
    expect(flows).toEqual([
      "traefik -> Workers tcp 10256",
      "traefik -> Workers tcp 30080",
      "traefik -> Workers tcp 30443",
      "traefik <- 10.0.0.0/8 tcp 443",
      "traefik <- 10.0.0.0/8 tcp 80",
    ]);
    const { egress } = objectOf(platform, "NetworkPolicy").spec;
    expect(egress.at(-1)).toEqual({
      to: [{ ipBlock: { cidr: "10.0.0.0/28" } }],
      ports: [{ port: 6443, protocol: "TCP" }],
    });
  });

  test("may list and watch four kinds of its own namespace, change nothing, and has no right in the cluster", () => {
    const { platform } = traefik();
    expect(objectOf(platform, "Role").rules.map(({ verbs, resources }: any) => [resources, verbs])).toEqual([
      [
        ["secrets", "services"],
        ["list", "watch"],
      ],
      [["endpointslices"], ["list", "watch"]],
      [["ingresses"], ["list", "watch"]],
    ]);
    expect(objectsOf(platform).filter(({ kind }: any) => kind.startsWith("Cluster"))).toEqual([]);
    const taken = Acknowledgements.of(platform).filter(({ practice }) => practice === "least-privilege");
    expect(taken.map(({ what }) => what)).toEqual([expect.stringContaining("secrets")]);
  });

  test("uses explicit cipher suites with forward secrecy, and rejects unknown hosts", () => {
    const { data } = objectOf(traefik().platform, "ConfigMap");
    expect(data["tls.yaml"]).toContain("minVersion: VersionTLS12");
    expect(data["tls.yaml"]).toContain("sniStrict: true");
    expect(data["tls.yaml"].match(/TLS_ECDHE_\w+/g)).toHaveLength(6);
    expect(data["tls.yaml"]).not.toMatch(/CBC|RC4|3DES|_RSA_WITH_AES_128_CBC/);
  });
});

describe("a route of Traefik", () => {
  test("is an Ingress in the namespace of Traefik that routes to the workload's Service", () => {
    const { platform, gateway, shop, web } = traefik();
    web.exposeViaIngress(route(gateway, { path: "/api", pathType: IngressPathType.EXACT }));
    expect(
      Yaml.stringify(
        objectOf(platform, "Ingress"),
        objectsOf(platform).find(({ spec }: any) => spec?.type === "ExternalName"),
        objectOf(shop, "Service"),
      ),
    ).toMatchSnapshot();
  });

  test("opens the way on both ends, to the pods' port and nothing else", () => {
    const { platform, gateway, shop, web } = traefik();
    web.exposeViaIngress(route(gateway));
    const [ingress, ...others] = objectOf(shop, "NetworkPolicy").spec.ingress;
    expect(others).toEqual([]);
    expect(ingress.ports).toEqual([{ port: 8080, protocol: "TCP" }]);
    expect(ingress.from).toEqual([
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "gateway" } },
        podSelector: { matchLabels: gateway.workload.selectorLabels },
      },
    ]);
    const { egress } = objectOf(platform, "NetworkPolicy", "traefik").spec;
    expect(egress.slice(1)).toMatchObject([
      { ports: [{ port: 8080 }], to: [{ podSelector: {} }] },
      { ports: [{ port: 6443 }], to: [{ ipBlock: { cidr: "10.0.0.0/28" } }] },
    ]);
  });

  test("shares the Services with the others of its workload", () => {
    const { platform, gateway, shop, web } = traefik();
    web.exposeViaIngress(route(gateway));
    web.exposeViaIngress(route(gateway, { path: "/api" }));
    expect(objectsOf(platform).filter(({ kind }: any) => kind === "Ingress")).toHaveLength(2);
    expect(objectsOf(platform).filter(({ spec }: any) => spec?.type === "ExternalName")).toHaveLength(1);
    expect(objectsOf(shop).filter(({ kind }: any) => kind === "Service")).toHaveLength(1);
  });

  test("of a longer path comes first, an exact one before a prefix, one host before many", () => {
    const { platform, gateway, web } = traefik();
    const routes = [
      { host: IngressHost.of("a.example.com"), path: "/a/long/path" },
      { host: IngressHost.of("a.example.com"), path: "/a/b", pathType: IngressPathType.EXACT },
      { host: IngressHost.of("a.example.com"), path: "/a/c" },
      { host: IngressHost.of("a.example.com"), path: "/" },
      { host: IngressHost.wildcard("*.example.com", REASON), path: "/a/much/longer/path" },
    ];
    const priorities = routes.map((options) => {
      const { name } = web.exposeViaIngress(route(gateway, options));
      const { annotations } = objectOf(platform, "Ingress", name).metadata;
      return Number(annotations["traefik.ingress.kubernetes.io/router.priority"]);
    });
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    expect(new Set(priorities).size).toBe(routes.length);
  });

  test("speaks HTTP/2 without TLS to pods of gRPC", () => {
    const { platform, gateway, shop } = traefik();
    const api = new HardenedDeployment(shop, "api", { image: IMAGE, port: 9000, protocol: AppProtocol.GRPC });
    api.exposeViaIngress(route(gateway));
    const service: any = objectsOf(platform).find(({ spec }: any) => spec?.type === "ExternalName");
    expect(service.metadata.annotations).toEqual({
      "traefik.ingress.kubernetes.io/service.serversscheme": "h2c",
    });
  });

  test("with a certificate of OCI Certificates is refused, and nothing of it stays", () => {
    const { platform, gateway, web } = traefik();
    const tls = TlsTermination.atIngress(OCI_CERTIFICATE);
    expect(problemCodesOf(() => web.exposeViaIngress(route(gateway, { tls })))).toEqual(["INGRESS_INVALID"]);
    expect(objectsOf(platform).filter(({ kind }: any) => kind === "Ingress")).toEqual([]);
    expect(() => web.exposeViaIngress(route(gateway))).not.toThrow();
  });

  test("of a workload without a namespace is refused", () => {
    const { app, gateway } = traefik();
    const web = new HardenedDeployment(newChart("", app, "nameless"), "web", { image: IMAGE, port: 8080 });
    expect(problemCodesOf(() => web.exposeViaIngress(route(gateway)))).toEqual(["NAME_INVALID"]);
  });
});

describe("a Traefik that can't be", () => {
  const props = {
    cluster: fakeCluster(),
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    image: IMAGE,
  };

  test.each<[string, (chart: Chart) => unknown, string[]]>([
    [
      "nothing",
      (chart) => new TraefikIngress(chart, "traefik", undefined as never),
      Array(3).fill("ATTRIBUTE_MISSING"),
    ],
    [
      "a text for an image",
      (chart) => new TraefikIngress(chart, "traefik", { ...props, image: "traefik" as never }),
      ["VALUE_INVALID"],
    ],
    [
      "TLS 1.1",
      (chart) => new TraefikIngress(chart, "traefik", { ...props, minimumVersion: "TLSv1.1" as never }),
      ["VALUE_INVALID"],
    ],
    ["a name of capitals", (chart) => new TraefikIngress(chart, "Traefik", props), ["NAME_INVALID"]],
    ["a long name", (chart) => new TraefikIngress(chart, "t".repeat(41), props), ["NAME_INVALID"]],
    [
      "one replica",
      (chart) => new TraefikIngress(chart, "traefik", { ...props, replicas: 1 }),
      ["REPLICAS_INVALID"],
    ],
    [
      "a public address in a private subnet",
      (chart) =>
        new TraefikIngress(chart, "traefik", {
          ...props,
          access: LoadBalancerAccess.publicFromAnywhere(REASON),
        }),
      ["SUBNET_NOT_PUBLIC"],
    ],
  ])("is refused for %s, and leaves nothing behind", (_, make, codes) => {
    const chart = newChart("gateway");
    expect(problemCodesOf(() => make(chart))).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });

  test("is refused in a chart without a namespace", () => {
    expect(problemCodesOf(() => new TraefikIngress(newChart(""), "traefik", props))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
  });
});
