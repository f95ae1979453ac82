import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { Yaml } from "cdk8s";
import { KubernetesVersion } from "../../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../../lib/cluster/cluster";
import { Acknowledgements } from "../../../lib/core/acknowledgement";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { TraefikIngress } from "../../../lib/exposure/ingress-controllers/traefik-ingress";
import { TraefikRouting } from "../../../lib/exposure/ingress-controllers/traefik-ingress-props";
import { AppProtocol } from "../../../lib/workload/pods/ports";
import { HardenedDeployment } from "../../../lib/workload/hardened-deployment";
import { HttpListener } from "../../../lib/workload/pods/load-balancer-listeners";
import { IngressCertificate } from "../../../lib/exposure/ingress-certificate";
import { IngressHost, IngressPathType } from "../../../lib/exposure/ingress-gateway";
import { LoadBalancerAccess } from "../../../lib/exposure/load-balancer-settings";
import { Tenant } from "../../../lib/namespaces/tenant";
import { TlsTermination } from "../../../lib/exposure/tls-termination";
import {
  containerOf,
  fakeCluster,
  IMAGE,
  newChart,
  objectOf,
  problemsAtSynthesis,
  problemCodesOf,
} from "../../workload/support";
import { newStack } from "../../support/stack";
import { REASON, route, traefik as traefikOf } from "./support";

const routing = TraefikRouting.gatewayApi(REASON);
const traefik = () => traefikOf({ routing });
const kinds = (objects: any[], kind: string): any[] => objects.filter((one) => one.kind === kind);
const ordered = (secretName: string, issuer: object = { clusterIssuer: "internal-ca" }) =>
  TlsTermination.atIngress(IngressCertificate.fromCertManager({ secretName, ...issuer }));
const grpc = (chart: any, id = "quotes") =>
  new HardenedDeployment(chart, id, { image: IMAGE, port: 9000, protocol: AppProtocol.GRPC });

describe("a Traefik of the Gateway API", () => {
  test("is what its snapshot holds", () => {
    const { platform, gateway, web, shop } = traefik();
    web.exposeViaIngress(route(gateway, { tls: ordered("shop-tls") }));
    const tls = TlsTermination.atIngress(IngressCertificate.fromSecret("quotes-tls"));
    grpc(shop).exposeViaIngress(route(gateway, { host: IngressHost.of("quotes.example.com"), tls }));
    const names = ["Deployment", "ConfigMap", "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount"];
    const objects = objectsOf(platform).filter(({ kind }: any) => !names.includes(kind));
    expect(Yaml.stringify(...objects)).toMatchSnapshot();
  });

  test("reads no Ingress, and all else in its own namespace and by the labels of its own class", () => {
    const { args } = containerOf(traefik().platform);
    expect(args.filter((arg: string) => arg.startsWith("--providers.kubernetes"))).toEqual([
      "--providers.kubernetesGateway=true",
      "--providers.kubernetesGateway.namespaces=gateway",
      "--providers.kubernetesGateway.labelSelector=app.kubernetes.io/instance=traefik,app.kubernetes.io/part-of=gateway",
    ]);
    expect(objectOf(traefik().platform, "GatewayClass").metadata.labels).toMatchObject({
      "app.kubernetes.io/instance": "traefik",
      "app.kubernetes.io/part-of": "gateway",
    });
  });

  test.each([traefik, traefikOf])("refuses paths that a program could read otherwise", (one) => {
    const { args } = containerOf(one().platform);
    expect(args.filter((arg: string) => arg.includes("encodedCharacters"))).toEqual(
      ["Slash", "BackSlash", "NullCharacter"].map(
        (what) => `--entryPoints.websecure.http.encodedCharacters.allowEncoded${what}=false`,
      ),
    );
  });

  test("redirects plain HTTP as ever", () => {
    const { platform } = traefikOf({ routing, httpListener: HttpListener.redirectedByWorkload(REASON) });
    expect(containerOf(platform).args).toContain("--entryPoints.web.http.redirections.entryPoint.to=:443");
  });

  test("may list Namespaces and classes in the cluster, and there write the status of its own class alone", () => {
    const { platform } = traefik();
    expect(objectOf(platform, "ClusterRole").rules).toEqual([
      { apiGroups: [""], resources: ["namespaces"], verbs: ["list", "watch"] },
      {
        apiGroups: ["gateway.networking.k8s.io"],
        resources: ["gatewayclasses"],
        verbs: ["list", "watch"],
      },
      {
        apiGroups: ["gateway.networking.k8s.io"],
        resources: ["gatewayclasses/status"],
        resourceNames: ["traefik.gateway"],
        verbs: ["update"],
      },
    ]);
    const roles = objectsOf(platform).filter(({ kind }: any) => kind.endsWith("Role")) as any[];
    const changes = roles.flatMap(({ rules }) => rules).filter(({ verbs }) => !verbs.includes("list"));
    expect(changes.flatMap(({ resources }) => resources).sort()).toEqual([
      "gatewayclasses/status",
      "gateways/status",
      "grpcroutes/status",
      "httproutes/status",
    ]);
    expect(new Set(changes.flatMap(({ verbs }) => verbs))).toEqual(new Set(["update"]));
    const taken = Acknowledgements.of(platform).filter(({ practice }) => practice === "least-privilege");
    expect(taken).toContainEqual(
      expect.objectContaining({ what: "a role for the whole cluster", reason: REASON.reason }),
    );
  });

  test("lists Secrets in its own namespace only", () => {
    const roles = objectsOf(traefik().platform).filter(({ kind }: any) => kind.endsWith("Role")) as any[];
    const reading = roles.filter(({ rules }) =>
      rules.some((rule: any) => rule.resources.includes("secrets")),
    );
    expect(reading.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([["Role", "gateway"]]);
  });

  test("gets no further right with a route, and leaves no role in a workload's namespace", () => {
    const { platform, gateway, shop, web } = traefik();
    const rules = () => JSON.stringify(objectsOf(platform).filter(({ kind }: any) => kind.endsWith("Role")));
    const before = rules();
    web.exposeViaIngress(route(gateway));
    expect(rules()).toBe(before);
    expect(objectsOf(shop).filter(({ kind }: any) => kind.includes("Role"))).toEqual([]);
  });

  test("shares a cluster with another of the same name in another namespace", () => {
    const props = {
      cluster: fakeCluster(),
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      image: IMAGE,
      routing,
    };
    const ofCluster = ["one", "two"].flatMap((namespace) => {
      const chart = newChart(namespace);
      expect(new TraefikIngress(chart, "traefik", props).gatewayClassName).toBe(`traefik.${namespace}`);
      return objectsOf(chart)
        .filter(({ kind }: any) => /^Cluster|Class$/.test(kind))
        .map(({ kind, metadata }: any) => {
          expect(metadata.namespace).toBeUndefined();
          return `${kind} ${metadata.name}`;
        });
    });
    expect(new Set(ofCluster).size).toBe(6);
  });

  test("warns of no resource that is unknown", () => {
    const stack = newStack();
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: "ocid1.compartment.oc1..example",
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    const { platform } = traefikOf({ routing }, cluster);
    cluster.addCdk8sChart("gateway", platform);
    const said = stack.node.findAll().flatMap(({ node }) => node.metadata.map(({ data }) => String(data)));
    expect(said.filter((text) => text.includes("role-resource-unknown"))).toEqual([]);
  });

  test.each([undefined, null, {}, { reason: " " }, "because"])("needs a reason, and %j is none", (choice) => {
    expect(problemCodesOf(() => TraefikRouting.gatewayApi(choice as never))).toEqual(["REASON_MISSING"]);
  });

  test("rejects an invalid routing, and uses Ingress objects by default", () => {
    const refused = (given: unknown) => problemCodesOf(() => traefikOf({ routing: given as never }));
    expect(refused(true)).toEqual(["VALUE_INVALID"]);
    expect(refused(null)).toEqual(["VALUE_INVALID"]);
    expect(refused({ isGatewayApi: true, reason: undefined })).toEqual(["REASON_MISSING"]);
    const yaml = (props: object) => Yaml.stringify(...objectsOf(traefikOf(props).platform));
    expect(yaml({ routing: TraefikRouting.ingress() })).toBe(yaml({}));
    expect(traefikOf().gateway.gatewayClassName).toBeUndefined();
  });
});

describe("a route of the Gateway API", () => {
  test("is an HTTPRoute of the gateway's namespace, for one listener of the host alone", () => {
    const { platform, gateway, web } = traefik();
    web.exposeViaIngress(route(gateway, { path: "/api" }));
    web.exposeViaIngress(route(gateway, { path: "/status", pathType: IngressPathType.EXACT }));
    const objects = objectsOf(platform) as any[];
    expect(kinds(objects, "Ingress")).toEqual([]);
    const [one, other] = kinds(objects, "HTTPRoute");
    expect(one.metadata.namespace).toBe("gateway");
    expect(one.spec.parentRefs).toEqual([
      {
        group: "gateway.networking.k8s.io",
        kind: "Gateway",
        name: "traefik",
        sectionName: "shop.example.com",
      },
    ]);
    expect(one.spec.rules[0].matches).toEqual([{ path: { type: "PathPrefix", value: "/api" } }]);
    expect(other.spec.rules[0].matches).toEqual([{ path: { type: "Exact", value: "/status" } }]);
    const { listeners } = objectOf(platform, "Gateway").spec;
    expect(listeners).toEqual([
      {
        name: "shop.example.com",
        hostname: "shop.example.com",
        port: 8443,
        protocol: "HTTPS",
        tls: { mode: "Terminate", certificateRefs: [{ group: "", kind: "Secret", name: "shop-tls" }] },
        allowedRoutes: {
          namespaces: { from: "Same" },
          kinds: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }],
        },
      },
    ]);
  });

  test("routes to the workload's Service by its DNS name, without access to its namespace", () => {
    const { platform, gateway, shop, web } = traefik();
    web.exposeViaIngress(route(gateway));
    const [slice] = kinds(objectsOf(platform), "EndpointSlice");
    const [{ name }] = kinds(objectsOf(platform), "HTTPRoute")[0].spec.rules[0].backendRefs;
    expect(slice.metadata.labels["kubernetes.io/service-name"]).toBe(name);
    expect(slice).toMatchObject({
      addressType: "FQDN",
      endpoints: [{ addresses: ["web-ingress.shop.svc.cluster.local"], conditions: { ready: true } }],
    });
    const service = objectOf(platform, "Service", name);
    expect(service.spec.ports[0].name).toBe(slice.ports[0].name);
    expect(service.spec).not.toHaveProperty("selector");
    expect(objectOf(shop, "Service").spec.ports[0].port).toBe(slice.ports[0].port);
  });

  test("opens the way on both ends, as that of an Ingress does", () => {
    const policies = (routing?: TraefikRouting) => {
      const { platform, gateway, shop, web } = traefikOf({ routing });
      web.exposeViaIngress(route(gateway));
      return [...kinds(objectsOf(platform), "NetworkPolicy"), ...kinds(objectsOf(shop), "NetworkPolicy")];
    };
    expect(policies(routing)).toEqual(policies());
  });

  test("of gRPC is a GRPCRoute of a host of its own, over HTTP/2 without TLS", () => {
    const { platform, gateway, shop, web } = traefik();
    const quotes = grpc(shop);
    quotes.exposeViaIngress(route(gateway));
    const [made] = kinds(objectsOf(platform), "GRPCRoute");
    expect(made.spec.rules[0]).not.toHaveProperty("matches");
    const service = objectOf(platform, "Service", made.spec.rules[0].backendRefs[0].name);
    expect(service.spec.ports[0].appProtocol).toBe("kubernetes.io/h2c");
    expect(objectOf(platform, "Gateway").spec.listeners[0].allowedRoutes.kinds).toMatchObject([
      { kind: "GRPCRoute" },
    ]);
    const refused = (workload: HardenedDeployment, options: object) =>
      problemCodesOf(() => workload.exposeViaIngress(route(gateway, options)));
    const host = IngressHost.of("other.example.com");
    expect(refused(web, { path: "/web" })).toEqual(["INGRESS_INVALID"]);
    expect(refused(quotes, { host, path: "/quotes.Quotes" })).toEqual(["INGRESS_INVALID"]);
    expect(refused(quotes, { host, pathType: IngressPathType.EXACT })).toEqual(["INGRESS_INVALID"]);
    web.exposeViaIngress(route(gateway, { host }));
    expect(refused(grpc(shop, "more"), { host })).toEqual(["INGRESS_INVALID", "NAME_DUPLICATE"]);
  });

  test("orders one Certificate for its host, of the issuer that it names", () => {
    const { platform, gateway, web } = traefik();
    const host = IngressHost.of("books.example.com");
    web.exposeViaIngress(route(gateway, { tls: ordered("shop-tls") }));
    web.exposeViaIngress(route(gateway, { path: "/api", tls: ordered("shop-tls") }));
    web.exposeViaIngress(route(gateway, { host, tls: ordered("books-tls", { issuer: "books" }) }));
    const objects = objectsOf(platform) as any[];
    const certificates = kinds(objects, "Certificate");
    expect(certificates.map(({ spec }) => spec)).toEqual([
      {
        secretName: "shop-tls",
        dnsNames: ["shop.example.com"],
        issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "internal-ca" },
        duration: "720h",
        renewBefore: "240h",
        privateKey: { rotationPolicy: "Always" },
      },
      expect.objectContaining({
        dnsNames: ["books.example.com"],
        issuerRef: { group: "cert-manager.io", kind: "Issuer", name: "books" },
      }),
    ]);
    expect(JSON.stringify(objects)).not.toContain("cert-manager.io/cluster-issuer");
  });

  test("of a wildcard host has a listener that no host has the name of, and overlaps with no other", () => {
    const wildcard = (name: string) => IngressHost.wildcard(name, REASON);
    const { platform, gateway, web } = traefik();
    web.exposeViaIngress(route(gateway, { host: wildcard("*.example.com") }));
    const [{ name, hostname }] = objectOf(platform, "Gateway").spec.listeners;
    expect(hostname).toBe("*.example.com");
    expect(name).toMatch(/^wildcard-[0-9a-f]{8}$/);
    for (const host of [
      IngressHost.of("a.example.com"),
      wildcard("*.a.example.com"),
      wildcard("*.b.a.example.com"),
    ])
      expect(problemCodesOf(() => web.exposeViaIngress(route(gateway, { host })))).toEqual([
        "INGRESS_INVALID",
      ]);
    const other = traefik();
    other.web.exposeViaIngress(route(other.gateway, { host: IngressHost.of("a.b.example.com") }));
    expect(
      problemCodesOf(() =>
        other.web.exposeViaIngress(route(other.gateway, { host: wildcard("*.example.com") })),
      ),
    ).toEqual(["INGRESS_INVALID"]);
    for (const host of [wildcard("*.other.example.com"), IngressHost.of("example.com")])
      expect(() => other.web.exposeViaIngress(route(other.gateway, { host }))).not.toThrow();
  });

  test("of a 65th host is refused, as a Gateway has no more listeners", () => {
    const { gateway, web } = traefik();
    const expose = (index: number, path = "/") =>
      web.exposeViaIngress(route(gateway, { host: IngressHost.of(`h${index}.example.com`), path }));
    for (let index = 0; index < 64; index += 1) expose(index);
    expect(problemCodesOf(() => expose(64))).toEqual(["INGRESS_INVALID"]);
    expect(() => expose(0, "/more")).not.toThrow();
  });

  test("is refused where one through an Ingress would be", () => {
    const { gateway, shop, web } = traefik();
    web.exposeViaIngress(route(gateway));
    const other = new HardenedDeployment(shop, "other", { image: IMAGE, port: 8080 });
    const tls = TlsTermination.atIngress(IngressCertificate.fromSecret("other-tls"));
    const oci = TlsTermination.atIngress(
      IngressCertificate.fromOciCertificates("ocid1.certificate.oc1.eu-frankfurt-1.example"),
    );
    expect(problemCodesOf(() => other.exposeViaIngress(route(gateway)))).toEqual(["NAME_DUPLICATE"]);
    expect(problemCodesOf(() => other.exposeViaIngress(route(gateway, { path: "/a", tls })))).toEqual([
      "INGRESS_INVALID",
    ]);
    const host = IngressHost.of("other.example.com");
    expect(problemCodesOf(() => other.exposeViaIngress(route(gateway, { host, tls: oci })))).toEqual([
      "INGRESS_INVALID",
    ]);
    expect(() => other.exposeViaIngress(route(gateway, { path: "/a" }))).not.toThrow();
  });

  test("is refused at synthesis where the chart of its gateway is in no cluster", () => {
    const cluster = new SecureOkeCluster(newStack(), "cluster", {
      compartmentId: "ocid1.compartment.oc1..example",
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    const { gateway, shop, web } = traefikOf({ routing }, cluster);
    web.exposeViaIngress(route(gateway));
    cluster.addCdk8sChart("shop", shop);
    expect(problemsAtSynthesis(shop).map(({ code }) => code)).toContain("INGRESS_INVALID");
  });

  test("stands in the same objects in whatever order hosts are given, and none is renamed by another", () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.uniqueArray(label, { minLength: 2, maxLength: 5 }), (labels) => {
        const made = (names: string[]) => {
          const { platform, gateway, web } = traefik();
          for (const name of names)
            web.exposeViaIngress(
              route(gateway, { host: IngressHost.of(`${name}.example.com`), tls: ordered(`${name}-tls`) }),
            );
          const objects = objectsOf(platform) as any[];
          return new Set(objects.map((one) => JSON.stringify(one)));
        };
        expect(made([...labels].reverse())).toEqual(made(labels));
        const withGateway = [...made(labels)].filter((text) => !text.includes('"kind":"Gateway"'));
        const fewer = [...made(labels.slice(1))].filter((text) => !text.includes('"kind":"Gateway"'));
        expect(withGateway).toEqual(expect.arrayContaining(fewer));
      }),
      { numRuns: 15 },
    );
  });
});

describe("the page on ingress", () => {
  const page = fs.readFileSync(path.join(__dirname, "../../../docs/ingress.md"), "utf8");

  test("installs the release of the Gateway API that the library is written for", () => {
    expect(page).toContain(`/download/v${TraefikRouting.GATEWAY_API_VERSION}/standard-install.yaml`);
  });

  test.each(["ingress", "gatewayApi"] as const)(
    "says rightly what a tenant behind a gateway must allow, %s",
    (by) => {
      expect(page).toContain('new Tenant(shop, "tenant", { allowedPeers: ["gateway"] })');
      const codes = (allowedPeers?: string[]) => {
        const { app, gateway } = traefikOf({
          routing: by === "ingress" ? TraefikRouting.ingress() : routing,
        });
        const chart = newChart("books", app, "books");
        new Tenant(chart, "tenant", { allowedPeers });
        const books = new HardenedDeployment(chart, "books", { image: IMAGE, port: 8080 });
        books.exposeViaIngress(route(gateway));
        return problemsAtSynthesis(chart).map(({ code }) => code);
      };
      expect(codes(["gateway"])).toEqual([]);
      expect(codes()).toEqual(["PEER_NOT_ALLOWED"]);
    },
  );
});
