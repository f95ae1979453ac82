import { createHash } from "node:crypto";
import { Token } from "cdktf";
import { type IConstruct } from "constructs";
import { type Problems } from "./validation-error";

/** Tags of the OCI resources that a construct makes. */
export interface TaggingProps {
  /**
   * Free-form tags, put on every resource that can have them.
   *
   * At most eight beside the two of this library; a key has up to 100 characters without blanks and periods, a value up to
   * 256 characters.
   *
   * @default - only `managed-by: secure-oke` and `construct`, the path of the construct
   * @see https://docs.oracle.com/iaas/Content/Tagging/Concepts/taggingoverview.htm
   */
  readonly freeformTags?: { [key: string]: string };

  /**
   * Defined tags, `namespace.key` to value, put on every resource that can have them.
   *
   * The namespaces and keys must exist in the tenancy. At most 64; a value has up to 256 characters.
   *
   * @default - none
   */
  readonly definedTags?: { [key: string]: string };
}

const MOST_FREEFORM = 10;
const MOST_DEFINED = 64;
const LONGEST_VALUE = 256;
const KEY = /^[!-~]{1,100}$/;

/** Adds a problem for each tag that OCI would refuse. */
export function checkTags(problems: Problems, { freeformTags = {}, definedTags = {} }: TaggingProps): void {
  const own = Object.keys(ownTags("")).filter((key) => !(key in freeformTags)).length;
  checkCount(problems, "freeformTags", freeformTags, MOST_FREEFORM - own);
  checkCount(problems, "definedTags", definedTags, MOST_DEFINED);
  for (const key of Object.keys(freeformTags).filter((name) => !KEY.test(name) || name.includes("."))) {
    problems.add(
      "TAG_INVALID",
      `freeformTags has the key ${JSON.stringify(key)}`,
      "Use 1 to 100 printable ASCII characters without blanks and periods",
    );
  }
  for (const key of Object.keys(definedTags)) {
    const parts = key.split(".");
    if (parts.length === 2 && parts.every((part) => KEY.test(part))) continue;
    problems.add(
      "TAG_INVALID",
      `definedTags has the key ${JSON.stringify(key)}`,
      'Write the namespace, a period and the key, for example "Operations.CostCenter"',
    );
  }
  checkValues(problems, "freeformTags", freeformTags);
  checkValues(problems, "definedTags", definedTags);
}

function checkCount(problems: Problems, name: string, tags: { [key: string]: string }, most: number): void {
  const count = Object.keys(tags).length;
  if (count <= most) return;
  problems.add("TAG_INVALID", `${name} has ${count} tags`, `Give at most ${most}`);
}

function checkValues(problems: Problems, name: string, tags: { [key: string]: string }): void {
  for (const [key, value] of Object.entries(tags)) {
    if (typeof value === "string" && (Token.isUnresolved(value) || value.length <= LONGEST_VALUE)) continue;
    problems.add(
      "TAG_INVALID",
      `${name} gives ${key} a value that is no text, or is longer than ${LONGEST_VALUE} characters`,
      `Write a text of up to ${LONGEST_VALUE} characters`,
    );
  }
}

/** The tags of one resource: what the user gave, over what says where the resource comes from. */
export function tagsOf(scope: IConstruct, props: TaggingProps): TaggingProps {
  return {
    freeformTags: { ...ownTags(scope.node.path), ...props.freeformTags },
    definedTags: props.definedTags,
  };
}

function ownTags(path: string): { [key: string]: string } {
  return { "managed-by": "secure-oke", construct: path.length <= LONGEST_VALUE ? path : shortened(path) };
}

/** The end of a path, which says most, and a hash that tells it from others that end alike. */
function shortened(path: string): string {
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 8);
  return `${hash}...${path.slice(-(LONGEST_VALUE - hash.length - 3))}`;
}
