import { Token } from "cdktf";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";

/** The size of a flexible shape. */
export interface FlexibleShapeSize {
  /** The number of OCPUs, at least 1. */
  readonly ocpus: number;
  /** Memory in GB: at least 1, and from 1 to 64 for each OCPU. */
  readonly memoryInGbs: number;
}

const LARGEST_MEMORY_PER_OCPU = 64;

/**
 * The shape of worker nodes.
 *
 * @see https://docs.oracle.com/iaas/Content/Compute/References/computeshapes.htm
 */
@checked
export class NodeShape {
  /**
   * A flexible shape, whose name ends in `.Flex`, and its size.
   *
   * @throws SHAPE_INVALID, ATTRIBUTE_MISSING
   */
  public static flexible(name: string, size: FlexibleShapeSize): NodeShape {
    const problems = new Problems("NodeShape.flexible");
    if (checkGiven(problems, { name }) && !/^[A-Z][\w.-]*\.Flex$/.test(name)) {
      problems.add(
        "SHAPE_INVALID",
        `${shown(name)} is not a flexible shape`,
        'Name a shape that ends in .Flex, such as "VM.Standard.E5.Flex", or use NodeShape.fixed',
      );
    }
    if (checkGiven(problems, { size })) checkSize(problems, size);
    problems.throwIfAny();
    return new NodeShape(name, size);
  }

  /**
   * A shape whose size is part of its name, such as `BM.Standard.E5.192`.
   *
   * @throws SHAPE_INVALID, ATTRIBUTE_MISSING
   */
  public static fixed(name: string): NodeShape {
    const problems = new Problems("NodeShape.fixed");
    const isGiven = checkGiven(problems, { name });
    if (isGiven && !(/^(VM|BM)\.[\w.-]+$/.test(name) && !name.endsWith(".Flex"))) {
      problems.add(
        "SHAPE_INVALID",
        `${shown(name)} is not a shape of a fixed size`,
        'Name a shape such as "BM.Standard.E5.192"; a shape that ends in .Flex needs NodeShape.flexible and a size',
      );
    }
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

function checkSize(problems: Problems, { ocpus, memoryInGbs }: FlexibleShapeSize): void {
  if (!checkGiven(problems, { ocpus, memoryInGbs })) return;
  const isReference = { ocpus: Token.isUnresolved(ocpus), memory: Token.isUnresolved(memoryInGbs) };
  if (!isReference.ocpus && !(ocpus >= 1)) {
    problems.add(
      "SHAPE_INVALID",
      `ocpus is ${typeof ocpus === "number" ? ocpus : shown(ocpus)}`,
      "Give at least 1 OCPU",
    );
  }
  if (isReference.ocpus || isReference.memory) return;
  if (!(memoryInGbs >= Math.max(1, ocpus)) || memoryInGbs > ocpus * LARGEST_MEMORY_PER_OCPU) {
    problems.add(
      "SHAPE_INVALID",
      `memoryInGbs is ${memoryInGbs}, but ${ocpus} OCPUs support ${Math.max(1, ocpus)} to ${ocpus * LARGEST_MEMORY_PER_OCPU} GB`,
      `Give 1 to ${LARGEST_MEMORY_PER_OCPU} GB for each OCPU, for example memoryInGbs: ${Math.ceil(ocpus) * 8}`,
    );
  }
}
