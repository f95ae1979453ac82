import { ApiObject, Duration } from "cdk8s";
import { Construct } from "constructs";
import { clusterWithEndpoint, imageOfVersion, readOwnNamespace } from "./private/platform-readers";
import { externalSecretsDefinitions, LEADER_RULES, WATCHED_RULES } from "./private/secrets-custom-resources";
import * as versions from "./secrets-versions.json";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { checkObjectName } from "../core/kubernetes-names";
import {
  any,
  boolean,
  objectName,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  withDefault,
} from "../core/readers";
import { Problems } from "../core/validation-error";
import { type OracleServiceRanges, oracleServiceRanges } from "../network-policy/external-peer";
import { removeNamespace } from "../synthesis/chart-objects";
import { HardenedDeployment } from "../workload/hardened-deployment";
import { type ContainerImage } from "../workload/images/container-image";
import { HealthProbe } from "../workload/pods/probe";
import { ApiAccess } from "../workload/pods/service-account";

/** Props for ExternalSecrets. */
export interface ExternalSecretsProps {
  /** The cluster that the chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The namespace whose workloads get secrets, such as `shop`; not the namespace of the operator.
   *
   * The operator reads and writes the Secrets of this namespace only. A second namespace needs its own operator.
   */
  readonly watchedNamespace: string;
  /** The operator: a copy of `ghcr.io/external-secrets/external-secrets:v2.9.0`, best from a registry of your own. */
  readonly image: ContainerImage;
  /** The addresses of OCI Vault, which the operator connects to on TCP 443. */
  readonly oracleServices: OracleServiceRanges;
  /**
   * The names of Secrets that the image is pulled with; an empty list means none.
   *
   * @default - those of the namespace
   */
  readonly imagePullSecrets?: string[];
  /**
   * Whether the CustomResourceDefinitions come with the operator; false for the second operator of a cluster.
   *
   * @default true
   */
  readonly installDefinitions?: boolean;
  /**
   * The replica count; one replica is active.
   *
   * @default 2
   */
  readonly replicas?: number;
}

const EXTERNAL_SECRETS = {
  cluster: clusterWithEndpoint(),
  watchedNamespace: objectName(),
  image: imageOfVersion(versions.externalSecrets),
  oracleServices: oracleServiceRanges(),
  installDefinitions: withDefault(boolean(), true),
  // The Deployment reads these.
  imagePullSecrets: optional(any<string[]>()),
  replicas: optional(any<number>()),
} satisfies PropsSchema<ExternalSecretsProps>;

interface ResolvedExternalSecrets extends Resolved<typeof EXTERNAL_SECRETS> {
  /** The namespace of the operator. */
  readonly namespace: string;
}

/** Reads the props before anything is created; throws all problems together. */
function readExternalSecrets(
  scope: Construct,
  id: string,
  props: ExternalSecretsProps,
): ResolvedExternalSecrets {
  const problems = new Problems(pathOf(scope, id));
  checkObjectName(problems, "id", id);
  const read = readProps(problems, props, EXTERNAL_SECRETS);
  const purpose = "and the operator runs outside of the namespace whose Secrets it reads";
  const namespace = readOwnNamespace(problems, scope, id, purpose, "external-secrets");
  if (namespace !== undefined && namespace === read.watchedNamespace) {
    problems.add(
      "NAME_INVALID",
      `watchedNamespace is ${namespace}, the namespace of the operator itself`,
      "Run the operator in a namespace of its own, so that users of the watched namespace can't act as the operator",
    );
  }
  return problems.resolved<ResolvedExternalSecrets>({ ...read, namespace });
}

const METRICS_PORT = 8080;
const HEALTH_PORT = 8082;

/**
 * The External Secrets Operator for one namespace, hardened, for OCI Vault with workload identity only.
 *
 * Workloads use it by `workload.mountSecret(secret, { delivery: SecretDelivery.externalSecrets() })`. The operator reads a secret as the
 * service account of the workload, and may create tokens only of those service accounts that `mountSecret` names. The values are written
 * into Secrets of Kubernetes, and so into etcd: encrypt it with your own key, or use the SecretsStoreDriver.
 *
 * It runs without a webhook: the schemas of its kinds accept only what this library writes. Cluster-wide stores and writing
 * secrets to a vault are switched off.
 *
 * @see https://external-secrets.io/latest/provider/oracle-vault/
 */
@checked
export class ExternalSecrets extends Construct {
  /** The pods of the operator. */
  public readonly workload: HardenedDeployment;
  /** The namespace whose workloads get secrets. */
  public readonly watchedNamespace: string;

  /**
   * @param scope a chart with a namespace of its own, such as `new Chart(app, "external-secrets", { namespace: "external-secrets" })`
   * @param id the name of the Deployment too
   */
  constructor(scope: Construct, id: string, props: ExternalSecretsProps) {
    const read = readExternalSecrets(scope, id, props);
    super(scope, id);
    const { cluster, image, imagePullSecrets, namespace, oracleServices, replicas, watchedNamespace } = read;
    this.watchedNamespace = watchedNamespace;
    if (read.installDefinitions) this.addDefinitions();
    this.workload = new HardenedDeployment(this, id, {
      image,
      args: operatorArguments(watchedNamespace),
      port: METRICS_PORT,
      ports: [{ name: "health", port: HEALTH_PORT }],
      readiness: HealthProbe.fromHttpGet("/readyz", HEALTH_PORT),
      liveness: HealthProbe.fromHttpGet("/healthz", HEALTH_PORT, {
        period: Duration.seconds(15),
        failureThreshold: 4,
      }),
      apiAccess: ApiAccess._of(cluster, { withWorkloadIdentity: true }),
      ...{ imagePullSecrets, replicas },
    });
    this.workload.connections.allowToOracleServices(oracleServices);
    this.addRole("WatchedRole", `${id}-${namespace}`, watchedNamespace, WATCHED_RULES);
    this.addRole("LeaderRole", `${id}-leader`, namespace, LEADER_RULES);
    Acknowledgements._record(
      this,
      "least-privilege",
      `reading and writing all Secrets of the namespace ${watchedNamespace}`,
      "External Secrets writes the values of the vault into Secrets of that namespace",
    );
    this.node.defaultChild = this.workload;
  }

  private addDefinitions(): void {
    for (const { name, spec } of externalSecretsDefinitions()) {
      const definition = new ApiObject(this, name, {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name },
        spec,
      });
      removeNamespace(definition);
    }
  }

  private addRole(id: string, name: string, namespace: string, rules: readonly object[]): void {
    const apiGroup = "rbac.authorization.k8s.io";
    const common = { apiVersion: `${apiGroup}/v1`, metadata: { name, namespace } };
    new ApiObject(this, id, { ...common, kind: "Role", rules });
    const { namespace: own, serviceAccountName } = this.workload;
    new ApiObject(this, `${id}Binding`, {
      ...common,
      kind: "RoleBinding",
      roleRef: { apiGroup, kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name: serviceAccountName, namespace: own }],
    });
  }
}

function operatorArguments(namespace: string): string[] {
  return [
    `--namespace=${namespace}`,
    "--enable-leader-election=true",
    "--enable-cluster-store-reconciler=false",
    "--enable-cluster-external-secret-reconciler=false",
    "--enable-cluster-push-secret-reconciler=false",
    "--enable-push-secret-reconciler=false",
    "--enable-generator-state=false",
    `--metrics-addr=:${METRICS_PORT}`,
    `--live-addr=:${HEALTH_PORT}`,
    "--loglevel=info",
    "--zap-time-encoding=rfc3339",
  ];
}
