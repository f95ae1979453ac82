import fc from "fast-check";
import { type Chart, Duration } from "cdk8s";
import { ConcurrencyPolicy, PodManagementPolicy, TaintEffect } from "cdk8s-plus-27";
import { Port } from "../../lib/core/port";
import { AddedCapability } from "../../lib/workload/pods/pod-security";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { ConfigFile, DownwardApiFiles, SecretFiles } from "../../lib/workload/pods/mounted-files";
import { TerminationMessagePolicy } from "../../lib/workload/pods/container-resources";
import { ContainerResourceField, EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedCronJob } from "../../lib/workload/hardened-cron-job";
import { HardenedDaemonSet } from "../../lib/workload/hardened-daemon-set";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HardenedJob, JobRestartPolicy } from "../../lib/workload/hardened-job";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { type HardenedWorkload, type ListeningWorkload } from "../../lib/workload/hardened-workload";
import { HealthProbe } from "../../lib/workload/pods/probe";
import { ProjectedToken, ApiAccess } from "../../lib/workload/pods/service-account";
import { Toleration } from "../../lib/workload/pods/scheduling";
import { VolumeClaim } from "../../lib/workload/pods/persistent-volumes";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { IMAGE } from "../workload/support";

/** The one class of priority that combinations name. */
export const PRIORITY_CLASS = "customers-first";

/** Makes a workload of any kind, with any of its options, in a chart. */
export type Combination = (chart: Chart, id: string) => HardenedWorkload;

const always = <T>(value: T): fc.Arbitrary<T> => fc.constant(value);
const some = <T>(...values: T[]) => fc.constantFrom(...values);
const upTo = (max: number, min = 0) => fc.integer({ min, max });
const seconds = (min: number) => upTo(9999, min).map((amount) => Duration.seconds(amount));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const env = always({
  MODE: EnvironmentValue.fromValue("production"),
  POD_NAME: EnvironmentValue.fromFieldRef("metadata.name"),
  "a.b-c": EnvironmentValue.fromConfigMap("settings", "key"),
  TEAM: EnvironmentValue.fromFieldRef("metadata.labels['team']"),
  TZ: EnvironmentValue.timeZone("Europe/Berlin"),
  GOMEMLIMIT: EnvironmentValue.fromResource(ContainerResourceField.MEMORY_LIMIT),
  CPUS: EnvironmentValue.fromResource(ContainerResourceField.CPU_LIMIT, "1m"),
  DISK: EnvironmentValue.fromResource(ContainerResourceField.EPHEMERAL_STORAGE_REQUEST, "1Mi"),
});
const probes = {
  readiness: maybe(
    some(
      HealthProbe.fromHttpGet("/ready"),
      HealthProbe.fromHttpsGet("/ready"),
      HealthProbe.fromGrpc(),
      HealthProbe.fromCommand(["/app/ready"]),
      HealthProbe.fromTcpSocket(10000),
    ),
  ),
  liveness: maybe(
    some(
      HealthProbe.fromHttpGet("/live", 10001),
      HealthProbe.fromGrpc(10000, { service: "shop.v1.Orders" }),
      HealthProbe.fromCommand(["/app/live"], { failureThreshold: 9 }),
    ),
  ),
  startup: maybe(some(HealthProbe.fromHttpGet("/started"), HealthProbe.fromCommand(["/app/started"]))),
  ports: always([
    { name: "metrics", port: 10000, protocol: AppProtocol.TCP },
    { name: "admin-2", port: 10001 },
  ]),
};
const container = {
  image: always(IMAGE),
  command: maybe(always(["/app/run"])),
  args: maybe(always(["--verbose", "$(MODE)"])),
  env: maybe(env),
  terminationMessagePolicy: maybe(some(...Object.values(TerminationMessagePolicy))),
  resources: maybe(
    some(
      { cpu: { request: "1", limit: "2" } },
      { memory: { request: "64Mi", limit: "1Gi" }, ephemeralStorage: { request: "1Gi", limit: "2Gi" } },
    ),
  ),
};
const mounts = (own: string) => ({
  writablePaths: maybe(
    some(
      [WritablePath.of(`/tmp/${own}`)],
      [WritablePath.inMemory(`/var/cache/${own}`, { sizeLimit: "8Mi" })],
    ),
  ),
  files: maybe(always([ConfigFile.of(`/etc/${own}/app.conf`, `name = ${own}\n`)])),
  secretFiles: maybe(
    some(
      [SecretFiles.fromSecret(`/run/secrets/${own}`, "shop-db", { keys: ["password"] })],
      [SecretFiles.fromSecretsStore(`/run/secrets/${own}`, "shop-vault")],
    ),
  ),
  projectedTokens: maybe(
    some(
      [ProjectedToken.of(`/run/tokens/${own}`, { audience: "vault" })],
      [
        ProjectedToken.of(`/run/tokens/${own}/vault`, {
          audience: "vault",
          expiration: Duration.minutes(10),
        }),
        ProjectedToken.of(`/run/tokens/${own}/db`, { audience: "db.example.com" }),
      ],
    ),
  ),
  podInfoFiles: maybe(
    always([
      DownwardApiFiles.of(`/etc/pod/${own}`, {
        labels: "metadata.labels",
        owner: "metadata.annotations['example.com/owner']",
        uid: "metadata.uid",
      }),
    ]),
  ),
});
const pod = {
  ...container,
  ...mounts("program"),
  initContainers: maybe(
    fc.record({ name: always("prepare"), ...container, ...mounts("prepare") }).map((one) => [one]),
  ),
  sidecars: maybe(
    fc
      .record({
        name: always("proxy"),
        port: maybe(always(15001)),
        ports: always([{ name: "proxy-admin", port: 15000 }]),
        startup: maybe(always(HealthProbe.fromTcpSocket(15000))),
        ...container,
        ...mounts("proxy"),
      })
      .map((one) => [one]),
  ),
  sharedPaths: maybe(always([WritablePath.of("/srv/shared", { sizeLimit: "16Mi" })])),
  user: maybe(some(10_000, 65_532, 2 ** 31 - 1)),
  apiAccess: maybe(
    some(
      ApiAccess.token({ endpointCidr: "10.0.0.5/32" }),
      ApiAccess.token({ endpointCidr: "10.0.0.0/28", expiration: Duration.days(1) }),
    ),
  ),
  terminationGracePeriod: maybe(some(...[0, 1, 30, 600].map((amount) => Duration.seconds(amount)))),
  nodeSelector: maybe(always({ "kubernetes.io/arch": "arm64" })),
  tolerations: maybe(
    some(
      [Toleration.ofAnyValue("nvidia.com/gpu", TaintEffect.NO_SCHEDULE)],
      [Toleration.of("pool", "batch", TaintEffect.NO_EXECUTE)],
    ),
  ),
  priorityClassName: maybe(always(PRIORITY_CLASS)),
  labels: maybe(always({ team: "shop" })),
  annotations: maybe(always({ "example.com/owner": "The shop's team" })),
};
const PORTS = { netBindService: { reason: "The program can't but listen on 80" } };
const listening = fc.oneof(
  fc.record({
    ...pod,
    port: upTo(9999, 8000),
    protocol: maybe(some(...Object.values(AppProtocol))),
    ...probes,
  }),
  fc.record({
    ...pod,
    port: always(80),
    addedCapability: always(AddedCapability.netBindService(PORTS.netBindService)),
  }),
  fc.record(pod),
);
const autoscale = fc.record({
  min: upTo(3, 2),
  max: upTo(9, 4),
  cpuPercent: maybe(upTo(99, 1)),
  memoryPercent: maybe(upTo(99, 1)),
});
const size = fc.oneof(fc.record({ replicas: maybe(upTo(5, 2)) }), fc.record({ autoscale }));
const job = fc.record({
  restartPolicy: maybe(some(...Object.values(JobRestartPolicy))),
  backoffLimit: maybe(upTo(9)),
  activeDeadline: maybe(seconds(1)),
  completions: maybe(upTo(9, 4)),
});
const both = <A extends object, B extends object>(one: fc.Arbitrary<A>, other: fc.Arbitrary<B>) =>
  fc.tuple(one, other).map(([a, b]) => ({ ...a, ...b }));
const exposed = <T extends ListeningWorkload>(workload: T): T => {
  if (workload.port !== undefined) workload.exposeViaService();
  return workload;
};

const deployments = both(listening, size).map(
  (props): Combination =>
    (chart, id) =>
      exposed(new HardenedDeployment(chart, id, props)),
);
const claims = maybe(
  some(
    [VolumeClaim.of("data", "/var/lib/db")],
    [
      VolumeClaim.of("log", "/var/log/db", { size: "64Gi" }),
      VolumeClaim.of("data", "/var/lib/db", { size: "1Ti", storageClassName: "encrypted" }),
    ],
  ),
);
const podManagementPolicy = maybe(some(...Object.values(PodManagementPolicy)));
const statefulSets = both(
  both(listening, size),
  fc.record({ volumeClaims: claims, podManagementPolicy }),
).map((props): Combination => (chart, id) => {
  const set = exposed(new HardenedStatefulSet(chart, id, props));
  if (set.port !== undefined) set.connections.allowTo(set, Port.tcp(set.port));
  return set;
});
const daemonSets = both(listening, fc.record({ maxUnavailable: maybe(upTo(9, 1)) })).map(
  (props): Combination =>
    (chart, id) =>
      exposed(new HardenedDaemonSet(chart, id, props)),
);
const parallel = fc.record({ parallelism: some(undefined, 1) });
const jobs = both(
  both(both(fc.record(pod), job), parallel),
  fc.record({ ttlAfterFinished: maybe(seconds(0)) }),
).map(
  (props): Combination =>
    (chart, id) =>
      new HardenedJob(chart, id, props),
);
const cronJobs = both(
  both(fc.record(pod), job),
  fc.record({
    schedule: some("* * * * *", "*/15 0-6,22 1,15 JAN-mar Mon-Fri", "5/10 ? 29 2 ?", "@hourly", "0 0 31 2 1"),
    timeZone: maybe(some("Etc/UTC", "Europe/Berlin", "America/Port-au-Prince", "Asia/Calcutta")),
    concurrencyPolicy: maybe(some(...Object.values(ConcurrencyPolicy))),
    startingDeadline: maybe(seconds(10)),
    successfulJobsHistoryLimit: maybe(upTo(9)),
    failedJobsHistoryLimit: maybe(upTo(9)),
    suspend: maybe(fc.boolean()),
  }),
).map(
  (props): Combination =>
    (chart, id) =>
      new HardenedCronJob(chart, id, props),
);

/** Workloads of all kinds, with all their options. */
export const COMBINATIONS = fc.oneof(deployments, statefulSets, daemonSets, jobs, cronJobs);
