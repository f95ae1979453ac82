import { App as KubernetesApp, Chart, Testing } from "cdk8s";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { NativeIngressController } from "../../lib/cluster/native-ingress-controller";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Port } from "../../lib/core/port";
import { TlsCertificate } from "../../lib/encryption/tls-certificate";
import { AcmeIssuer, CaIssuer } from "../../lib/platform/cert-manager/issuers";
import { AcmeSolver } from "../../lib/platform/cert-manager/acme-solver";
import { CertManagerAddOn } from "../../lib/platform/cert-manager/cert-manager-add-on";
import { CertManagerNamespace } from "../../lib/platform/cert-manager/cert-manager-namespace";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const newChart = () => new Chart(new KubernetesApp(), "certificates", { namespace: "shop" });
const newCluster = (stack = newStack(), id = "cluster") =>
  new SecureOkeCluster(stack, id, {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });

describe("the add-on cert-manager", () => {
  test("has two replicas and limits of memory", () => {
    const stack = newStack();
    new CertManagerAddOn(stack, "cert-manager", { cluster: newCluster(stack) });
    const resources = (cpu: string, memory: string) =>
      `{"requests":{"cpu":"${cpu}","memory":"${memory}"},"limits":{"memory":"${memory}"}}`;
    expect(onlyResource(stack, "oci_containerengine_addon")).toMatchObject({
      addon_name: "CertManager",
      remove_addon_resources_on_delete: true,
      configurations: [
        { key: "numOfReplicas", value: "2" },
        { key: "cert-manager-controller.ContainerResources", value: resources("50m", "256Mi") },
        { key: "cert-manager-webhook.ContainerResources", value: resources("25m", "128Mi") },
        { key: "cert-manager-cainjector.ContainerResources", value: resources("25m", "256Mi") },
      ],
    });
  });

  test("has the given props", () => {
    const stack = newStack();
    new CertManagerAddOn(stack, "cert-manager", {
      cluster: newCluster(stack),
      replicas: 3,
      version: "v1.16.2",
      webhookResources: { cpuRequest: "100m", memory: "64Mi" },
      nodeSelector: { pool: "system", arch: "amd64" },
    });
    const addOn = onlyResource(stack, "oci_containerengine_addon");
    expect(addOn.version).toBe("v1.16.2");
    expect(addOn.configurations).toContainEqual({
      key: "nodeSelectors",
      value: '{"arch":"amd64","pool":"system"}',
    });
    expect(addOn.configurations).toContainEqual({
      key: "cert-manager-webhook.ContainerResources",
      value: '{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"64Mi"}}',
    });
  });

  test("is rejected if a NativeIngressController of the cluster installs it", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    new NativeIngressController(stack, "ingress", { cluster });
    const [problem] = validationProblemsOf(() => new CertManagerAddOn(stack, "cert-manager", { cluster }));
    expect(problem).toMatchObject({ code: "NAME_DUPLICATE", path: "stack/cert-manager" });
    expect(problem!.fix).toContain("installCertManager: false");
    new CertManagerAddOn(stack, "cert-manager", { cluster: newCluster(stack, "other") });
  });

  test("is rejected with all problems at once", () => {
    const stack = newStack();
    const props = {
      cluster: newCluster(stack),
      replicas: 6,
      version: "1.16",
      controllerResources: { cpuRequest: "a lot", memory: "1Q" },
    };
    expect(problemCodesOf(() => new CertManagerAddOn(stack, "cert-manager", props))).toEqual([
      "COUNT_INVALID",
      "VALUE_INVALID",
      "QUANTITY_INVALID",
      "QUANTITY_INVALID",
    ]);
    expect(problemCodesOf(() => new CertManagerAddOn(stack, "cert-manager", {} as never))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    expect(resourcesOf(stack, "oci_containerengine_addon")).toEqual({});
  });
});

describe("the namespace of cert-manager", () => {
  const policiesOf = (chart: Chart) =>
    Object.fromEntries(
      Testing.synth(chart)
        .filter(({ kind }) => kind === "NetworkPolicy")
        .map(({ metadata, spec }) => [metadata.name, spec]),
    );

  test("denies all but DNS, the API server and its own webhook, at the endpoint of the cluster of the chart", () => {
    const chart = newChart();
    new CertManagerNamespace(chart, "cert-manager");
    const cluster = newCluster();
    cluster.addCdk8sChart("certificates", chart);
    const endpoint = { ipBlock: { cidr: cluster.network.apiEndpointSubnet.cidr } };
    const [namespace] = Testing.synth(chart);
    expect(namespace).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "cert-manager",
        labels: {
          "pod-security.kubernetes.io/enforce": "baseline",
          "pod-security.kubernetes.io/audit": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    });
    const policies = policiesOf(chart);
    expect(Object.keys(policies)).toEqual(["default-deny", "allow-dns-and-api-server", "allow-webhook"]);
    expect(policies["default-deny"]).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(policies["allow-dns-and-api-server"]).toMatchObject({
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        { ports: [{ port: 53 }, { port: 53 }] },
        { to: [endpoint], ports: [{ port: 6443, protocol: "TCP" }] },
      ],
    });
    expect(policies["allow-webhook"]).toEqual({
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [{ from: [endpoint], ports: [{ port: 10250, protocol: "TCP" }] }],
    });
  });

  test("has the given props", () => {
    const chart = newChart();
    new CertManagerNamespace(chart, "cert-manager", {
      namespace: "certificates",
      endpointCidr: "10.0.0.5/32",
      webhookPort: 10260,
      controllerEgress: [
        { cidr: "203.0.113.0/24" },
        { cidr: "0.0.0.0/0", ports: [Port.tcp(53), Port.udp(53)], reason: "Zones at several providers" },
      ],
      enforceRestricted: true,
    });
    const policies = policiesOf(chart);
    expect(policies["allow-webhook"].ingress).toEqual([
      { from: [{ ipBlock: { cidr: "10.0.0.5/32" } }], ports: [{ port: 10260, protocol: "TCP" }] },
    ]);
    expect(policies["allow-declared-egress"].egress).toEqual([
      { to: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports: [{ port: 443, protocol: "TCP" }] },
      {
        to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
        ports: [
          { port: 53, protocol: "TCP" },
          { port: 53, protocol: "UDP" },
        ],
      },
    ]);
    expect(Acknowledgements.of(chart)).toMatchObject([{ reason: "Zones at several providers" }]);
  });

  test("is rejected with all problems at once", () => {
    const make = (props: object) => () => new CertManagerNamespace(newChart(), "cert-manager", props);
    const problems = validationProblemsOf(
      make({
        namespace: "A",
        webhookPort: 0,
        controllerEgress: [
          { cidr: "0.0.0.0/0" },
          { cidr: "10.0.0.1/8" },
          { cidr: "10.0.0.0/8", ports: [Port.tcp(443), Port.icmp(3, 4)] },
          { cidr: "0.0.0.0/0", reason: " " },
        ],
        endpointCidr: "x",
      }),
    );
    expect(problems.map(({ code, property }) => [code, property])).toEqual([
      ["NAME_INVALID", "namespace"],
      ["PORT_INVALID", "webhookPort"],
      ["REASON_MISSING", "controllerEgress[0].reason"],
      ["CIDR_HOST_BITS", "controllerEgress[1].cidr"],
      ["PORT_INVALID", "controllerEgress[2].ports[1]"],
      ["REASON_MISSING", "controllerEgress[3].reason"],
      ["CIDR_INVALID", "endpointCidr"],
    ]);
  });

  test("needs a cluster or an endpoint at synthesis", () => {
    const chart = newChart();
    new CertManagerNamespace(chart, "cert-manager");
    expect(problemCodesOf(() => Testing.synth(chart))).toEqual(["ATTRIBUTE_MISSING"]);
  });
});

describe("issuers of cert-manager", () => {
  const solver = AcmeSolver.dns01Webhook({
    groupName: "acme.example.com",
    solverName: "oci",
    config: { compartmentOCID: COMPARTMENT },
    dnsZones: ["example.com"],
  });

  test("order certificates of Let's Encrypt by DNS, for 90 days", () => {
    const chart = newChart();
    const { issuer } = new AcmeIssuer(chart, "lets-encrypt", { solvers: [solver] });
    const certificate = new TlsCertificate(chart, "web-tls", { issuer, dnsNames: ["shop.example.com"] });
    expect([certificate.duration.toDays(), certificate.renewBefore.toDays()]).toEqual([90, 30]);
    expect(Testing.synth(chart)[0]).toEqual({
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "lets-encrypt" },
      spec: {
        acme: {
          server: "https://acme-v02.api.letsencrypt.org/directory",
          privateKeySecretRef: { name: "lets-encrypt-account-key" },
          solvers: [
            {
              selector: { dnsZones: ["example.com"] },
              dns01: {
                webhook: {
                  groupName: "acme.example.com",
                  solverName: "oci",
                  config: { compartmentOCID: COMPARTMENT },
                },
              },
            },
          ],
        },
      },
    });
  });

  test("have the given props", () => {
    const chart = newChart();
    new AcmeIssuer(chart, "acme", {
      solvers: [
        AcmeSolver.dns01Cloudflare({ apiTokenSecretName: "cloudflare" }),
        AcmeSolver.dns01Rfc2136({ nameserver: "10.0.0.53:53", tsigKeyName: "shop", tsigSecretName: "tsig" }),
        AcmeSolver.http01({ ingressClassName: "public" }),
      ],
      email: "platform@example.com",
      serverUrl: "https://acme.example.com/directory",
      externalAccount: { keyId: "kid-1", secretName: "eab" },
      issuerName: "corporate",
      namespaced: true,
    });
    expect(Testing.synth(chart)[0]).toMatchObject({
      kind: "Issuer",
      metadata: { name: "corporate", namespace: "shop" },
      spec: {
        acme: {
          server: "https://acme.example.com/directory",
          email: "platform@example.com",
          externalAccountBinding: { keyID: "kid-1", keySecretRef: { name: "eab", key: "secret" } },
          solvers: [
            { dns01: { cloudflare: { apiTokenSecretRef: { name: "cloudflare", key: "api-token" } } } },
            {
              dns01: {
                rfc2136: {
                  nameserver: "10.0.0.53:53",
                  tsigKeyName: "shop",
                  tsigAlgorithm: "HMACSHA512",
                  tsigSecretSecretRef: { name: "tsig", key: "tsig-secret" },
                },
              },
            },
            { http01: { ingress: { ingressClassName: "public" } } },
          ],
        },
      },
    });
  });

  test("sign wildcards of the zones of their DNS challenges only", () => {
    const http = AcmeSolver.http01({ ingressClassName: "public" });
    const dns = (...dnsZones: string[]) =>
      AcmeSolver.dns01Cloudflare({ apiTokenSecretName: "cloudflare", dnsZones });
    const certificate =
      (dnsNames: string[], ...solvers: AcmeSolver[]) =>
      () => {
        const chart = newChart();
        const { issuer } = new AcmeIssuer(chart, "acme", { solvers });
        return new TlsCertificate(chart, "tls", { issuer, dnsNames });
      };
    const hosts = ["*.example.com", "shop.example.org", "*.shop.example.org", "*.myexample.com"];
    const rejected = (...solvers: AcmeSolver[]) =>
      validationProblemsOf(certificate(hosts, ...solvers)).map(({ code, property }) => [code, property]);
    expect(rejected(http)).toEqual([0, 2, 3].map((index) => ["NAME_INVALID", `dnsNames[${index}]`]));
    expect(rejected(http, dns("example.com", "example.org"))).toEqual([["NAME_INVALID", "dnsNames[3]"]]);
    expect(certificate(hosts, http, dns())().secretName).toBe("tls");
    expect(certificate(["shop.example.org"], http)().secretName).toBe("tls");
  });

  test("sign with a private authority in a Secret", () => {
    const chart = newChart();
    const { issuer } = new CaIssuer(chart, "internal-ca", { secretName: "internal-ca" });
    expect(issuer).toMatchObject({ kind: "ClusterIssuer", name: "internal-ca", isAcme: false });
    new CaIssuer(chart, "shop-ca", {
      secretName: "shop-ca",
      namespaced: true,
      crlDistributionPoints: ["http://crl.example.com/shop.crl"],
    });
    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name: "internal-ca" },
        spec: { ca: { secretName: "internal-ca" } },
      },
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Issuer",
        metadata: { name: "shop-ca", namespace: "shop" },
        spec: { ca: { secretName: "shop-ca", crlDistributionPoints: ["http://crl.example.com/shop.crl"] } },
      },
    ]);
  });

  test("are rejected with all problems at once", () => {
    const make = (props: object) => () => new AcmeIssuer(newChart(), "acme", props as never);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(make({ solvers: [] }))).toEqual(["COUNT_INVALID"]);
    expect(
      problemCodesOf(
        make({ solvers: [solver], email: "me", serverUrl: "http://acme.example.com/directory" }),
      ),
    ).toEqual(["VALUE_INVALID", "VALUE_INVALID"]);
    const webhook = { groupName: "A", solverName: "oci", config: { password: "hunter2-hunter2" } };
    expect(problemCodesOf(() => AcmeSolver.dns01Webhook(webhook))).toEqual([
      "NAME_INVALID",
      "CREDENTIAL_LITERAL",
    ]);
    expect(
      problemCodesOf(() =>
        AcmeSolver.dns01Rfc2136({ nameserver: "dns", tsigKeyName: "k", tsigSecretName: "s" }),
      ),
    ).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(() => new CaIssuer(newChart(), "ca", { secretName: "A" }))).toEqual([
      "NAME_INVALID",
    ]);
  });
});

test("rejects issuers with the same name, and scopes outside of a chart", () => {
  const chart = newChart();
  new CaIssuer(chart, "one", { secretName: "ca", issuerName: "internal" });
  expect(
    problemCodesOf(() => new CaIssuer(chart, "two", { secretName: "ca", issuerName: "internal" })),
  ).toEqual(["NAME_DUPLICATE"]);
  expect(problemCodesOf(() => new CertManagerNamespace(newStack(), "cert-manager"))).toEqual([
    "VALUE_INVALID",
  ]);
});
