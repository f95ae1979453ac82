import { type Size } from "cdk8s";
import { Token } from "cdktf";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import {
  matching,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  size as sizeReader,
} from "../core/readers";
import { checkGiven } from "../core/missing-values";
import { Problems } from "../core/validation-error";

/** The size of a flexible shape. */
export interface FlexibleShapeSize {
  /** The number of OCPUs, at least 1. */
  readonly ocpus: number;
  /** The memory: whole gibibytes, from 1 to 64 for each OCPU. */
  readonly memory: Size;
}

const MAX_MEMORY_PER_OCPU = 64;

/** Reads a number of OCPUs, or a reference to a Terraform value. */
const ocpuCount: Reader<number> = (problems, name, value) => {
  if (!checkGiven(problems, { [name]: value })) return undefined;
  if (typeof value === "number" && (Token.isUnresolved(value) || value >= 1)) return value;
  problems.add(
    "SHAPE_INVALID",
    `${name} is ${typeof value === "number" ? value : shown(value)}`,
    "Give at least 1 OCPU, for example ocpus: 2",
  );
  return undefined;
};

const FLEXIBLE_SIZE = {
  ocpus: ocpuCount,
  memory: sizeReader("gibibytes", { least: 1, example: "Size.gibibytes(16)" }),
} satisfies PropsSchema<FlexibleShapeSize>;

const FLEXIBLE_NAME = matching(
  /^[A-Z][\w.-]*\.Flex$/,
  'Name a shape that ends in .Flex, for example "VM.Standard.E5.Flex", or use NodeShape.fixed',
  { code: "SHAPE_INVALID" },
);
const FIXED_NAME = matching(
  /^(VM|BM)\.(?![\w.-]*\.Flex$)[\w.-]+$/,
  'Name a shape such as "BM.Standard.E5.192"; a shape that ends in .Flex needs NodeShape.flexible and a size',
  { code: "SHAPE_INVALID" },
);

/**
 * The shape of worker nodes.
 *
 * @see https://docs.oracle.com/iaas/Content/Compute/References/computeshapes.htm
 */
@checked
export class NodeShape {
  /** A flexible shape, whose name ends in `.Flex`, and its size. */
  public static flexible(name: string, size: FlexibleShapeSize): NodeShape {
    const problems = new Problems("NodeShape.flexible");
    FLEXIBLE_NAME(problems, "name", name);
    const read = checkGiven(problems, { size }) ? readProps(problems, size, FLEXIBLE_SIZE) : {};
    checkMemory(problems, read);
    return new NodeShape(name, problems.resolved<FlexibleShapeSize>(read));
  }

  /** A shape whose size is part of its name, such as `BM.Standard.E5.192`. */
  public static fixed(name: string): NodeShape {
    const problems = new Problems("NodeShape.fixed");
    FIXED_NAME(problems, "name", name);
    problems.throwIfAny();
    return new NodeShape(name);
  }

  private constructor(
    /** The name of the shape. */
    public readonly name: string,
    /** The size of a flexible shape. */
    public readonly size?: FlexibleShapeSize,
  ) {}
}

function checkMemory(problems: Problems, { ocpus, memory }: Partial<Resolved<typeof FLEXIBLE_SIZE>>): void {
  if (ocpus === undefined || memory === undefined || Token.isUnresolved(ocpus)) return;
  const gibibytes = memory.toGibibytes();
  if (gibibytes >= ocpus && gibibytes <= ocpus * MAX_MEMORY_PER_OCPU) return;
  problems.add(
    "SHAPE_INVALID",
    `memory is ${gibibytes} GiB, which doesn't fit ${ocpus} OCPUs`,
    `Give from 1 to ${MAX_MEMORY_PER_OCPU} GiB for each OCPU, for example Size.gibibytes(${Math.ceil(ocpus) * 8})`,
  );
}
