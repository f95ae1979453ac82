import { ApiObject, type Chart, Cron, Include, JsonPatch, Size, Yaml } from "cdk8s";
import * as plus from "cdk8s-plus-27";
import * as fs from "node:fs";
import * as path from "node:path";
import { DIGEST } from "../workload/support";
import { KINDS, workload, type PodTemplate } from "../guardrails/support";

const IMAGE = `fra.ocir.io/acme/web@${DIGEST}`;
const labels = { app: "web" };

/** The template of a pod that says nothing but what it must. */
export function bare(spec: object = {}, container: object = {}): PodTemplate {
  return {
    metadata: { labels },
    spec: { containers: [{ name: "web", image: IMAGE, ...container }], ...spec },
  };
}

function plain(pod: PodTemplate, kind = "Deployment"): (chart: Chart) => void {
  return (chart) => {
    const { metadata, ...rest } = workload(kind, "shop", pod);
    new ApiObject(chart, "web", { ...rest, metadata: { ...metadata, name: "web" } });
  };
}

/** Objects as a file of YAML, as `helm template` prints them. */
export function included(yaml: string): (chart: Chart) => void {
  return (chart) => {
    const file = Yaml.tmp([]);
    fs.writeFileSync(file, yaml);
    new Include(chart, "included", { url: file });
    fs.rmSync(path.dirname(file), { recursive: true });
  };
}

const deployment = (spec: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
${spec}`;

const context = (securityContext: object) => bare({}, { securityContext });
const podContext = (securityContext: object) => bare({ securityContext });
const more = (...names: string[]) => names.map((name) => ({ name, image: IMAGE }));

const plusContainer = (name: string, rest: object = {}): plus.ContainerProps => ({
  name,
  image: IMAGE,
  ...rest,
});

/** Workloads that say little, each in another way; none says the opposite of the restricted standard. */
export const WORKLOADS: { readonly [what: string]: (chart: Chart) => void } = {
  ...Object.fromEntries(Object.keys(KINDS).map((kind) => [`a plain ${kind}`, plain(bare(), kind)])),
  "a PodTemplate": (chart) => {
    const template = bare();
    new ApiObject(chart, "web", {
      apiVersion: "v1",
      kind: "PodTemplate",
      metadata: { name: "web" },
      template,
    });
  },
  "empty security contexts": plain(bare({ securityContext: {} }, { securityContext: {} })),
  "a container that is not root": plain(context({ runAsNonRoot: true })),
  "a container with a user": plain(context({ runAsUser: 12000, runAsGroup: 13000 })),
  "a pod that is not root": plain(podContext({ runAsNonRoot: true })),
  "a pod with a user and without groups": plain(podContext({ runAsUser: 20000 })),
  "a low user": plain(podContext({ runAsUser: 999, fsGroup: 999 })),
  "some capabilities dropped": plain(context({ capabilities: { drop: ["NET_RAW"] } })),
  "a port below 1024 and the right to bind it": plain(
    bare(
      {},
      {
        ports: [{ containerPort: 443 }],
        securityContext: {
          runAsUser: 20000,
          allowPrivilegeEscalation: false,
          capabilities: { add: ["NET_BIND_SERVICE"] },
        },
      },
    ),
  ),
  "a port below 1024": plain(bare({}, { ports: [{ name: "http", containerPort: 80 }] })),
  "a profile of its own": plain(
    podContext({ seccompProfile: { type: "Localhost", localhostProfile: "web.json" } }),
  ),
  "init containers": plain(bare({ initContainers: more("first", "second") })),
  "a sidecar": plain(bare({ initContainers: [{ ...more("proxy")[0], restartPolicy: "Always" }] })),
  "several containers": plain(bare({ containers: more("web", "metrics", "logs") })),
  "half of the resources": plain(
    bare({}, { resources: { requests: { cpu: 2, memory: "1Gi" }, limits: { "ephemeral-storage": "1Gi" } } }),
  ),
  "volumes of all kinds": plain(
    bare(
      {
        volumes: [
          { name: "tmp", emptyDir: { sizeLimit: "2Gi" } },
          { name: "cache", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
          { name: "config", configMap: { name: "config" } },
          { name: "secret", secret: { secretName: "secret" } },
          { name: "claim", persistentVolumeClaim: { claimName: "claim" } },
        ],
        securityContext: { runAsNonRoot: true },
      },
      {
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          { name: "cache", mountPath: "/cache" },
          { name: "config", mountPath: "/etc/web" },
          { name: "secret", mountPath: "/run/secrets/web" },
          { name: "claim", mountPath: "/data" },
        ],
      },
    ),
  ),
  "variables of Secrets and ConfigMaps": plain(
    bare(
      {},
      {
        env: [{ name: "A", valueFrom: { secretKeyRef: { name: "a", key: "b" } } }],
        envFrom: [{ configMapRef: { name: "c" } }],
      },
    ),
  ),
  "patches that take away and add": (chart) => {
    plain(bare({ securityContext: { runAsUser: 0 } }))(chart);
    const object = ApiObject.of(chart.node.findChild("web"));
    object.addJsonPatch(
      JsonPatch.remove("/spec/template/spec/securityContext/runAsUser"),
      JsonPatch.add("/spec/template/spec/containers/-", more("late")[0]),
    );
  },
  "a Deployment of cdk8s-plus": (chart) =>
    new plus.Deployment(chart, "web", { containers: [plusContainer("web", { portNumber: 8080 })] }),
  "a StatefulSet of cdk8s-plus": (chart) => {
    const service = new plus.Service(chart, "service", { ports: [{ port: 8080 }] });
    new plus.StatefulSet(chart, "web", { service, containers: [plusContainer("web")] });
  },
  "a DaemonSet of cdk8s-plus": (chart) =>
    new plus.DaemonSet(chart, "web", { containers: [plusContainer("web")] }),
  "a Job of cdk8s-plus": (chart) => new plus.Job(chart, "web", { containers: [plusContainer("web")] }),
  "a CronJob of cdk8s-plus": (chart) =>
    new plus.CronJob(chart, "web", {
      schedule: Cron.hourly(),
      containers: [plusContainer("web")],
    }),
  "a Pod of cdk8s-plus": (chart) => new plus.Pod(chart, "web", { containers: [plusContainer("web")] }),
  "cdk8s-plus with volumes, init containers and files": (chart) => {
    const config = new plus.ConfigMap(chart, "config", { data: { "web.conf": "debug = false" } });
    const web = new plus.Deployment(chart, "web", {
      containers: [plusContainer("web", { resources: { cpu: { request: plus.Cpu.millis(50) } } })],
      initContainers: [plusContainer("first")],
    });
    web.containers[0]!.mount("/etc/web", plus.Volume.fromConfigMap(chart, "files", config));
    web.containers[0]!.mount(
      "/tmp",
      plus.Volume.fromEmptyDir(chart, "tmp", "tmp", { sizeLimit: Size.mebibytes(64) }),
    );
    web.addContainer(plusContainer("beside", { portNumber: 9090 }));
  },
  "an Include of a short Deployment": included(
    deployment(`      containers: [{ name: web, image: "${IMAGE}" }]`),
  ),
  "an Include with nulls and empty maps": included(
    deployment(`
      securityContext:
      initContainers: []
      containers:
        - name: web
          image: ${IMAGE}
          securityContext: {}
          resources: { limits: null, requests: {} }`),
  ),
  "an Include with partial contexts at both levels": included(
    deployment(`
      securityContext: { fsGroup: 10001, supplementalGroups: [10002] }
      containers:
        - name: web
          image: ${IMAGE}
          securityContext: { readOnlyRootFilesystem: true, runAsUser: 10001 }
        - name: second
          image: ${IMAGE}
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }`),
  ),
  "an Include of a List": included(`
apiVersion: v1
kind: List
items:
  - apiVersion: batch/v1
    kind: Job
    metadata: { name: one, namespace: shop }
    spec:
      template:
        spec: { restartPolicy: Never, containers: [{ name: job, image: "${IMAGE}" }] }
  - apiVersion: v1
    kind: Pod
    metadata: { name: two, namespace: shop }
    spec: { containers: [{ name: web, image: "${IMAGE}" }] }
`),
};

/** What a pod says that is against the restricted standard, by our own reading of it. */
export function againstRestricted({ metadata, spec }: any): string[] {
  const found: string[] = [];
  const check = (what: string, isFine: boolean) => isFine || found.push(what);
  const pod = spec.securityContext ?? {};
  for (const key of ["hostNetwork", "hostPID", "hostIPC"]) check(key, !spec[key]);
  check("pod is root", pod.runAsNonRoot !== false && pod.runAsUser !== 0);
  check("pod seccomp", pod.seccompProfile?.type !== "Unconfined");
  check("apparmor", !JSON.stringify(metadata?.annotations ?? {}).includes("unconfined"));
  for (const volume of spec.volumes ?? []) {
    const allowed = /^(configMap|csi|downwardAPI|emptyDir|ephemeral|persistentVolumeClaim|projected|secret)$/;
    const types = Object.keys(volume).filter((key) => key !== "name");
    check(
      `volume ${volume.name}`,
      types.every((type) => allowed.test(type)),
    );
  }
  for (const list of ["containers", "initContainers", "ephemeralContainers"]) {
    for (const { name, ports = [], securityContext: own = {} } of spec[list] ?? []) {
      check(`${name} non-root`, (own.runAsNonRoot ?? pod.runAsNonRoot) === true);
      check(`${name} user`, (own.runAsUser ?? pod.runAsUser) !== 0);
      check(`${name} escalation`, own.allowPrivilegeEscalation === false && !own.privileged);
      check(`${name} drop`, own.capabilities?.drop?.includes("ALL"));
      check(
        `${name} add`,
        (own.capabilities?.add ?? []).every((entry: string) => entry === "NET_BIND_SERVICE"),
      );
      const seccomp = own.seccompProfile?.type ?? pod.seccompProfile?.type;
      check(`${name} seccomp`, ["RuntimeDefault", "Localhost"].includes(seccomp));
      check(
        `${name} ports`,
        ports.every((port: any) => !port.hostPort),
      );
      check(`${name} proc`, ["Default", undefined].includes(own.procMount));
    }
  }
  return found;
}

/** The pods of objects, with the kind and name of each object. */
export function podsOf(objects: readonly any[]): { readonly of: string; readonly pod: PodTemplate }[] {
  return objects.flatMap((object) => {
    const { kind, metadata, spec, items, template } = object;
    if (kind === "List") return podsOf(items);
    const of = `${kind}/${metadata.name}`;
    if (kind === "Pod") return [{ of, pod: object }];
    const pod = template ?? spec?.jobTemplate?.spec.template ?? spec?.template;
    return pod ? [{ of, pod }] : [];
  });
}
