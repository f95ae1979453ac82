import { Duration, JsonPatch, ApiObject } from "cdk8s";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { OracleServiceRanges } from "../../lib/network-policy/external-peer";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { problemCodesOf } from "../support/stack";
import { objectOf, problemsAtSynthesis } from "../workload/support";
import { driverIn, ENDPOINT, existingCluster, imageOf, IMAGES } from "./secrets-support";

const DRIVER = "secrets-store-csi-driver";
const PROVIDER = "oci-secrets-store-csi-driver-provider";
const tcp = (port: number) => ({ port, protocol: "TCP" });

describe("the Secrets Store CSI driver with Oracle's provider", () => {
  const chart = driverIn({ imagePullSecrets: ["ocir"] });
  const podOf = (name: string) => objectOf(chart, "DaemonSet", name).spec.template.spec;

  test("is one chart with all that it needs, in a privileged namespace of its own whose reason is kept", () => {
    expect(objectsOf(chart).map((one: any) => `${one.kind} ${one.metadata.name}`)).toMatchInlineSnapshot(`
     [
       "Namespace secrets-store",
       "NetworkPolicy deny-all",
       "NetworkPolicy allow-dns",
       "ResourceQuota quota",
       "LimitRange limits",
       "ServiceAccount default",
       "CustomResourceDefinition secretproviderclasses.secrets-store.csi.x-k8s.io",
       "CustomResourceDefinition secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io",
       "CSIDriver secrets-store.csi.k8s.io",
       "ValidatingAdmissionPolicy secure-oke-secret-provider-classes",
       "ValidatingAdmissionPolicyBinding secure-oke-secret-provider-classes",
       "ServiceAccount secrets-store-csi-driver",
       "DaemonSet secrets-store-csi-driver",
       "ServiceAccount oci-secrets-store-csi-driver-provider",
       "DaemonSet oci-secrets-store-csi-driver-provider",
       "ClusterRole secrets-store-csi-driver",
       "ClusterRoleBinding secrets-store-csi-driver",
       "NetworkPolicy secrets-store-csi-driver",
       "NetworkPolicy oci-secrets-store-csi-driver-provider",
     ]
    `);
    const { labels } = objectOf(chart, "Namespace").metadata;
    expect(labels["pod-security.kubernetes.io/enforce"]).toBe("privileged");
    expect(labels["pod-security.kubernetes.io/warn"]).toBe("restricted");
    const kept = Acknowledgements.of(chart).map(({ practice, what }) => [practice, what]);
    expect(kept).toEqual([
      ["least-privilege", "a role for the whole cluster that reads pods and classes of secrets"],
      ["non-root", "namespace secrets-store enforces no Pod Security Standard"],
    ]);
  });

  test("authenticates by workload identity only: no right over Secrets, no token of other accounts, and a policy", () => {
    const rules = objectsOf(chart).flatMap((one: any) =>
      /^(?:Cluster)?Role$/.test(one.kind) ? one.rules : [],
    );
    const resources = rules.flatMap((rule: any) => rule.resources);
    expect(resources).not.toContain("secrets");
    expect(resources.filter((one: string) => one.startsWith("serviceaccounts"))).toEqual([]);
    const { spec } = objectOf(chart, "ValidatingAdmissionPolicy");
    expect(spec.validations[0].expression).toContain("'workload'");
    expect(objectOf(chart, "ValidatingAdmissionPolicyBinding").spec.validationActions).toEqual(["Deny"]);
    // The provider itself is bound to nothing; each workload binds it to a role of its own.
    expect(objectOf(chart, "ClusterRoleBinding").subjects).toEqual([
      { kind: "ServiceAccount", name: DRIVER, namespace: "secrets-store" },
    ]);
  });

  test("tells the provider its region and the version of its principal, rotates, and profiles nothing", () => {
    const [provider] = podOf(PROVIDER).containers;
    expect(provider.env).toEqual([
      { name: "OCI_RESOURCE_PRINCIPAL_REGION", value: "eu-frankfurt-1" },
      { name: "OCI_RESOURCE_PRINCIPAL_VERSION", value: "2.2" },
    ]);
    expect(provider.args).toContain("--enable-pprof=false");
    const [driver] = podOf(DRIVER).containers;
    expect(driver.args).toEqual(
      expect.arrayContaining(["--enable-secret-rotation=true", "--rotation-poll-interval=120s"]),
    );
    expect(objectOf(chart, "CSIDriver").spec.requiresRepublish).toBe(true);
    const often = driverIn({ rotationPollInterval: Duration.minutes(1) });
    expect(objectOf(often, "DaemonSet", DRIVER).spec.template.spec.containers[0].args).toContain(
      "--rotation-poll-interval=60s",
    );
  });

  test("connects to the API endpoint, the provider on TCP 12250 too, and the provider alone to OCI Vault", () => {
    const endpoint = [{ ipBlock: { cidr: ENDPOINT } }];
    const egressOf = (name: string) => objectOf(chart, "NetworkPolicy", name).spec.egress.slice(1);
    expect(egressOf(DRIVER)).toEqual([{ to: endpoint, ports: [tcp(6443)] }]);
    expect(egressOf(PROVIDER)).toEqual([
      { to: endpoint, ports: [tcp(6443), tcp(12250)] },
      { to: [{ ipBlock: { cidr: "134.70.24.0/21" } }], ports: [tcp(443)] },
    ]);
    for (const name of [DRIVER, PROVIDER])
      expect(objectOf(chart, "NetworkPolicy", name).spec.ingress).toEqual([]);
  });

  test("has one privileged container, and drops all else of every other one", () => {
    const containers = [DRIVER, PROVIDER].flatMap((name) => podOf(name).containers);
    expect(
      containers.filter(({ securityContext }) => securityContext.privileged).map(({ name }) => name),
    ).toEqual(["secrets-store"]);
    for (const { securityContext } of containers) expect(securityContext.readOnlyRootFilesystem).toBe(true);
    for (const { securityContext } of containers.filter(({ name }) => name !== "secrets-store")) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      });
    }
    for (const name of [DRIVER, PROVIDER]) {
      expect(podOf(name)).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        hostNetwork: false,
        hostPID: false,
      });
    }
  });

  test("writes to a directory of the node only where it must", () => {
    const mounts = [DRIVER, PROVIDER].flatMap((name) => {
      const { containers, volumes }: Record<string, any[]> = podOf(name);
      const ofNode = volumes!.filter(({ hostPath }) => hostPath).map((volume) => volume.name);
      const writes = (mount: any) => ofNode.includes(mount.name) && !mount.readOnly;
      return containers!.flatMap((container) =>
        container.volumeMounts.filter(writes).map((mount: any) => `${container.name}: ${mount.name}`),
      );
    });
    expect(mounts).toEqual([
      "secrets-store: plugin-dir",
      "secrets-store: mountpoint-dir",
      "node-driver-registrar: plugin-dir",
      "node-driver-registrar: registration-dir",
      "provider: socket-volume",
    ]);
  });

  test("runs on every node, and nothing beside it may be privileged", () => {
    for (const name of [DRIVER, PROVIDER]) expect(podOf(name).tolerations).toEqual([{ operator: "Exists" }]);
    const patched = driverIn();
    const daemonSet = patched.node
      .findAll()
      .find((one) => ApiObject.isApiObject(one) && one.name === PROVIDER && one.kind === "DaemonSet");
    (daemonSet as ApiObject).addJsonPatch(JsonPatch.add("/spec/template/spec/hostNetwork", true));
    expect(problemsAtSynthesis(patched).map(({ code }) => code)).toContain("HOST_ACCESS_INVALID");
  });

  test("keeps the reason for every public address", () => {
    const oracleServices = OracleServiceRanges.everyPublicAddress({ reason: "The ranges change too often" });
    const open = driverIn({ oracleServices });
    expect(Acknowledgements.of(open)).toContainEqual(
      expect.objectContaining({ practice: "network-layers", reason: "The ranges change too often" }),
    );
    const [, , vault] = objectOf(open, "NetworkPolicy", PROVIDER).spec.egress;
    expect(vault.to[0].ipBlock.except).toContain("169.254.0.0/16");
  });
});

describe("bad input of the driver", () => {
  test.each<[string, object, string[]]>([
    [
      "nothing",
      { cluster: undefined, region: undefined, images: undefined, oracleServices: undefined },
      Array(4).fill("ATTRIBUTE_MISSING"),
    ],
    ["a region that is none", { region: "Frankfurt" }, ["VALUE_INVALID"]],
    [
      "an image of another version",
      { images: { ...IMAGES, provider: imageOf("provider:v0.4.1") } },
      ["IMAGE_INVALID"],
    ],
    ["a missing image", { images: { ...IMAGES, driver: undefined } }, ["ATTRIBUTE_MISSING"]],
    ["a poll of every second", { rotationPollInterval: Duration.seconds(1) }, ["DURATION_INVALID"]],
    ["ranges that no factory made", { oracleServices: ["134.70.24.0/21"] }, ["VALUE_INVALID"]],
  ])("%s", (_, props, codes) => {
    const found = problemCodesOf(() => driverIn(props));
    for (const code of codes) expect(found).toContain(code);
  });

  test("a chart without a namespace", () => {
    expect(problemCodesOf(() => driverIn({}, existingCluster(), ""))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("an image by its digest alone is taken", () => {
    expect(() => driverIn({ images: { ...IMAGES, driver: imageOf("driver") } })).not.toThrow();
  });
});
