import fc from "fast-check";
import { validationProblemsOf, newStack } from "../support/stack";
import { Chart, Duration } from "cdk8s";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { IngressCertificate } from "../../lib/exposure/ingress-certificate";
import { IngressHost, IngressPathType, type IngressOptions } from "../../lib/exposure/ingress-gateway";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { AcmeIssuer } from "../../lib/platform/cert-manager/issuers";
import { AcmeSolver } from "../../lib/platform/cert-manager/acme-solver";
import { TraefikRouting } from "../../lib/exposure/ingress-controllers/traefik-ingress-props";
import { REASON, route, traefik } from "./ingress-controllers/support";
import {
  fakeCluster,
  IMAGE,
  newChart,
  objectOf,
  problemsAtSynthesis,
  problemCodesOf,
} from "../workload/support";

describe("the host of a route", () => {
  test.each(["shop.example.com", "a.b", "xn--bcher-kva.example", "1.example.com"])("can be %s", (name) => {
    expect(IngressHost.of(name).name).toBe(name);
  });

  test.each([
    "",
    "localhost",
    "Shop.example.com",
    "shop.example.com.",
    "10.0.0.1",
    "*.example.com",
    "shop_1.example.com",
    "https://shop.example.com",
    `${"a".repeat(64)}.example.com`,
    `${"a.".repeat(127)}com`,
  ])("can't be %p", (name) => {
    expect(problemCodesOf(() => IngressHost.of(name))).toEqual(["NAME_INVALID"]);
  });

  test.each([
    [undefined, "ATTRIBUTE_MISSING"],
    [null, "ATTRIBUTE_MISSING"],
    [42, "VALUE_INVALID"],
    [{}, "VALUE_INVALID"],
  ])("can't be %p, from a program without types", (name, code) => {
    expect(problemCodesOf(() => IngressHost.of(name as never))).toEqual([code]);
  });

  test("needs a reason as a wildcard", () => {
    expect(problemCodesOf(() => IngressHost.wildcard("*.example.com", undefined as never))).toEqual([
      "REASON_MISSING",
    ]);
    for (const name of ["shop.example.com", "*", "*.com", "*.*.example.com", "a.*.example.com"]) {
      expect(problemCodesOf(() => IngressHost.wildcard(name as never, REASON))).toEqual(["NAME_INVALID"]);
    }
    const { platform, gateway, web } = traefik();
    web.exposeViaIngress(route(gateway, { host: IngressHost.wildcard("*.example.com", REASON) }));
    expect(Acknowledgements.of(platform)).toContainEqual(
      expect.objectContaining({ practice: "exposure", what: "wildcard host *.example.com", ...REASON }),
    );
  });
});

test("A host that a program without types copies is checked again, with its reason", () => {
  const { gateway, web } = traefik();
  const placesOf = (host: object) =>
    validationProblemsOf(() => web.exposeViaIngress(route(gateway, { host: host as IngressHost }))).map(
      ({ code, property }) => [code, property],
    );
  const copy = (host: IngressHost, members: object): object =>
    Object.assign(Object.create(host) as object, members);
  const wildcard = IngressHost.wildcard("*.example.com", REASON);
  expect(placesOf(copy(wildcard, { reason: undefined }))).toEqual([["REASON_MISSING", "host.reason"]]);
  expect(placesOf(copy(IngressHost.of("a.example.com"), { name: "Shop" }))).toEqual([
    ["NAME_INVALID", "host.name"],
  ]);
  expect(() =>
    web.exposeViaIngress(route(gateway, { host: copy(wildcard, {}) as IngressHost })),
  ).not.toThrow();
});

describe("the certificate of a route", () => {
  test("is a Secret in the gateway's namespace", () => {
    for (const name of ["shop/web-tls", "", "Web", undefined, null, 1]) {
      expect(problemCodesOf(() => IngressCertificate.fromSecret(name as never))).toEqual(["NAME_INVALID"]);
    }
  });

  test("of cert-manager is valid for 30 days, is renewed after 20, and gets a new key each time", () => {
    const certificate = IngressCertificate.fromCertManager({
      secretName: "shop-tls",
      clusterIssuer: "internal-ca",
    });
    const { platform, gateway, web } = traefik();
    const exposed = web.exposeViaIngress(route(gateway, { tls: TlsTermination.atIngress(certificate) }));
    expect([exposed.gateway, exposed.workload, exposed.certificate]).toEqual([gateway, web, certificate]);
    expect(objectOf(platform, "Ingress").metadata.annotations).toMatchObject({
      "cert-manager.io/cluster-issuer": "internal-ca",
      "cert-manager.io/duration": "720h",
      "cert-manager.io/renew-before": "240h",
      "cert-manager.io/private-key-rotation-policy": "Always",
    });
  });

  test.each<[object | undefined, string[]]>([
    [undefined, ["ATTRIBUTE_MISSING"]],
    [{ secretName: "tls" }, ["VALUE_INVALID"]],
    [{ secretName: "tls", issuer: "a", clusterIssuer: "b" }, ["VALUE_INVALID"]],
    [{ secretName: "a/b", issuer: "A b" }, ["NAME_INVALID", "NAME_INVALID"]],
    [{ secretName: "tls", issuer: "a", duration: Duration.days(91) }, ["DURATION_INVALID"]],
    [{ secretName: "tls", issuer: "a", duration: Duration.hours(1) }, ["DURATION_INVALID"]],
    [{ secretName: "tls", issuer: "a", duration: "720h" as any }, ["VALUE_INVALID"]],
    [
      { secretName: "tls", issuer: "a", duration: Duration.hours(48), renewBefore: Duration.days(2) },
      ["DURATION_INVALID"],
    ],
    [{ secretName: "tls", issuer: "a", renewBefore: Duration.hours(0) }, ["DURATION_INVALID"]],
  ])("of cert-manager is rejected for %j", (options, codes) => {
    expect(problemCodesOf(() => IngressCertificate.fromCertManager(options as never))).toEqual(codes);
  });

  test("of OCI Certificates needs the OCID of a certificate", () => {
    const refused = (ocid: unknown) =>
      problemCodesOf(() => IngressCertificate.fromOciCertificates(ocid as never));
    expect(refused("ocid1.vcn.oc1..example")).toEqual(["OCID_INVALID"]);
    expect(refused(undefined)).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("is required for TLS at an ingress gateway", () => {
    expect(problemCodesOf(() => TlsTermination.atIngress(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => TlsTermination.atIngress("shop-tls" as never))).toEqual(["VALUE_INVALID"]);
  });
});

describe("a route", () => {
  test.each<[string, Partial<{ [K in keyof IngressOptions]: unknown }>, string[]]>([
    ["no gateway", { gateway: undefined }, ["ATTRIBUTE_MISSING"]],
    ["a text for a gateway", { gateway: "traefik" }, ["VALUE_INVALID"]],
    ["a text for a host", { host: "shop.example.com" }, ["VALUE_INVALID"]],
    ["no TLS", { tls: undefined }, ["ATTRIBUTE_MISSING"]],
    ["plain HTTP with a reason", { tls: TlsTermination.none(REASON) }, ["INGRESS_INVALID"]],
    [
      "TLS at a load balancer",
      { tls: TlsTermination.atLoadBalancer({ secretName: "tls" }) },
      ["INGRESS_INVALID"],
    ],
    ["TLS in the pod", { tls: TlsTermination.atPod() }, ["INGRESS_INVALID"]],
    ["a type of paths that is none", { pathType: "ImplementationSpecific" }, ["VALUE_INVALID"]],
    [
      "everything at once",
      { gateway: 1, host: 1, tls: 1, path: 1, pathType: 1 },
      [...Array(4).fill("VALUE_INVALID"), "INGRESS_INVALID"],
    ],
  ])("is rejected for %s", (_, options, codes) => {
    const { gateway, web } = traefik();
    expect(problemCodesOf(() => web.exposeViaIngress(route(gateway, options as never))).sort()).toEqual(
      codes.sort(),
    );
    expect(web.node.tryFindChild("IngressService")).toBeUndefined();
  });

  test("is rejected without options, and for a TCP workload or one without a port", () => {
    const { gateway, shop, web } = traefik();
    expect(problemCodesOf(() => web.exposeViaIngress(undefined as never))).toEqual(
      Array(3).fill("ATTRIBUTE_MISSING"),
    );
    const tcp = new HardenedDeployment(shop, "tcp", { image: IMAGE, port: 5432, protocol: AppProtocol.TCP });
    expect(problemCodesOf(() => tcp.exposeViaIngress(route(gateway)))).toEqual(["INGRESS_INVALID"]);
    const worker = new HardenedDeployment(shop, "worker", { image: IMAGE });
    expect(problemCodesOf(() => worker.exposeViaIngress(route(gateway)))).toEqual(["PORT_INVALID"]);
  });

  test.each([
    "api",
    "",
    "/api/",
    "//",
    "/a//b",
    "/..",
    "/a/../b",
    "/./a",
    "/a b",
    '/a"',
    "/a`",
    "/%2f",
    "/é",
    `/${"a".repeat(200)}`,
  ])("can't have the path %p", (path) => {
    const { gateway, web } = traefik();
    expect(problemCodesOf(() => web.exposeViaIngress(route(gateway, { path: path as never })))).toEqual([
      "INGRESS_INVALID",
    ]);
  });

  test("can have a trailing slash if it is exact", () => {
    const { platform, gateway, web } = traefik();
    web.exposeViaIngress(route(gateway, { path: "/api/", pathType: IngressPathType.EXACT }));
    expect(objectOf(platform, "Ingress").spec.rules[0].http.paths[0]).toMatchObject({
      path: "/api/",
      pathType: "Exact",
    });
  });

  test("is rejected if the gateway already routes the host and path, also in another chart", () => {
    const { app, gateway, web } = traefik();
    web.exposeViaIngress(route(gateway, { path: "/api" }));
    const other = new HardenedDeployment(newChart("books", app, "books"), "web", {
      image: IMAGE,
      port: 8080,
    });
    for (const options of [
      { path: "/api" },
      { path: "/api", pathType: IngressPathType.EXACT },
      { path: "/api/", pathType: IngressPathType.EXACT },
    ]) {
      expect(problemCodesOf(() => other.exposeViaIngress(route(gateway, options)))).toEqual([
        "NAME_DUPLICATE",
      ]);
    }
    expect(() => other.exposeViaIngress(route(gateway, { path: "/apis" }))).not.toThrow();
    expect(() => other.exposeViaIngress(route(traefik().gateway, { path: "/api" }))).not.toThrow();
  });

  test("is rejected if its host has another certificate", () => {
    const { gateway, web } = traefik();
    web.exposeViaIngress(route(gateway));
    const tls = TlsTermination.atIngress(IngressCertificate.fromSecret("other-tls"));
    expect(problemCodesOf(() => web.exposeViaIngress(route(gateway, { path: "/api", tls })))).toEqual([
      "INGRESS_INVALID",
    ]);
  });

  test("is rejected if cert-manager stores the certificate of another host in its Secret", () => {
    const ordered = (secretName: string) =>
      TlsTermination.atIngress(IngressCertificate.fromCertManager({ secretName, issuer: "ca" }));
    const { gateway, web } = traefik();
    const host = IngressHost.of("books.example.com");
    web.exposeViaIngress(route(gateway, { tls: ordered("shop-tls") }));
    for (const tls of [
      ordered("shop-tls"),
      TlsTermination.atIngress(IngressCertificate.fromSecret("shop-tls")),
    ]) {
      expect(problemCodesOf(() => web.exposeViaIngress(route(gateway, { host, tls })))).toEqual([
        "INGRESS_INVALID",
      ]);
    }
    expect(() => web.exposeViaIngress(route(gateway, { host, tls: ordered("books-tls") }))).not.toThrow();
    expect(() =>
      web.exposeViaIngress(route(gateway, { path: "/api", tls: ordered("shop-tls") })),
    ).not.toThrow();
  });

  test("is rejected at synthesis only if its workload is in another cluster", () => {
    const stack = newStack();
    const imported = (id: string) =>
      SecureOkeCluster.fromClusterAttributes(stack, id, {
        clusterId: `ocid1.cluster.oc1.eu-frankfurt-1.${id}`,
        compartmentId: "ocid1.compartment.oc1..example",
        kubernetesVersion: KubernetesVersion.V1_34,
      });
    const [one, other] = [imported("one"), imported("other")];
    const { network, workerSecurityGroup } = fakeCluster();
    Object.defineProperty(one, "network", { value: network });
    Object.defineProperty(one, "workerSecurityGroup", { value: workerSecurityGroup });
    const { gateway, shop, web } = traefik({}, one);
    web.exposeViaIngress(route(gateway));
    expect(problemsAtSynthesis(shop)).toEqual([]);
    other.addCdk8sChart("shop", shop);
    expect(problemsAtSynthesis(shop).map(({ code }) => code)).toEqual(["INGRESS_INVALID"]);
  });

  describe.each(["Ingress objects", "the Gateway API"])(
    "with a certificate of an ACME issuer, by %s",
    (objects) => {
      const routing =
        objects === "Ingress objects" ? TraefikRouting.ingress() : TraefikRouting.gatewayApi(REASON);
      const http = AcmeSolver.http01({ ingressClassName: "public" });
      const dns = (...dnsZones: string[]) =>
        AcmeSolver.dns01Cloudflare({ apiTokenSecretName: "cloudflare", dnsZones });
      const wildcard = IngressHost.wildcard("*.shop.example.com", REASON);

      function problemsOf(
        solvers: AcmeSolver[],
        { host = wildcard, issuerName = "acme", namespaced = false, isInGateway = true } = {},
      ) {
        const { app, platform, gateway, web } = traefik({ routing });
        const issuers = isInGateway ? platform : newChart("other", app, "issuers");
        new AcmeIssuer(issuers, "acme-issuer", { solvers, issuerName, namespaced });
        const certificate = IngressCertificate.fromCertManager({
          secretName: "shop-tls",
          ...(namespaced ? { issuer: "acme" } : { clusterIssuer: "acme" }),
        });
        web.exposeViaIngress(route(gateway, { host, tls: TlsTermination.atIngress(certificate) }));
        return problemsAtSynthesis(platform).map(({ code, property }) => [code, property]);
      }

      test.each<[string, AcmeSolver[], { namespaced?: boolean; isInGateway?: boolean }]>([
        ["the only challenge is HTTP", [http], {}],
        ["the issuer is in another chart", [http], { isInGateway: false }],
        ["the issuer serves the gateway's namespace", [http], { namespaced: true }],
        ["the DNS challenges are for other zones", [http, dns("example.org", "op.example.com")], {}],
      ])("is rejected for a wildcard if %s", (_, solvers, options) => {
        expect(problemsOf(solvers, options)).toEqual([["INGRESS_INVALID", "host"]]);
      });

      test.each<[string, AcmeSolver[], Parameters<typeof problemsOf>[1]]>([
        ["for a single host", [http], { host: IngressHost.of("shop.example.com") }],
        ["if the DNS challenge is for every zone", [http, dns()], {}],
        ["if the DNS challenge is for the zone", [dns("shop.example.com")], {}],
        ["if the DNS challenge is for a parent zone", [http, dns("example.com")], {}],
        ["if the program creates another issuer only", [http], { issuerName: "other" }],
        ["if the issuer serves another namespace", [http], { namespaced: true, isInGateway: false }],
      ])("is accepted %s", (_, solvers, options) => {
        expect(problemsOf(solvers, options)).toEqual([]);
      });
    },
  );

  test("has a valid name for any workload name, independent of other routes", () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    fc.assert(
      fc.property(label, fc.uniqueArray(label, { minLength: 1, maxLength: 4 }), (name, paths) => {
        const { platform, gateway, shop } = traefik();
        const workload = new HardenedDeployment(shop, name, { image: IMAGE, port: 8080 });
        const names = (all: string[]) =>
          all.map((path) => workload.exposeViaIngress(route(gateway, { path: `/${path}` })).name);
        const made = names(paths);
        expect(new Set(made).size).toBe(paths.length);
        for (const object of [...objectsOf(platform), ...objectsOf(shop)] as any[]) {
          expect(object.metadata.name).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$|^[a-z]$/);
        }
        const again = traefik();
        const same = new HardenedDeployment(again.shop, name, { image: IMAGE, port: 8080 });
        const reversed = [...paths]
          .reverse()
          .map((path) => same.exposeViaIngress(route(again.gateway, { path: `/${path}` })).name);
        expect(reversed.reverse()).toEqual(made);
      }),
      { numRuns: 15 },
    );
  });

  test("is rejected by exposeViaLoadBalancer", () => {
    const { web } = traefik();
    const options = {
      cluster: fakeCluster(),
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      tls: TlsTermination.atIngress(IngressCertificate.fromSecret("shop-tls")),
    };
    expect(problemCodesOf(() => web.exposeViaLoadBalancer(options))).toEqual(["LOAD_BALANCER_INVALID"]);
    expect(Chart.of(web).node.tryFindChild("LoadBalancer-web")).toBeUndefined();
  });
});
