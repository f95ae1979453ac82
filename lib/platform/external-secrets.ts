import { ApiObject, Duration, JsonPatch } from "cdk8s";
import { Construct } from "constructs";
import { externalSecretsDefinitions, LEADER_RULES, WATCHED_RULES } from "./private/external-secrets-kinds";
import { checkPinnedVersion } from "./private/pinned-version";
import * as versions from "./secrets-versions.json";
import { type ISecureOkeCluster } from "../cluster/cluster-base";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { checkObjectName } from "../core/kubernetes-names";
import { checkGiven, checkMembers } from "../core/required";
import { Problems } from "../core/validation-error";
import { chartOf, checkUnused } from "../synthesis/chart-objects";
import { type ContainerImage } from "../workload/images/container-image";
import { HardenedDeployment } from "../workload/hardened-deployment";
import { type OracleServiceRanges, oracleServiceRanges } from "../network-policy/oracle-service-ranges";
import { HealthProbe } from "../workload/pods/probe";
import { ApiAccess } from "../workload/pods/api-access";

/** Props for ExternalSecrets. */
export interface ExternalSecretsProps {
  /** The cluster that the chart is added to. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The namespace whose workloads get secrets, such as `shop`; it is another one than that of the operator.
   *
   * The operator reads and writes the Secrets of this namespace, and of no other. A second namespace has an operator of its own.
   */
  readonly watchedNamespace: string;
  /** The operator: a copy of `ghcr.io/external-secrets/external-secrets:v2.9.0`, best from a registry of your own. */
  readonly image: ContainerImage;
  /** The addresses of OCI Vault, which the operator connects to on TCP 443. */
  readonly oracleServices: OracleServiceRanges;
  /**
   * The names of Secrets that the image is pulled with; an empty list says that it needs none.
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
   * How many pods run, one of which works.
   *
   * @default 2
   */
  readonly replicas?: number;
}

const METRICS_PORT = 8080;
const HEALTH_PORT = 8082;

/**
 * The External Secrets Operator for one namespace, hardened, for OCI Vault with workload identity only.
 *
 * Workloads use it by `workload.mountSecret(secret, { delivery: SecretDelivery.externalSecrets() })`. The operator reads a secret as the
 * service account of the workload, and may create tokens only of those service accounts that `mountSecret` names. The values are written
 * into Secrets of Kubernetes, and so into etcd: have it encrypted by a key of yours, or use the SecretsStoreDriver.
 *
 * It runs without a webhook: the schemas of its kinds accept only what this library writes. Stores for the whole cluster and the writing of
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
    check(scope, id, props);
    super(scope, id);
    const { cluster, image, imagePullSecrets, oracleServices, replicas, watchedNamespace } = props;
    this.watchedNamespace = watchedNamespace;
    if (props.installDefinitions ?? true) this.addDefinitions();
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
    this.addRole("WatchedRole", `${id}-${this.workload.namespace}`, watchedNamespace, WATCHED_RULES);
    this.addRole("LeaderRole", `${id}-leader`, this.workload.namespace ?? "", LEADER_RULES);
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
      // What belongs to the cluster is in no namespace, but cdk8s puts that of the chart into every object.
      definition.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
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

function check(scope: Construct, id: string, given: ExternalSecretsProps): void {
  const problems = new Problems(pathOf(scope, id));
  const props: Partial<ExternalSecretsProps> = given ?? {};
  const { cluster, image, oracleServices, watchedNamespace } = props;
  checkObjectName(problems, "id", id);
  checkGiven(problems, { cluster, image, watchedNamespace });
  if (
    checkMembers(problems, "cluster", cluster, ["clusterId", "network"], "the SecureOkeCluster of the chart")
  ) {
    problems.collect(() => cluster?.network.apiEndpointSubnet.cidr);
  }
  if (watchedNamespace !== undefined) checkObjectName(problems, "watchedNamespace", watchedNamespace);
  oracleServiceRanges()(problems, "oracleServices", oracleServices);
  checkPinnedVersion(problems, "image", image, versions.externalSecrets);
  const chart = chartOf(scope);
  if (!chart) checkUnused(problems, scope, [], id);
  if (chart && chart.namespace === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      "The chart has no namespace, and the operator reads the Secrets of another one than its own",
      'Give it one: new Chart(app, "external-secrets", { namespace: "external-secrets" })',
    );
  } else if (chart && chart.namespace === watchedNamespace) {
    problems.add(
      "NAME_INVALID",
      `watchedNamespace is ${watchedNamespace}, the namespace of the operator itself`,
      "Run the operator in a namespace of its own, so that nobody who works in the other one can become the operator",
    );
  }
  problems.throwIfAny();
}
