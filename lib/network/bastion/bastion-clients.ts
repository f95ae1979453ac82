import { checked } from "../../core/checked";
import { type Cidr, sizeOf } from "../../core/cidr";
import { type ReasonedChoice } from "../../core/reason";
import { literalCidrs, objectOf, reasonFor } from "../../core/readers";
import { Problems } from "../../core/validation-error";

const MAX_BLOCKS = 20;
const WIDE_PREFIX = 16;

/** The clients that may connect to the sessions of a bastion, identified by their public addresses. */
@checked
export class BastionClients {
  /**
   * Allows clients from narrow ranges: up to 20 IPv4 blocks that together hold fewer addresses than a /16.
   *
   * @param cidrs the IPv4 blocks such as `["192.0.2.0/24"]`, as literals and not as references
   */
  public static from(cidrs: string[]): BastionClients {
    const problems = new Problems("BastionClients.from");
    const blocks = readBlocks(problems, "cidrs", cidrs);
    checkWidth(problems, "cidrs", blocks);
    problems.throwIfAny();
    return new BastionClients(blocks.map(({ text }) => text));
  }

  /** Allows clients from wide ranges, none of the blocks wider than a /8; the reason is recorded as an acknowledgement. */
  public static fromWide(cidrs: string[], choice: ReasonedChoice): BastionClients {
    const problems = new Problems("BastionClients.fromWide");
    const blocks = readBlocks(problems, "cidrs", cidrs);
    const reason = WIDE_CHOICE(problems, "choice", choice)?.reason;
    problems.throwIfAny();
    return new BastionClients(
      blocks.map(({ text }) => text),
      reason,
    );
  }

  private constructor(
    /** The address ranges. */
    public readonly cidrs: string[],
    /** The reason for wide ranges, if the ranges are wide. */
    public readonly reason?: string,
  ) {}
}

const WIDE_CHOICE = objectOf({ reason: reasonFor("A bastion for wide client ranges") });

/** Checks clients again, because a program without types can pass an object that no factory made. */
export function checkClients(problems: Problems, name: string, clients: BastionClients): void {
  const blocks = readBlocks(problems, `${name}.cidrs`, clients.cidrs);
  if (clients.reason === undefined) checkWidth(problems, `${name}.cidrs`, blocks);
}

function readBlocks(problems: Problems, name: string, texts: unknown): readonly Cidr[] {
  const blocks = literalCidrs()(problems, name, texts) ?? [];
  if (blocks.length > MAX_BLOCKS) {
    problems.add(
      "COUNT_INVALID",
      `${name} has ${blocks.length} blocks`,
      `Give at most ${MAX_BLOCKS}; neighbors can be written as one block`,
    );
  }
  return blocks;
}

function checkWidth(problems: Problems, name: string, blocks: readonly Cidr[]): void {
  if (problems.any || blocks.reduce((sum, block) => sum + sizeOf(block), 0) < 2 ** (32 - WIDE_PREFIX)) return;
  problems.add(
    "CIDR_TOO_WIDE",
    `${name} is ${blocks.map(({ text }) => text).join(", ")}, as many addresses as a /${WIDE_PREFIX} or more`,
    'Give the addresses that administrators connect from, or use BastionClients.fromWide(["192.0.0.0/16"], { reason: "…" })',
  );
}
