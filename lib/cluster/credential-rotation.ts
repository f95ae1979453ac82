import { Duration } from "cdk8s";
import { TerraformOutput, TerraformResource, type TerraformResourceLifecycle, TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { checked } from "../core/checked";
import { epoch as epochReader } from "../core/dates";
import { boolean, duration, type PropsSchema, readProps, type Resolved, withDefault } from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { Problems } from "../core/validation-error";
import { ContainerengineClusterCompleteCredentialRotationManagement } from "../oci/containerengine-cluster-complete-credential-rotation-management";
import { ContainerengineClusterStartCredentialRotationManagement } from "../oci/containerengine-cluster-start-credential-rotation-management";

/** Options for CredentialRotation.epoch. */
export interface CredentialRotationOptions {
  /**
   * The time after the start of a rotation at which OKE retires the old credentials by itself: whole days, 1 to 90.
   *
   * Until then, both the old and the new credentials are valid. Afterwards, kubeconfigs and pods with the old ones can't connect to the
   * cluster any more. A change takes effect with the next epoch.
   *
   * @default Duration.days(14)
   */
  readonly completeAfter?: Duration;
  /**
   * Whether the old credentials are retired now instead of after `completeAfter`.
   *
   * Terraform rejects the plan for 24 hours after the apply that started the rotation, and so in that apply itself. Set it when every
   * node and every kubeconfig has the new credentials, and keep it set until the next epoch.
   *
   * @default false
   */
  readonly completeNow?: boolean;
}

const EPOCH = epochReader();

const ROTATION_OPTIONS = {
  completeAfter: withDefault(duration("days", { least: 1, most: 90 }), Duration.days(14)),
  completeNow: withDefault(boolean(), false),
} satisfies PropsSchema<CredentialRotationOptions>;

/**
 * The rotation of a cluster's credentials: its certificate authorities, and the certificates and keys that they signed.
 *
 * OKE issues new credentials when the epoch changes, and retires the old ones later, in another apply or by itself. The first epoch of a
 * cluster in Terraform represents its existing credentials, and rotates nothing.
 *
 * All nodes must be ready when a rotation starts and when it is completed; otherwise it waits for up to 24 hours and then fails. Clusters
 * with virtual nodes can't rotate their credentials. Rotation requires Terraform 1.5 or later.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengrotatingcredentials.htm
 */
@checked
export class CredentialRotation {
  /**
   * The current rotation epoch of a cluster.
   *
   * @param epoch a name such as `2026-11`: 1 to 64 letters, digits, `.`, `_` and `-`. Use each one once: an epoch that the cluster
   * had before starts another rotation, except for the first one
   */
  public static epoch(epoch: string, options: CredentialRotationOptions = {}): CredentialRotation {
    const problems = new Problems("CredentialRotation.epoch");
    EPOCH(problems, "epoch", epoch);
    const read = readProps(problems, options, ROTATION_OPTIONS);
    const { completeAfter, completeNow } = problems.resolved<Resolved<typeof ROTATION_OPTIONS>>(read);
    return new CredentialRotation(epoch, completeAfter, completeNow);
  }

  private constructor(
    /** The name of the rotation. */
    public readonly epochName: string,
    /** The time after which OKE retires the old credentials by itself. */
    public readonly completeAfter: Duration,
    /** Whether the old credentials are retired now. */
    public readonly completeNow: boolean,
  ) {}
}

interface ClusterCredentialsProps {
  readonly clusterId: string;
  readonly rotation: CredentialRotation;
  /** The expiry of the credentials, as a reference. */
  readonly timeOfExpiry: string;
}

/** The id of the construct in its cluster. */
export const CREDENTIAL_ROTATION = "CredentialRotation";

/** The minimum age of the new credentials before OKE retires the old ones. */
const MIN_AGE = "24h";

/**
 * The rotation of a cluster's credentials.
 *
 * The provider has two resources, which start and complete a rotation when they are created and do nothing else: they read nothing,
 * change nothing, and destroying them doesn't affect the cluster. So each has one instance for the epoch, and a new epoch replaces the
 * previous one.
 *
 * The Terraform state keeps two values. `FirstEpoch` keeps the first epoch, so that a new cluster does not rotate the
 * credentials that it was just created with. `StartedAt` keeps the time of the plan that started the rotation, so that no plan
 * completes it within 24 hours, including the one that starts it.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengrotatingcredentials.htm
 */
export class ClusterCredentials extends ResourceConstruct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ClusterCredentialsProps,
  ) {
    super(scope, id);
    const { clusterId, rotation } = props;
    const { epochName, completeAfter, completeNow } = rotation;
    const first = this.remember("FirstEpoch", epochName);
    const epochs = `toset([for epoch in [${JSON.stringify(epochName)}] : epoch if epoch != ${addressOf(first)}.input])`;
    const startedAt = this.remember("StartedAt", "${plantimestamp()}", epochs);
    const start = new ContainerengineClusterStartCredentialRotationManagement(this, "Resource", {
      clusterId,
      autoCompletionDelayDuration: `P${completeAfter.toDays()}D`,
      // A changed delay would replace the resource, and so start another rotation.
      lifecycle: { ignoreChanges: ["auto_completion_delay_duration"] },
    });
    start.addOverride("for_each", `\${${epochs}}`);
    if (completeNow) this.complete(epochs, startedAt, start);
    this.addOutputs();
  }

  /** Keeps the value that an instance was created with. */
  private remember(id: string, value: string, forEach?: string): TerraformResource {
    const kept = new TerraformResource(this, id, {
      terraformResourceType: "terraform_data",
      lifecycle: { ignoreChanges: ["input"] },
    });
    if (forEach !== undefined) kept.addOverride("for_each", `\${${forEach}}`);
    kept.addOverride("input", value);
    return kept;
  }

  private complete(epochs: string, startedAt: TerraformResource, start: TerraformResource): void {
    const { clusterId, rotation } = this.props;
    const time = `${addressOf(startedAt)}[each.key].input`;
    const lifecycle: TerraformResourceLifecycle = {
      precondition: [
        {
          condition: `\${timecmp(plantimestamp(), timeadd(${time}, "${MIN_AGE}")) >= 0}`,
          errorMessage:
            `The credential rotation ${rotation.epochName} was started at \${${time}}, and OKE completes a rotation 24 hours after ` +
            "its start at the earliest. Leave completeNow out until then, and until all nodes and kubeconfigs are renewed.",
        },
      ],
    };
    const completion = new ContainerengineClusterCompleteCredentialRotationManagement(this, "Completion", {
      clusterId,
      dependsOn: [start],
      lifecycle,
    });
    completion.addOverride("for_each", `\${${epochs}}`);
  }

  private addOutputs(): void {
    const { clusterId, timeOfExpiry } = this.props;
    const outputName = outputNameOf(this);
    const outputs = {
      credential_expiry: ["The expiry of the cluster's credentials", timeOfExpiry],
      credential_rotation_status: [
        "Shows whether a rotation of the credentials is in progress, waiting for completion, or completed",
        `oci ce cluster credential-rotation-status get --cluster-id ${clusterId}`,
      ],
    } as const;
    for (const [name, [description, value]] of Object.entries(outputs)) {
      new TerraformOutput(this, name, { description, value }).overrideLogicalId(`${outputName}_${name}`);
    }
  }
}

/** The path of the cluster in its stack, as in the names of its other outputs. */
function outputNameOf({ node }: Construct): string {
  const inStack = node.scopes.slice(TerraformStack.of(node.scope as Construct).node.scopes.length, -1);
  return inStack.map((scope) => scope.node.id.replace(/[^A-Za-z0-9_-]+/g, "-")).join("_");
}

/** The address for use within an expression; `fqn` is an expression itself. */
function addressOf({ terraformResourceType, friendlyUniqueId }: TerraformResource): string {
  return `${terraformResourceType}.${friendlyUniqueId}`;
}
