import { NodeReach } from "../../workload/host-access/private/host-access-guard";
import { type ContainerImage } from "../../workload/images/container-image";

/** The name of the driver, to which volumes refer. */
export const CSI_DRIVER = "secrets-store.csi.k8s.io";
/** The directory in which the driver finds the sockets of providers. */
const PROVIDERS_PATH = "/var/run/secrets-store-csi-providers";
const PLUGIN_PATH = "/var/lib/kubelet/plugins/csi-secrets-store";
const PODS_PATH = "/var/lib/kubelet/pods";
const REGISTRATION_PATH = "/var/lib/kubelet/plugins_registry";
const HEALTH_PORT = 9808;
const PROVIDER_HEALTH_PORT = 8098;

/** The images of the driver and of Oracle's provider. */
export interface DriverImages {
  readonly driver: ContainerImage;
  readonly registrar: ContainerImage;
  readonly livenessProbe: ContainerImage;
  readonly provider: ContainerImage;
}

/** The token for the API server: a volume of the pod, and its mount in a container. */
interface Token {
  readonly volume: object;
  readonly mount: object;
}

// All containers run as root, because they write to directories of the node that belong to root.
const ROOT = { runAsNonRoot: false, runAsUser: 0, runAsGroup: 0 };
const LOCKED = {
  ...ROOT,
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

const resources = (cpu: string, cpuLimit: string, memory: string) => ({
  requests: { cpu, memory, "ephemeral-storage": "16Mi" },
  limits: { cpu: cpuLimit, memory, "ephemeral-storage": "64Mi" },
});
const hostPath = (name: string, path: string, type = "DirectoryOrCreate") => ({
  name,
  hostPath: { path, type },
});

/** The common fields of both pods, which run on every node, whatever its taints, because pods on every node mount secrets. */
const everywhere = (serviceAccountName: string) => ({
  serviceAccountName,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  hostNetwork: false,
  hostPID: false,
  hostIPC: false,
  // Applies to added containers, such as debugging ones. Those of these pods set their own user.
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ operator: "Exists" }],
});

/** The pods of the driver. */
export function driverPod(
  serviceAccountName: string,
  images: DriverImages,
  rotationPollSeconds: number,
  token: Token,
): object {
  const plugin = { name: "plugin-dir", mountPath: "/csi" };
  return {
    ...everywhere(serviceAccountName),
    containers: [
      {
        name: "secrets-store",
        image: images.driver.reference,
        imagePullPolicy: "Always",
        args: [
          "--endpoint=unix:///csi/csi.sock",
          "--nodeid=$(NODE_NAME)",
          `--provider-volume=${PROVIDERS_PATH}`,
          // The default is an older directory, which Oracle's provider does not use.
          `--additional-provider-volume-paths=${PROVIDERS_PATH}`,
          "--metrics-addr=:8095",
          "--enable-pprof=false",
          "--enable-secret-rotation=true",
          `--rotation-poll-interval=${rotationPollSeconds}s`,
          "--log-format-json=true",
        ],
        env: [
          { name: "NODE_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "spec.nodeName" } } },
        ],
        ports: [
          { containerPort: HEALTH_PORT, name: "health", protocol: "TCP" },
          { containerPort: 8095, name: "metrics", protocol: "TCP" },
        ],
        resources: resources("50m", "200m", "200Mi"),
        livenessProbe: {
          httpGet: { path: "/healthz", port: HEALTH_PORT },
          initialDelaySeconds: 30,
          timeoutSeconds: 10,
          periodSeconds: 15,
          failureThreshold: 5,
        },
        // Kubernetes allows mounts into other pods to privileged containers only.
        securityContext: { ...ROOT, privileged: true, readOnlyRootFilesystem: true },
        volumeMounts: [
          plugin,
          { name: "mountpoint-dir", mountPath: PODS_PATH, mountPropagation: "Bidirectional" },
          // It only connects to the sockets there.
          { name: "providers-dir", mountPath: PROVIDERS_PATH, readOnly: true },
          token.mount,
        ],
      },
      {
        name: "node-driver-registrar",
        image: images.registrar.reference,
        imagePullPolicy: "Always",
        args: ["--csi-address=/csi/csi.sock", `--kubelet-registration-path=${PLUGIN_PATH}/csi.sock`],
        resources: resources("10m", "100m", "64Mi"),
        securityContext: LOCKED,
        volumeMounts: [plugin, { name: "registration-dir", mountPath: "/registration" }],
      },
      {
        name: "liveness-probe",
        image: images.livenessProbe.reference,
        imagePullPolicy: "Always",
        args: ["--csi-address=/csi/csi.sock", "--probe-timeout=3s", `--http-endpoint=0.0.0.0:${HEALTH_PORT}`],
        resources: resources("10m", "100m", "64Mi"),
        securityContext: LOCKED,
        // It only connects to the socket there.
        volumeMounts: [{ ...plugin, readOnly: true }],
      },
    ],
    volumes: [
      hostPath("mountpoint-dir", PODS_PATH),
      hostPath("registration-dir", REGISTRATION_PATH, "Directory"),
      hostPath("plugin-dir", PLUGIN_PATH),
      hostPath("providers-dir", PROVIDERS_PATH),
      token.volume,
    ],
  };
}

/** The pods of Oracle's provider. */
export function providerPod(
  serviceAccountName: string,
  images: DriverImages,
  region: string,
  token: Token,
): object {
  return {
    ...everywhere(serviceAccountName),
    containers: [
      {
        name: "provider",
        image: images.provider.reference,
        imagePullPolicy: "Always",
        args: [
          "--endpoint=unix:///opt/provider/sockets/oci.sock",
          "--endpoint-permissions=0600",
          `--healthz-port=${PROVIDER_HEALTH_PORT}`,
          "--metrics-backend=prometheus",
          "--metrics-port=8198",
          "--enable-pprof=false",
        ],
        env: [
          { name: "OCI_RESOURCE_PRINCIPAL_REGION", value: region },
          { name: "OCI_RESOURCE_PRINCIPAL_VERSION", value: "2.2" },
        ],
        ports: [
          { containerPort: PROVIDER_HEALTH_PORT, name: "health", protocol: "TCP" },
          { containerPort: 8198, name: "metrics", protocol: "TCP" },
        ],
        resources: resources("50m", "200m", "128Mi"),
        livenessProbe: {
          httpGet: { path: "/health", port: PROVIDER_HEALTH_PORT },
          initialDelaySeconds: 10,
          periodSeconds: 15,
          failureThreshold: 5,
        },
        securityContext: LOCKED,
        volumeMounts: [{ name: "socket-volume", mountPath: "/opt/provider/sockets" }, token.mount],
      },
    ],
    volumes: [hostPath("socket-volume", PROVIDERS_PATH), token.volume],
  };
}

/** The access of the pods to their nodes, for the check of privileged namespaces. */
export const DRIVER_REACH = [
  ...[PODS_PATH, REGISTRATION_PATH, PLUGIN_PATH, PROVIDERS_PATH].map((path) => NodeReach.path(path)),
  NodeReach.WRITABLE_PATH,
  NodeReach.PRIVILEGED,
  NodeReach.MAYBE_ROOT,
  NodeReach.CAPABILITIES,
  NodeReach.NO_SECCOMP,
  NodeReach.PRIVILEGE_ESCALATION,
];
export const PROVIDER_REACH = [NodeReach.path(PROVIDERS_PATH), NodeReach.WRITABLE_PATH, NodeReach.MAYBE_ROOT];
