import { checked } from "../../core/checked";
import { sizeOf } from "../../core/cidr";
import { choiceOf, type ReasonedChoice } from "../../core/reason";
import {
  checkedBy,
  literalCidrs,
  readArgument,
  readArguments,
  type Reader,
  reasonFor,
  valueOf,
} from "../../core/readers";

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
    const blocks = readArgument("BastionClients.from", "cidrs", cidrs, narrowRanges);
    return new BastionClients(blocks.map(({ text }) => text));
  }

  /** Allows clients from wide ranges, none of the blocks wider than a /8; the reason is recorded as an acknowledgement. */
  public static fromWide(cidrs: string[], choice: ReasonedChoice): BastionClients {
    const read = readArguments("BastionClients.fromWide", { cidrs, choice }, WIDE_RANGES);
    return new BastionClients(
      read.cidrs.map(({ text }) => text),
      read.choice.reason,
    );
  }

  private constructor(
    /** The address ranges. */
    public readonly cidrs: string[],
    /** The reason for wide ranges, if the ranges are wide. */
    public readonly reason?: string,
  ) {}
}

const ranges = checkedBy(literalCidrs(), (problems, name, { length }) => {
  if (length <= MAX_BLOCKS) return;
  problems.add(
    "COUNT_INVALID",
    `${name} has ${length} blocks`,
    `Give at most ${MAX_BLOCKS}; neighbors can be written as one block`,
  );
});

const narrowRanges = checkedBy(ranges, (problems, name, blocks) => {
  if (blocks.reduce((sum, block) => sum + sizeOf(block), 0) < 2 ** (32 - WIDE_PREFIX)) return;
  problems.add(
    "CIDR_TOO_WIDE",
    `${name} is ${blocks.map(({ text }) => text).join(", ")}, as many addresses as a /${WIDE_PREFIX} or more`,
    'Give the addresses that administrators connect from, or use BastionClients.fromWide(["192.0.0.0/16"], { reason: "…" })',
  );
});

const WIDE_RANGES = {
  cidrs: ranges,
  choice: choiceOf(reasonFor("A bastion for wide client ranges")),
};

/** Reads clients; again with their ranges, because a program without types can pass any object. */
export function bastionClients(): Reader<BastionClients> {
  return checkedBy(valueOf(BastionClients), (problems, name, { cidrs, reason }) => {
    (reason === undefined ? narrowRanges : ranges)(problems, `${name}.cidrs`, cidrs);
  });
}
