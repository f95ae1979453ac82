import { checked } from "../../core/checked";
import { readCidrs, sizeOf } from "../../core/cidr";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";
import { literalBlocks } from "../egress/egress";

const MAX_BLOCKS = 20;
const WIDE_PREFIX = 16;

/** The clients that may connect to the sessions of a bastion, identified by their public addresses. */
@checked
export class BastionClients {
  /**
   * Allows clients from narrow ranges: up to 20 IPv4 blocks that together hold fewer addresses than a /16.
   *
   * @param cidrs the IPv4 blocks such as `["192.0.2.0/24"]`, as literals and not as references
   * @throws CIDR_INVALID, CIDR_HOST_BITS, CIDR_IPV6, CIDR_TOO_WIDE, CIDR_LIST_EMPTY, COUNT_INVALID
   */
  public static from(cidrs: string[]): BastionClients {
    const problems = new Problems("BastionClients.from");
    const blocks = read(problems, cidrs);
    if (!problems.any && isWide(blocks)) {
      problems.add(
        "CIDR_TOO_WIDE",
        `The clients ${blocks.join(", ")} have as many addresses as a /${WIDE_PREFIX}, or more`,
        "Name the addresses that administrators really come from, or use BastionClients.fromWide with a reason",
      );
    }
    problems.throwIfAny();
    return new BastionClients(blocks);
  }

  /**
   * Allows clients from wide ranges, none of the blocks wider than a /8; the reason is recorded as an acknowledgement.
   *
   * @throws REASON_MISSING, and the errors of `from`
   */
  public static fromWide(cidrs: string[], choice: ReasonedChoice): BastionClients {
    const problems = new Problems("BastionClients.fromWide");
    const blocks = read(problems, cidrs);
    if (checkGiven(problems, { choice })) checkReason(problems, "A bastion for many clients", choice.reason);
    problems.throwIfAny();
    return new BastionClients(blocks, choice.reason);
  }

  private constructor(
    /** The address ranges. */
    public readonly cidrs: string[],
    /** The reason for wide ranges, if the ranges are wide. */
    public readonly reason?: string,
  ) {}
}

function read(problems: Problems, cidrs: string[]): string[] {
  const blocks = readCidrs(problems, "The list of clients", cidrs);
  // A reference would pass as narrow, whatever its value.
  literalBlocks(problems, "The list of clients", blocks);
  if (blocks.length > MAX_BLOCKS) {
    problems.add(
      "COUNT_INVALID",
      `The list of clients has ${blocks.length} blocks`,
      `Give at most ${MAX_BLOCKS}; neighbours can be written as one block`,
    );
  }
  return blocks;
}

function isWide(blocks: readonly string[]): boolean {
  const sizes = literalBlocks(new Problems("The clients"), "It", blocks).map(sizeOf);
  return sizes.reduce((sum, size) => sum + size, 0) >= 2 ** (32 - WIDE_PREFIX);
}
