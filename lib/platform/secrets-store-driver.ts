import { ApiObject, Duration } from "cdk8s";
import { Construct } from "constructs";
import { clusterWithEndpoint, imageOfVersion, readOwnNamespace } from "./private/platform-readers";
import {
  DRIVER_RULES,
  secretsStoreDefinitions,
  workloadIdentityPolicy,
} from "./private/secrets-custom-resources";
import {
  CSI_DRIVER,
  DRIVER_REACH,
  driverPod,
  PROVIDER_REACH,
  providerPod,
} from "./private/secrets-store-pods";
import * as versions from "./secrets-versions.json";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import {
  objectOf,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  wholeDuration,
  withDefault,
} from "../core/readers";
import { regionName } from "../core/regions";
import { Problems } from "../core/validation-error";
import { SecureNamespace } from "../namespaces/secure-namespace";
import { type OracleServiceRanges, oracleServiceRanges } from "../network-policy/external-peer";
import { dnsEgress } from "../network-policy/private/network-rules";
import { removeNamespace } from "../synthesis/chart-objects";
import { declareReach } from "../workload/host-access/private/host-access-guard";
import { type ContainerImage } from "../workload/images/container-image";
import { PodSecurityLevel } from "../workload/pods/pod-security";
import { ApiAccess, pullSecretNames } from "../workload/pods/service-account";

/** The images of the Secrets Store CSI driver and of Oracle's provider, best from a registry of your own. */
export interface SecretsStoreImages {
  /** The driver: a copy of `registry.k8s.io/csi-secrets-store/driver:v1.6.0`. */
  readonly driver: ContainerImage;
  /** The registrar: a copy of `registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.16.0`. */
  readonly registrar: ContainerImage;
  /** The liveness probe: a copy of `registry.k8s.io/sig-storage/livenessprobe:v2.18.0`. */
  readonly livenessProbe: ContainerImage;
  /** Oracle's provider: a copy of `ghcr.io/oracle/oci-secrets-store-csi-driver-provider:v0.5.1`. */
  readonly provider: ContainerImage;
}

/** Props for SecretsStoreDriver. */
export interface SecretsStoreDriverProps {
  /** The cluster that the chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /** The region of the cluster and its vaults, such as `eu-frankfurt-1`. */
  readonly region: string;
  /** The images; a tag must be that of the version that the manifests are written for. */
  readonly images: SecretsStoreImages;
  /** The addresses of OCI Vault, which the provider connects to on TCP 443. */
  readonly oracleServices: OracleServiceRanges;
  /**
   * The names of Secrets that the images are pulled with; an empty list means none.
   *
   * @default - none; images of OCIR then give the warning `image-pull-credentials` unless the nodes may pull them
   */
  readonly imagePullSecrets?: string[];
  /**
   * The interval at which mounted files are updated from the vault: whole seconds, 30 or more.
   *
   * @default Duration.minutes(2)
   */
  readonly rotationPollInterval?: Duration;
}

const DRIVER = "secrets-store-csi-driver";
/** The service account of Oracle's provider, which workloads let create tokens of theirs. */
export const PROVIDER = "oci-secrets-store-csi-driver-provider";
const POLICY = "secure-oke-secret-provider-classes";
const WHY_PRIVILEGED =
  "The Secrets Store CSI driver mounts files into the volumes of other pods, which only a privileged container with paths of the node can";
const IMAGES = {
  driver: imageOfVersion(versions.secretsStoreDriver),
  registrar: imageOfVersion(versions.nodeDriverRegistrar),
  livenessProbe: imageOfVersion(versions.livenessProbe),
  provider: imageOfVersion(versions.ociProvider),
} satisfies PropsSchema<SecretsStoreImages>;

const DRIVER_PROPS = {
  cluster: clusterWithEndpoint(),
  region: regionName(),
  images: objectOf(IMAGES),
  oracleServices: oracleServiceRanges(),
  imagePullSecrets: optional(pullSecretNames()),
  rotationPollInterval: withDefault(wholeDuration("seconds", { least: 30 }), 120),
} satisfies PropsSchema<SecretsStoreDriverProps>;

interface ResolvedDriver extends Resolved<typeof DRIVER_PROPS> {
  readonly namespace: string;
}

/** Reads the props before anything is created; throws all problems together. */
function readDriver(scope: Construct, id: string, props: SecretsStoreDriverProps): ResolvedDriver {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, DRIVER_PROPS);
  const namespace = readOwnNamespace(problems, scope, id, "which the driver creates", "secrets-store");
  return problems.resolved<ResolvedDriver>({ ...read, namespace });
}

// Enough for two pods on each of 2,000 nodes; the default quota is for namespaces of applications.
const QUOTA = {
  pods: 4000,
  cpuRequests: "400",
  cpuLimits: "1600",
  memoryRequests: "1600Gi",
  memoryLimits: "1600Gi",
  ephemeralStorageRequests: "400Gi",
  ephemeralStorageLimits: "1600Gi",
  loadBalancers: 0,
};

/**
 * The Secrets Store CSI driver with Oracle's provider for OCI Vault, hardened, in a namespace of its own.
 *
 * Workloads mount secrets with `workload.mountSecret`. The provider reads a secret as the service account of the workload, by workload
 * identity; it has no rights of its own in OCI, and none over Secrets of Kubernetes. It may create tokens only of those service accounts
 * that `mountSecret` names. Authentication as a user or as a node is refused by an admission policy, and rotation is on. The namespace
 * enforces no Pod Security Standard, which is recorded as an acknowledgement: the driver mounts into other pods.
 *
 * Apply its chart before those of the workloads. Pods that mount secrets wait until the driver runs on their node.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengmanagingsecrets.htm
 * @see https://secrets-store-csi-driver.sigs.k8s.io/
 */
@checked
export class SecretsStoreDriver extends Construct {
  /** The namespace of the driver and the provider. */
  public readonly namespace: string;
  /** The region of the vaults. */
  public readonly region: string;
  /** The interval at which mounted files are updated from the vault. */
  public readonly rotationPollInterval: Duration;

  /**
   * @param scope a chart with a namespace that nothing else is in, such as `new Chart(app, "secrets-store", { namespace: "secrets-store" })`
   */
  constructor(scope: Construct, id: string, props: SecretsStoreDriverProps) {
    const driver = readDriver(scope, id, props);
    super(scope, id);
    const { cluster, images, oracleServices, region, rotationPollInterval: pollSeconds } = driver;
    this.namespace = driver.namespace;
    this.region = region;
    this.rotationPollInterval = Duration.seconds(pollSeconds);
    const namespace = new SecureNamespace(this, "Namespace", {
      name: this.namespace,
      podSecurity: PodSecurityLevel.privilegedFor({ reason: WHY_PRIVILEGED }),
      quota: QUOTA,
      imagePullSecrets: driver.imagePullSecrets,
    });
    for (const { name, spec } of secretsStoreDefinitions()) {
      this.addToCluster(name, "apiextensions.k8s.io/v1", "CustomResourceDefinition", name, { spec });
    }
    this.addToCluster("CsiDriver", "storage.k8s.io/v1", "CSIDriver", CSI_DRIVER, {
      // The kubelet repeats the mount periodically, so that files follow the vault.
      spec: {
        attachRequired: false,
        podInfoOnMount: true,
        requiresRepublish: true,
        volumeLifecycleModes: ["Ephemeral"],
      },
    });
    this.addAdmissionPolicy();
    for (const image of Object.values(images)) image._acknowledge(this);
    const access = ApiAccess._of(cluster);
    const token = { volume: access._volume(), mount: access._volumeMount() };
    this.addPods("Driver", DRIVER, driverPod(DRIVER, images, pollSeconds, token), DRIVER_REACH);
    this.addPods("Provider", PROVIDER, providerPod(PROVIDER, images, region, token), PROVIDER_REACH);
    this.addRole();
    const endpoint = cluster.network.apiEndpointSubnet.cidr;
    this.addPolicy("Driver", DRIVER, [apiServer(endpoint, 6443)]);
    // The provider exchanges tokens of workloads at TCP 12250 of the API endpoint, and reads secrets at OCI Vault.
    this.addPolicy("Provider", PROVIDER, [apiServer(endpoint, 6443, 12250), vault(oracleServices)]);
    if (oracleServices.reason !== undefined) {
      const what = "connections of the secrets provider to every public address, tcp-443";
      Acknowledgements._record(this, "network-layers", what, oracleServices.reason);
    }
    this.node.defaultChild = namespace;
  }

  private addPods(id: string, name: string, pod: object, reach: readonly string[]): void {
    const labels = {
      "app.kubernetes.io/instance": name,
      "app.kubernetes.io/managed-by": "secure-oke",
      "app.kubernetes.io/name": name,
    };
    const selector = { "app.kubernetes.io/name": name };
    this.add(`${id}Account`, "v1", "ServiceAccount", name, { automountServiceAccountToken: false }, labels);
    const daemonSet = this.add(
      id,
      "apps/v1",
      "DaemonSet",
      name,
      {
        spec: {
          selector: { matchLabels: selector },
          updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%", maxSurge: 0 } },
          revisionHistoryLimit: 5,
          template: { metadata: { labels }, spec: pod },
        },
      },
      labels,
    );
    declareReach(daemonSet, reach);
  }

  private addRole(): void {
    this.addToCluster("Role", "rbac.authorization.k8s.io/v1", "ClusterRole", DRIVER, { rules: DRIVER_RULES });
    this.addToCluster("RoleBinding", "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", DRIVER, {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: DRIVER },
      subjects: [{ kind: "ServiceAccount", name: DRIVER, namespace: this.namespace }],
    });
    const what = "a role for the whole cluster that reads pods and classes of secrets";
    const reason = "The driver serves the pods of its node, whatever namespace they are in";
    Acknowledgements._record(this, "least-privilege", what, reason);
  }

  private addAdmissionPolicy(): void {
    const apiVersion = "admissionregistration.k8s.io/v1";
    const kind = "ValidatingAdmissionPolicy";
    const policy = this.addToCluster("ClassPolicy", apiVersion, kind, POLICY, {
      spec: workloadIdentityPolicy(),
    });
    const binding = this.addToCluster("ClassPolicyBinding", apiVersion, `${kind}Binding`, POLICY, {
      spec: { policyName: POLICY, validationActions: ["Deny"] },
    });
    binding.addDependency(policy);
  }

  private addPolicy(id: string, name: string, egress: readonly object[]): void {
    this.add(`${id}NetworkPolicy`, "networking.k8s.io/v1", "NetworkPolicy", name, {
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
        policyTypes: ["Egress", "Ingress"],
        ingress: [],
        egress: [dnsEgress(), ...egress],
      },
    });
  }

  private add(
    id: string,
    apiVersion: string,
    kind: string,
    name: string,
    rest: object,
    labels?: { readonly [key: string]: string },
  ): ApiObject {
    return new ApiObject(this, id, {
      apiVersion,
      kind,
      metadata: { name, ...(labels ? { labels } : {}) },
      ...rest,
    });
  }

  private addToCluster(id: string, apiVersion: string, kind: string, name: string, rest: object): ApiObject {
    const object = this.add(id, apiVersion, kind, name, rest);
    removeNamespace(object);
    return object;
  }
}

function apiServer(cidr: string, ...ports: readonly number[]): object {
  return { to: [{ ipBlock: { cidr } }], ports: ports.map((port) => ({ port, protocol: "TCP" })) };
}

function vault({ cidrs, _except: except }: OracleServiceRanges): object {
  return {
    to: cidrs.map((cidr) => ({ ipBlock: { cidr, ...(except ? { except } : {}) } })),
    ports: [{ port: 443, protocol: "TCP" }],
  };
}
