import { type Chart, Duration } from "cdk8s";
import { TerraformVariable } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { RoleRule } from "../../lib/rbac/role-rule";
import { HardenedCronJob } from "../../lib/workload/hardened-cron-job";
import { HardenedDaemonSet } from "../../lib/workload/hardened-daemon-set";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { HardenedJob } from "../../lib/workload/hardened-job";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { ApiAccess } from "../../lib/workload/pods/service-account";
import { LeastPrivilegeRole } from "../../lib/rbac/role";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { SecretFiles } from "../../lib/workload/pods/mounted-files";
import { Subject } from "../../lib/rbac/subject";
import { VolumeClaim } from "../../lib/workload/pods/persistent-volumes";
import { newStack } from "../support/stack";
import {
  IMAGE,
  newChart,
  objectOf,
  problemsAtSynthesis,
  validationProblemsOf,
  problemCodesOf,
} from "./support";

const access = ApiAccess.token({ endpointCidr: "10.0.0.5/32" });
const MOUNT = {
  name: "api-access",
  mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
  readOnly: true,
};
const toApi = (cidr: string) => ({ to: [{ ipBlock: { cidr } }], ports: [{ port: 6443, protocol: "TCP" }] });

function operator(chart: Chart, props: Partial<HardenedDeploymentProps> = {}) {
  return new HardenedDeployment(chart, "operator", { image: IMAGE, apiAccess: ApiAccess.token(), ...props });
}
function cluster() {
  return new SecureOkeCluster(newStack(), "cluster", {
    compartmentId: "ocid1.compartment.oc1..example",
    kubernetesVersion: KubernetesVersion.V1_34,
  });
}
const egressOf = (chart: Chart) => objectOf(chart, "NetworkPolicy").spec.egress;

describe("access to the API server", () => {
  test("is a token for an hour at the default path of client libraries", () => {
    const { projected, name } = ApiAccess.token()._volume() as any;
    expect(projected.sources[0]).toEqual({ serviceAccountToken: { path: "token", expirationSeconds: 3600 } });
    expect(projected.sources.slice(1).map((source: object) => Object.keys(source)[0])).toEqual([
      "configMap",
      "downwardAPI",
    ]);
    expect(ApiAccess.token()._volumeMount()).toEqual({ ...MOUNT, name });
  });

  test("applies to the program's container only, and Kubernetes mounts no other token", () => {
    const chart = newChart();
    operator(chart, {
      apiAccess: access,
      initContainers: [{ name: "prepare", image: IMAGE }],
      sidecars: [{ name: "proxy", image: IMAGE }],
    });
    const { spec } = objectOf(chart, "Deployment").spec.template;
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(objectOf(chart, "ServiceAccount").automountServiceAccountToken).toBe(false);
    expect(spec.volumes.map(({ name }: any) => name)).toEqual(["api-access"]);
    expect(spec.containers[0].volumeMounts).toEqual([MOUNT]);
    for (const other of spec.initContainers) expect(other).not.toHaveProperty("volumeMounts");
  });

  test("is not a prop of other containers", () => {
    const other = { image: IMAGE, apiAccess: access };
    const more = { initContainers: [{ name: "before", ...other }], sidecars: [{ name: "beside", ...other }] };
    expect(validationProblemsOf(() => operator(newChart(), more)).map(({ what }) => what)).toEqual([
      "initContainers[0].apiAccess is not a prop",
      "sidecars[0].apiAccess is not a prop",
    ]);
  });

  test.each<[string, (chart: Chart) => unknown]>([
    ["Deployment", (chart) => new HardenedDeployment(chart, "work", { image: IMAGE, apiAccess: access })],
    ["StatefulSet", (chart) => new HardenedStatefulSet(chart, "work", { image: IMAGE, apiAccess: access })],
    ["DaemonSet", (chart) => new HardenedDaemonSet(chart, "work", { image: IMAGE, apiAccess: access })],
    ["Job", (chart) => new HardenedJob(chart, "work", { image: IMAGE, apiAccess: access })],
    [
      "CronJob",
      (chart) => new HardenedCronJob(chart, "work", { image: IMAGE, schedule: "@daily", apiAccess: access }),
    ],
  ])("of a %s consists of a token, its mount, and egress", (kind, make) => {
    const chart = newChart();
    make(chart);
    const { spec } = objectOf(chart, kind);
    const pod = (spec.jobTemplate?.spec ?? spec).template.spec;
    expect(pod.containers[0].volumeMounts).toEqual([MOUNT]);
    expect(egressOf(chart)).toContainEqual(toApi("10.0.0.5/32"));
  });

  test("is absent by default", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE });
    expect(JSON.stringify(objectsOf(chart))).not.toMatch(/serviceAccountToken"|kube-root-ca|6443/);
  });

  test("allows egress to the API endpoint's subnet of the cluster, added before or after", () => {
    const [before, after] = [newChart(), newChart()];
    operator(before);
    cluster().addCdk8sChart("shop", before);
    cluster().addCdk8sChart("shop", after);
    operator(after);
    for (const chart of [before, after]) expect(egressOf(chart)[1]).toEqual(toApi("10.0.0.0/28"));
  });

  test("allows egress to endpointCidr, also in a cluster and for a reference", () => {
    const owner = cluster();
    const chart = newChart();
    const range = new TerraformVariable(owner, "range", { type: "string" }).stringValue;
    operator(chart, { apiAccess: ApiAccess.token({ endpointCidr: range }) });
    owner.addCdk8sChart("shop", chart);
    expect(egressOf(chart)[1]).toEqual(toApi(range));
  });

  test("is refused at synthesis if endpointCidr differs from the endpoint of the cluster", () => {
    const chart = newChart();
    operator(chart, { apiAccess: ApiAccess.token({ endpointCidr: "10.99.0.0/28" }) });
    cluster().addCdk8sChart("shop", chart);
    expect(problemsAtSynthesis(chart)).toMatchObject([{ code: "PEER_ELSEWHERE", path: "shop/operator" }]);
  });

  test("is refused at synthesis if the endpoint is unknown", () => {
    const chart = newChart();
    operator(chart);
    expect(problemsAtSynthesis(chart)).toMatchObject([
      { code: "ATTRIBUTE_MISSING", path: "shop/operator", fix: expect.stringContaining("endpointCidr") },
    ]);
  });

  test("works with a role that is granted to the workload", () => {
    const chart = newChart();
    const workload = operator(chart, { apiAccess: access });
    new LeastPrivilegeRole(chart, "reader", { allow: [RoleRule.read(RbacResource.PODS)] }).grantTo(
      Subject.serviceAccountOf(workload),
    );
    const { serviceAccountName } = objectOf(chart, "Deployment").spec.template.spec;
    expect(objectOf(chart, "RoleBinding").subjects).toEqual([
      { kind: "ServiceAccount", name: serviceAccountName, namespace: "shop" },
    ]);
  });

  test.each(["/var/run/secrets", "/run/secrets"])("refuses other mounts at %s", (path) => {
    const secretFiles = [SecretFiles.fromSecret(path, "db")];
    expect(problemCodesOf(() => operator(newChart(), { secretFiles }))).toEqual(["PATH_INVALID"]);
    expect(() => operator(newChart(), { secretFiles, apiAccess: undefined })).not.toThrow();
  });

  test.each([
    "/var/run/secrets/kubernetes.io",
    "/var/run/secrets/kubernetes.io/serviceaccount",
    "/run/secrets/kubernetes.io/x",
  ])("is the only possible mount at %s, even without apiAccess", (path) => {
    expect(problemCodesOf(() => SecretFiles.fromSecret(path, "token"))).toEqual(["PATH_INVALID"]);
  });

  test("has a volume name that no claim may use", () => {
    const volumeClaims = [VolumeClaim.of("api-access", "/var/lib/db")];
    const make = (apiAccess?: ApiAccess) => () =>
      new HardenedStatefulSet(newChart(), "db", { image: IMAGE, volumeClaims, apiAccess });
    expect(problemCodesOf(make(access))).toEqual(["NAME_DUPLICATE"]);
    expect(make()).not.toThrow();
  });

  test.each([599, 86_401, 600.5])("is refused for a lifetime of %s seconds", (seconds) => {
    const expiration = Duration.millis(seconds * 1000);
    expect(validationProblemsOf(() => ApiAccess.token({ expiration }))).toMatchObject([
      { code: "DURATION_INVALID", property: "expiration" },
    ]);
  });

  test("is refused for a lifetime that is a number", () => {
    expect(validationProblemsOf(() => ApiAccess.token({ expiration: 600 as never }))).toMatchObject([
      { code: "VALUE_INVALID", property: "expiration" },
    ]);
  });

  test.each([
    ["0.0.0.0/0", "CIDR_TOO_WIDE"],
    ["10.0.0.5", "CIDR_INVALID"],
    ["10.0.0.5/28", "CIDR_HOST_BITS"],
    ["fd00::/64", "CIDR_IPV6"],
    [5 as never, "CIDR_INVALID"],
  ])("is refused for the endpoint %s", (endpointCidr, code) => {
    expect(problemCodesOf(() => ApiAccess.token({ endpointCidr }))).toEqual([code]);
  });

  test("is refused if no factory created it", () => {
    const apiAccess = { expiration: Duration.hours(1) } as never;
    expect(validationProblemsOf(() => operator(newChart(), { apiAccess }))).toMatchObject([
      { code: "VALUE_INVALID", property: "apiAccess" },
    ]);
  });
});
