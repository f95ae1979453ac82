import { App, TerraformStack, Testing } from "cdktf";
import { ApiObject, App as KubernetesApp } from "cdk8s";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { CertificatesManagementCertificate } from "../../lib/oci/certificates-management-certificate";
import { OciProvider } from "../../lib/oci/provider";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { type LoadBalancerTlsOptions, TlsTermination } from "../../lib/exposure/tls-termination";
import { COMPARTMENT, newStack, resourcesOf } from "../support/stack";
import { newChart, objectOf, validationProblemsOf, problemCodesOf } from "../workload/support";
import { existingCluster, wayIn } from "./load-balancer-support";

const certificateId = "ocid1.certificate.oc1..web";
const OTHER = "ocid1.compartment.oc1..security";
const MAP = "oci-load-balancer.oraclecloud.com/tls-certificate-map";
const SECRET = "service.beta.kubernetes.io/oci-load-balancer-tls-secret";

const tls = TlsTermination.atLoadBalancer({ certificateId });

function newCluster(stack: TerraformStack = newStack()) {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });
}

const statementsOf = (stack: TerraformStack): string[] =>
  Object.values(resourcesOf(stack, "oci_identity_policy"))
    .flatMap(({ statements }: any) => statements)
    .filter((statement) => statement.includes("leaf-certificate-family"));

describe("a certificate of the OCI Certificates service", () => {
  test("is mapped to its listener by a ConfigMap", () => {
    const { chart } = wayIn({ tls, port: 8443 });
    const { metadata } = objectOf(chart, "Service");
    const map = objectOf(chart, "ConfigMap");
    expect(metadata.annotations).toMatchObject({
      [MAP]: "web-certificates",
      "service.beta.kubernetes.io/oci-load-balancer-ssl-ports": "8443",
      "oci.oraclecloud.com/oci-load-balancer-listener-ssl-config":
        '{"CipherSuiteName":"oci-tls-12-13-ssl-cipher-suite-v3","Protocols":["TLSv1.2","TLSv1.3"]}',
    });
    expect(metadata.annotations).not.toHaveProperty([SECRET]);
    expect(map.metadata).toMatchObject({ name: "web-certificates", namespace: "shop" });
    expect(map.data).toEqual({ "8443": '["ocid1.certificate.oc1..web"]' });
  });

  test("can be combined with a Secret for re-encryption", () => {
    const { chart } = wayIn({
      tls: TlsTermination.reencrypt({ certificateId, backendSecretName: "pod-tls" }),
    });
    const { annotations } = objectOf(chart, "Service").metadata;
    expect(annotations[MAP]).toBe("web-certificates");
    expect(annotations["service.beta.kubernetes.io/oci-load-balancer-tls-backendset-secret"]).toBe("pod-tls");
  });

  test("can be a Terraform resource", () => {
    const app = new App({ outdir: Testing.app().outdir });
    const stack = new TerraformStack(app, "shop");
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    const cluster = newCluster(stack);
    const certificate = new CertificatesManagementCertificate(stack, "certificate", {
      compartmentId: COMPARTMENT,
      name: "web",
      certificateConfig: { configType: "IMPORTED" },
    });
    const chart = newChart("shop", new KubernetesApp());
    wayIn({ cluster, tls: TlsTermination.atLoadBalancer({ certificateId: certificate.id }) }, {}, chart);
    cluster.addCdk8sChart("shop", chart);
    const { output } = JSON.parse(Testing.synth(stack));
    expect(JSON.stringify(output)).toContain("oci_certificates_management_certificate.certificate.id");
  });

  test("is granted to the cluster by one policy for all load balancers", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    wayIn({ cluster, tls }, {}, newChart("a"));
    wayIn({ cluster, tls }, {}, newChart("b"));
    expect(statementsOf(stack)).toEqual([
      `Allow any-user to manage leaf-certificate-family in compartment id ${COMPARTMENT} where all ` +
        "{request.principal.type = 'cluster', request.principal.id = '${oci_containerengine_cluster.cluster_611F8AFF.id}'}",
    ]);
  });

  test("in another compartment has a policy there", () => {
    const stack = newStack();
    const elsewhere = TlsTermination.atLoadBalancer({ certificateId, certificateCompartmentId: OTHER });
    wayIn({ cluster: newCluster(stack), tls: elsewhere });
    expect(statementsOf(stack)).toHaveLength(1);
    expect(statementsOf(stack)[0]).toContain(OTHER);
    const [policy] = Object.values(resourcesOf(stack, "oci_identity_policy")).filter((one: any) =>
      one.statements[0].includes("leaf-certificate-family"),
    ) as any[];
    expect(policy.compartment_id).toBe(OTHER);
  });

  test("adds no policy to a cluster without one", () => {
    const stack = newStack();
    wayIn({ cluster: newCluster(stack) });
    expect(statementsOf(stack)).toEqual([]);
  });

  test("causes one warning with the statement for an imported cluster", () => {
    const cluster = existingCluster();
    wayIn({ cluster, tls }, {}, newChart("a"));
    wayIn({ cluster, tls }, {}, newChart("b"));
    const warnings = cluster.node.metadata.map(({ data }) => String(data));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(
      "Allow any-user to manage leaf-certificate-family in compartment id <OCID of the compartment of the certificate> " +
        "where all {request.principal.type = 'cluster', request.principal.id = 'ocid1.cluster.oc1..existing'}",
    );
  });
});

describe("an invalid certificate:", () => {
  test.each<[string, LoadBalancerTlsOptions, string[]]>([
    ["of both kinds", { certificateId, secretName: "tls" }, ["VALUE_INVALID"]],
    ["of no kind", {}, ["ATTRIBUTE_MISSING"]],
    ["an OCID of another kind", { certificateId: "ocid1.vcn.oc1..a" }, ["OCID_INVALID"]],
    ["a compartment that is none", { certificateId, certificateCompartmentId: "root" }, ["OCID_INVALID"]],
    [
      "a compartment without its certificate",
      { secretName: "tls", certificateCompartmentId: OTHER },
      ["VALUE_INVALID"],
    ],
    ["a namespace without its Secret", { certificateId, secretNamespace: "bank" }, ["VALUE_INVALID"]],
    ["null, from a program without types", { certificateId: null } as never, ["VALUE_INVALID"]],
  ])("%s", (_, options, codes) => {
    expect(problemCodesOf(() => TlsTermination.atLoadBalancer(options))).toEqual(codes);
  });

  test("for gRPC, which takes that of a Secret", () => {
    const again = TlsTermination.reencrypt({ certificateId, backendSecretName: "pod-tls" });
    const codes = problemCodesOf(() => wayIn({ tls: again }, { protocol: AppProtocol.GRPC }));
    expect(codes).toEqual(["LOAD_BALANCER_INVALID"]);
  });

  test("with the ConfigMap name of another one", () => {
    const chart = newChart();
    new ApiObject(chart, "map", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "web-certificates" },
    });
    expect(problemCodesOf(() => wayIn({ tls }, {}, chart))).toEqual(["NAME_DUPLICATE"]);
  });

  test("of another region than the provider's, when the stack is written", () => {
    const stack = newStack();
    const certificate = { certificateId: "ocid1.certificate.oc1.iad.web" };
    const cluster = newCluster(stack);
    const { chart } = wayIn({ cluster, tls: TlsTermination.atLoadBalancer(certificate) });
    cluster.addCdk8sChart("shop", chart);
    expect(validationProblemsOf(() => App.of(stack).synth())).toMatchObject([
      { code: "OCID_INVALID", what: expect.stringContaining("of the region us-ashburn-1") },
    ]);
  });

  test("missing", () => {
    const codes = problemCodesOf(() => TlsTermination.atLoadBalancer(undefined as never));
    expect(codes).toEqual(["ATTRIBUTE_MISSING"]);
  });
});
