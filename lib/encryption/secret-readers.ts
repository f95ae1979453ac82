import { type Construct, type IConstruct } from "constructs";
import { Chart } from "cdk8s";
import { Lazy, type TerraformProvider } from "cdktf";
import { valueOf } from "../core/readers";
import { nameOf, policyNameOf } from "../core/resource-name";
import { byKey } from "../core/stable-order";
import { type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { IdentityPolicy } from "../oci/identity-policy";
import { checkEnhanced, type IChartScope, isAdded, whenAdded } from "../synthesis/chart-scopes";
import { needCluster } from "../synthesis/chart-guards";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";

/** A workload that reads secrets as its own service account, such as a HardenedDeployment. */
export interface ISecretReader extends IConstruct {
  /** The name of the service account. */
  readonly serviceAccountName: string;
  /** The namespace, if the chart of the workload has one. */
  readonly namespace?: string;
}

/** The attributes of a secret that a statement contains. */
interface ReadSecret extends Construct {
  readonly secretName: string;
  readonly vaultId: string;
  readonly compartmentId: string;
}

const READER = valueOf<ISecretReader>("ISecretReader");

interface Grant {
  readonly clusterId: string;
  readonly namespace: string;
  readonly serviceAccountName: string;
}

/** The grants to read a secret: one policy for each secret, with one statement for each workload. */
export class SecretReaders {
  private readonly readers = new Set<ISecretReader>();
  private readonly grants = new Map<string, Grant>();
  private policy?: IdentityPolicy;

  constructor(
    private readonly secret: ReadSecret,
    private readonly homeRegionProvider: TerraformProvider | undefined,
    private readonly tags: TaggingProps,
  ) {}

  public add(reader: ISecretReader): void {
    const problems = new Problems(this.secret);
    READER(problems, "reader", reader);
    problems.throwIfAny();
    if (this.readers.has(reader)) return;
    if (reader.namespace === undefined) {
      problems.add(
        "NAME_INVALID",
        `${reader.node.path} has no namespace, and an IAM statement identifies a workload by its namespace`,
        'Give its chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
      );
    }
    problems.throwIfAny();
    this.readers.add(reader);
    const chart = Chart.of(reader);
    const check = () => this.checkAdded(chart, reader);
    checkAtSynthesis(reader, check);
    needCluster(chart, check);
    whenAdded(chart, (scope) => this.grant(reader, scope));
  }

  private grant({ namespace = "", serviceAccountName }: ISecretReader, scope: IChartScope): void {
    const { clusterId } = scope;
    const problems = new Problems(this.secret);
    checkEnhanced(problems, scope, "workload identity", "VALUE_INVALID");
    problems.throwIfAny();
    if (clusterId === undefined) {
      problems.add(
        "VALUE_INVALID",
        `The chart of the reader ${namespace}/${serviceAccountName} was added to ${scope.node.path}, which is not a cluster`,
        "Add it with addCdk8sChart of a SecureOkeCluster, created or imported",
      );
      problems.throwIfAny();
      return;
    }
    this.grants.set(`${scope.node.path}\n${namespace}\n${serviceAccountName}`, {
      clusterId,
      namespace,
      serviceAccountName,
    });
    this.policy ??= this.addPolicy();
  }

  private addPolicy(): IdentityPolicy {
    const { secret } = this;
    return new IdentityPolicy(secret, "ReadPolicy", {
      provider: this.homeRegionProvider,
      compartmentId: secret.compartmentId,
      name: policyNameOf(secret, `${nameOf(secret)}-readers`),
      // IAM can't rename a policy, and replacing it would remove its rights for a while.
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets workloads read one secret",
      // Readers are added after the policy.
      statements: Lazy.listValue({ produce: () => this.statements() }),
      ...this.tags,
    });
  }

  private statements(): string[] {
    return [...this.grants].sort(byKey).map(([, grant]) => readStatement(this.secret, grant));
  }

  private checkAdded(chart: Chart, reader: ISecretReader): void {
    if (isAdded(chart)) return;
    const problems = new Problems(reader);
    problems.add(
      "CHART_NOT_ADDED",
      `The workload reads the secret ${this.secret.node.path} as its service account, but its chart was not added to a cluster`,
      `Call cluster.addCdk8sChart("${chart.node.id}", chart)`,
    );
    problems.throwIfAny();
  }
}

/**
 * Lets one workload read one secret.
 *
 * Readers request a secret by its name and its vault, so these two identify it. Oracle doesn't document whether the OCID of the secret is
 * known when such a request is authorized.
 */
function readStatement(
  { compartmentId, secretName, vaultId }: ReadSecret,
  { clusterId, namespace, serviceAccountName }: Grant,
): string {
  const conditions = [
    "request.principal.type = 'workload'",
    `request.principal.cluster_id = '${clusterId}'`,
    `request.principal.namespace = '${namespace}'`,
    `request.principal.service_account = '${serviceAccountName}'`,
    `target.vault.id = '${vaultId}'`,
    `target.secret.name = '${secretName}'`,
  ];
  return `Allow any-user to read secret-bundles in compartment id ${compartmentId} where all {${conditions.join(", ")}}`;
}
