import { TerraformOutput, Token } from "cdktf";
import { Construct } from "constructs";
import { dropAutoscaledPool } from "./add-ons/autoscaler-rights";
import { type KubernetesVersion } from "./kubernetes-version";
import { NodeImage } from "./node-image";
import { NodeShape } from "./node-compute";
import { PrivateNodePool } from "./private-node-pool";
import { type NodePoolProps } from "./private-node-pool-props";
import { kubernetesVersion } from "./private/cluster-readers";
import { NODE_POOL_PROPS } from "./private/read-node-pool";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { outputNameOf } from "../core/resource-name";
import { choice, optional, type PropsSchema, readProps, type Resolved, valueOf } from "../core/readers";
import { Problems } from "../core/validation-error";

/** The color of one of the two pools. */
export enum PoolColor {
  /** The blue pool. */
  BLUE = "blue",
  /** The green pool. */
  GREEN = "green",
}

/** Options for a node pool edition: version and shape of the nodes. */
export interface NodePoolEditionOptions {
  /**
   * The version of the nodes.
   *
   * @default - the version of the cluster
   */
  readonly kubernetesVersion?: KubernetesVersion;
  /**
   * The shape of the nodes.
   *
   * @default - the shape of the pools
   */
  readonly shape?: NodeShape;
}

const IMAGE = valueOf(NodeImage);
const EDITION = {
  kubernetesVersion: optional(kubernetesVersion()),
  shape: optional(valueOf(NodeShape)),
} satisfies PropsSchema<NodePoolEditionOptions>;

/** An edition of the nodes: the properties that differ between the blue and the green pool. */
@checked
export class NodePoolEdition {
  /** An edition of nodes with an image. */
  public static of(image: NodeImage, options: NodePoolEditionOptions = {}): NodePoolEdition {
    const problems = new Problems("NodePoolEdition.of");
    IMAGE(problems, "image", image);
    const read = readProps(problems, options, EDITION);
    problems.throwIfAny();
    return new NodePoolEdition(image, read.kubernetesVersion, read.shape);
  }

  private constructor(
    /** The image. */
    public readonly image: NodeImage,
    /** The version, if it was given. */
    public readonly kubernetesVersion?: KubernetesVersion,
    /** The shape, if it was given. */
    public readonly shape?: NodeShape,
  ) {}
}

/** Props for BlueGreenNodePools. */
export interface BlueGreenNodePoolsProps extends NodePoolProps {
  /**
   * The nodes of the blue pool.
   *
   * @default - no blue pool
   */
  readonly blue?: NodePoolEdition;
  /**
   * The nodes of the green pool.
   *
   * @default - no green pool
   */
  readonly green?: NodePoolEdition;
  /**
   * The pool to retire while both exist: the output `<path>_retire` is the command that moves its pods to the other pool, and the
   * autoscaler doesn't change its size.
   *
   * @default - none
   */
  readonly retiring?: PoolColor;
}

const BLUE_GREEN = {
  ...NODE_POOL_PROPS,
  blue: optional(valueOf(NodePoolEdition)),
  green: optional(valueOf(NodePoolEdition)),
  retiring: optional(choice(PoolColor, "PoolColor.BLUE or PoolColor.GREEN")),
} satisfies PropsSchema<BlueGreenNodePoolsProps>;

type ResolvedPools = Resolved<typeof BLUE_GREEN>;

/** What both pools have in common. */
type CommonProps = Omit<ResolvedPools, "blue" | "green" | "nodePoolName" | "retiring"> & {
  readonly nodePoolName: string;
};

const EDITION_LABEL = "secure-oke/edition";

/**
 * A pool of worker nodes that is upgraded with a second pool beside it, instead of node by node.
 *
 * An upgrade takes four applies: start with `blue` · add `green` with the new image or version · set `retiring: PoolColor.BLUE`, run the
 * command of the output, and check the workloads: `kubectl uncordon` reverts the step · remove `blue`. The next upgrade swaps the colors.
 * Both pools need their addresses while both exist.
 *
 * @see docs/upgrades.md
 */
@checked
export class BlueGreenNodePools extends Construct {
  /** The blue pool, if it exists. */
  public readonly bluePool?: PrivateNodePool;
  /** The green pool, if it exists. */
  public readonly greenPool?: PrivateNodePool;
  /** The pool to retire, if there is one. */
  public readonly retiring?: PoolColor;

  constructor(scope: Construct, id: string, props: BlueGreenNodePoolsProps) {
    const { blue, green, retiring, nodePoolName = id, ...pool } = readPools(scope, id, props);
    super(scope, id);
    this.retiring = retiring;
    this.bluePool = blue && this.addPool(PoolColor.BLUE, blue, { ...pool, nodePoolName });
    this.greenPool = green && this.addPool(PoolColor.GREEN, green, { ...pool, nodePoolName });
    if (retiring !== undefined) this.addCommand(retiring, nodePoolName);
  }

  private addPool(color: PoolColor, edition: NodePoolEdition, props: CommonProps): PrivateNodePool {
    const { nodePoolName: name, labels, shape } = props;
    const pool = new PrivateNodePool(this, color === PoolColor.BLUE ? "Blue" : "Green", {
      ...props,
      shape: edition.shape ?? shape,
      image: edition.image,
      kubernetesVersion: edition.kubernetesVersion,
      nodePoolName: `${name}-${color}`,
      labels: { ...labels, [EDITION_LABEL]: color, [`${EDITION_LABEL}-of`]: labelOf(name) },
    });
    if (this.retiring === color) dropAutoscaledPool(pool);
    return pool;
  }

  private addCommand(color: PoolColor, name: string): void {
    const selector = `${EDITION_LABEL}=${color},${EDITION_LABEL}-of=${labelOf(name)}`;
    const output = new TerraformOutput(this, "Retire", {
      description: `Moves the pods of the ${color} pool to the other pool; run it before the ${color} pool is removed`,
      value:
        `kubectl cordon --selector=${selector} && ` +
        `kubectl drain --selector=${selector} --ignore-daemonsets --delete-emptydir-data --timeout=60m`,
    });
    output.overrideLogicalId(outputNameOf(this, "retire"));
  }
}

/** A name as a label value. */
function labelOf(name: string): string {
  if (Token.isUnresolved(name)) return "pool";
  return (
    name
      .replace(/[^A-Za-z0-9_.-]+/g, "-")
      .slice(0, 63)
      .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "") || "pool"
  );
}

function readPools(scope: Construct, id: string, props: BlueGreenNodePoolsProps): ResolvedPools {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, BLUE_GREEN);
  const { blue, green, retiring, labels = {} } = read;
  if (!props.blue && !props.green) {
    const fix = "Give one of them, for example blue: NodePoolEdition.of(image)";
    problems.add("ATTRIBUTE_MISSING", "blue and green were both left out", fix);
  }
  if (retiring !== undefined && !(blue && green)) {
    problems.add(
      "VALUE_INVALID",
      `retiring is ${retiring}, but there is only one pool, so that its pods have nowhere to go`,
      "Give both blue and green until the pods have moved",
    );
  }
  for (const label of [EDITION_LABEL, `${EDITION_LABEL}-of`]) {
    if (!(label in labels)) continue;
    const what = `labels has ${label}, by which the two pools are distinguished`;
    problems.add("LABEL_INVALID", what, "Leave the label out");
  }
  return problems.resolved<ResolvedPools>(read);
}
