import fc from "fast-check";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { App, Chart } from "cdk8s";
import { Port, IpProtocol } from "../../lib/core/port";
import { objectsOf } from "../../lib/synthesis/chart-objects";
import { RoleRule } from "../../lib/rbac/role-rule";
import { BlockVolumeClass } from "../../lib/workload/pods/persistent-volumes";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { type HardenedWorkload, ListeningWorkload } from "../../lib/workload/hardened-workload";
import { LoadBalancerAccess } from "../../lib/exposure/load-balancer-settings";
import { LeastPrivilegeRole } from "../../lib/rbac/role";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { Subject } from "../../lib/rbac/subject";
import { Tenant } from "../../lib/namespaces/tenant";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { COMBINATIONS, PRIORITY_CLASS } from "./combinations";
import { fakeCluster, IMAGE } from "../workload/support";

/** What one combination of options became: a namespace with a workload, and with what else was chosen. */
export interface CombinedObjects {
  readonly namespace: string;
  readonly objects: any[];
}

/** How many combinations the judges of Kubernetes get. */
export const COMBINATION_COUNT = 320;

/** What combinations name and no chart of them makes. */
export const SURROUNDINGS: any[] = [
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: PRIORITY_CLASS },
    value: 1000,
    description: "What serves customers",
  },
];

const GROUP = "ocid1.group.oc1..example";
// Room for the largest of the workloads with all of its neighbours.
const QUOTA = {
  cpuRequests: "100",
  cpuLimits: "100",
  memoryRequests: "100Gi",
  memoryLimits: "100Gi",
  ephemeralStorageRequests: "100Gi",
  ephemeralStorageLimits: "100Gi",
};
type Option = (chart: Chart, workload: HardenedWorkload) => void;

const places: ((chart: Chart, name: string) => unknown)[] = [
  (chart, name) => new SecureNamespace(chart, "namespace", { name, quota: QUOTA }),
  (chart, name) =>
    new SecureNamespace(chart, "namespace", {
      name,
      labels: { team: "shop" },
      quota: { ...QUOTA, pods: 50, loadBalancers: 1, nodePorts: 3 },
      limits: { maximumCpu: "2", maximumMemory: "2Gi", minimumMemory: "16Mi" },
    }),
  (chart) => new Tenant(chart, "tenant", { quota: QUOTA }),
  (chart) =>
    new Tenant(chart, "tenant", {
      admins: [GROUP],
      developers: [`${GROUP}developers`],
      viewers: [`${GROUP}viewers`],
      quota: {
        ...QUOTA,
        storageRequests: "20Ti",
        volumeClaims: 30,
        storageClasses: { encrypted: { volumeClaims: 20 } },
      },
      allowedStorageClasses: ["oci-bv", "encrypted"],
      allowedPriorityClasses: [PRIORITY_CLASS],
      allowedRegistries: ["fra.ocir.io/acme"],
      allowedPeers: ["bank"],
      costLabels: { "cost-center": "4711" },
    }),
];
const neighbours: (Option | undefined)[] = [
  undefined,
  (chart, workload) => {
    const db = new HardenedDeployment(chart, "db", { image: IMAGE, port: 5432 });
    workload.connections.allowTo(db, Port.tcp(5432));
    db.exposeViaService({ name: "database", port: 5433 });
  },
  (chart, workload) => {
    const statsd = { name: "statsd", port: 8125, transport: IpProtocol.UDP };
    const client = new HardenedDeployment(chart, "client", { image: IMAGE, ports: [statsd] });
    if (workload instanceof ListeningWorkload && workload.port !== undefined)
      workload.connections.allowFrom(client, Port.tcpRange(1, 65535));
    workload.connections.allowTo(client, Port.udp(8125));
  },
];
const roles: (Option | undefined)[] = [
  undefined,
  (chart, workload) => {
    const allow = [
      RoleRule.read(RbacResource.CONFIG_MAPS).named("settings"),
      RoleRule.read(RbacResource.PODS),
    ];
    const role = new LeastPrivilegeRole(chart, "reader", { allow });
    role.grantTo(Subject.serviceAccountOf(workload), Subject.iamGroup(GROUP));
  },
];
const waysIn: (Option | undefined)[] = [
  undefined,
  (_, workload) => {
    if (!(workload instanceof ListeningWorkload) || workload.port === undefined) return;
    workload.exposeViaLoadBalancer({
      name: "front",
      cluster: fakeCluster(),
      access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
      tls:
        workload.protocol === AppProtocol.GRPC
          ? TlsTermination.reencrypt({ secretName: "work-tls", backendSecretName: "work-ca" })
          : TlsTermination.atLoadBalancer({ secretName: "work-tls" }),
    });
  },
];
const classes: (Option | undefined)[] = [
  undefined,
  (chart) => {
    new BlockVolumeClass(chart, "class", { name: "encrypted" });
  },
];

const one = <T>(all: readonly T[]) => fc.constantFrom(...all);
const SET = fc.record({
  combination: COMBINATIONS,
  place: one(places),
  further: fc.tuple(one(neighbours), one(roles), one(waysIn), one(classes)),
});

/** Draws combinations of all options; the same seed draws the same ones. */
export function combinationSet(seed: number, count = COMBINATION_COUNT): CombinedObjects[] {
  return fc.sample(SET, { seed, numRuns: count }).map(({ combination, place, further }, index) => {
    const namespace = `set-${index}`;
    const chart = new Chart(new App(), namespace, { namespace });
    place(chart, namespace);
    const workload = combination(chart, "work");
    for (const option of further) option?.(chart, workload);
    return { namespace, objects: objectsOf(chart) as any[] };
  });
}

const templateOf = ({ kind, spec }: any) => (kind === "CronJob" ? spec.jobTemplate.spec : spec)?.template;

/** The pod that the workload of a combination runs, as a controller would make it. */
export function podOf({ namespace, objects }: CombinedObjects): any {
  const runner = objects.find(({ metadata, ...rest }) => metadata.name === "work" && templateOf(rest));
  const { metadata, spec } = structuredClone(templateOf(runner));
  const claimed = (runner.spec.volumeClaimTemplates ?? []).map((claim: any) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-work-0` },
  }));
  const volumes = [...(spec.volumes ?? []), ...claimed];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name: "work", namespace },
    spec: { ...spec, ...(volumes.length > 0 ? { volumes } : {}) },
  };
}
