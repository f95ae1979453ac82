import { HardeningConflict } from "./conflict";
import { entriesOf, fieldsOf, isUnsaid, valueAt, type Fields } from "./fields";
import { type Place } from "./place";
import { allContainers, type Container, type Pod } from "./pods";

const NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"];
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS = ["postStart", "preStop"];
const CONNECTIONS = ["httpGet", "tcpSocket"];
// What the restricted standard allows; an image is as immutable as that of a container.
const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** What the pods have of their node. */
export function hardenHost(pod: Pod): void {
  const { spec } = pod;
  for (const key of NAMESPACES) {
    spec.fill(key, false, "non-root");
    if (spec.fields[key] !== true) continue;
    const mend = () => (spec.fields[key] = false);
    spec.found(HardeningConflict.HOST_NAMESPACE, { field: key, value: true, mend });
  }
  for (const volume of entriesOf(spec.fields.volumes)) judgeVolume(spec, volume);
  for (const container of allContainers(pod)) {
    for (const port of entriesOf(container.fields.ports)) judgePort(container, port);
    judgeHosts(container);
  }
}

function judgeVolume(spec: Place, volume: Fields): void {
  const field = `volumes[${String(volume.name)}]`;
  if (!isUnsaid(volume.hostPath)) {
    const mend = () => {
      delete volume.hostPath;
      volume.emptyDir = { sizeLimit: "64Mi" };
      return { emptyDir: volume.emptyDir };
    };
    spec.found(HardeningConflict.HOST_PATH, { field, value: { hostPath: volume.hostPath }, mend });
    return;
  }
  const type = Object.keys(volume).find((key) => key !== "name" && !isUnsaid(volume[key]));
  if (type === undefined || VOLUMES.includes(type)) return;
  spec.found(HardeningConflict.VOLUME_TYPE, { field, value: type });
}

function judgePort(container: Container, port: Fields): void {
  const { hostPort, name, containerPort } = port;
  if (isUnsaid(hostPort) || hostPort === 0) return;
  const mend = () => {
    delete port.hostPort;
    return undefined;
  };
  const field = `ports[${String(name ?? containerPort)}].hostPort`;
  container.found(HardeningConflict.HOST_PORT, { field, value: hostPort, mend });
}

/** The API server of Kubernetes 1.34 refuses hosts in the baseline standard; older ones don't look. */
function judgeHosts(container: Container): void {
  const { fields } = container;
  const places = [
    ...PROBES.map((key) => ({ field: key, handler: fieldsOf(fields[key]) })),
    ...HOOKS.map((key) => ({
      field: `lifecycle.${key}`,
      handler: fieldsOf(valueAt(fields, "lifecycle", key)),
    })),
  ];
  for (const { field, handler } of places) {
    for (const kind of CONNECTIONS) {
      const connection = fieldsOf(handler?.[kind]);
      if (!connection || isUnsaid(connection.host) || connection.host === "") continue;
      const mend = () => {
        delete connection.host;
        return undefined;
      };
      const way = `${field}.${kind}.host`;
      container.found(HardeningConflict.PROBE_HOST, { field: way, value: connection.host, mend });
    }
  }
}
