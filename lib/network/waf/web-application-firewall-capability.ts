import { Token } from "cdktf";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { checkGiven, checkMembers } from "../../core/required";
import { checkText } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";

/** What a capability does not look at. */
export interface WafExclusions {
  /**
   * Names of arguments of the query, and of a form's or JSON body's, such as `comment`.
   *
   * @default - none
   */
  readonly args?: string[];
  /**
   * Names of cookies.
   *
   * @default - none
   */
  readonly requestCookies?: string[];
}

// Of the core rule set of OWASP, and limits of what a request may be; with the versions of 2025, which stay beside newer ones.
const RECOMMENDED: readonly (readonly [key: string, version: number])[] = [
  // Cross-site scripting: the filters together, and scripts in URIs and styles.
  ["9410000", 3],
  ["941140", 2],
  // SQL injection: the filters together, and what is common for several databases.
  ["9420000", 2],
  ["942270", 1],
  // Files of the program and of its system.
  ["9300000", 2],
  ["930120", 2],
  // Commands, of Unix and of Windows, and PHP.
  ["9320000", 2],
  ["9320001", 2],
  ["9330000", 2],
  // Length of an argument, their number, and all together.
  ["920370", 1],
  ["920380", 1],
  ["920390", 1],
  // A missing Host, and methods that were not named.
  ["920280", 1],
  ["911100", 1],
];

const KEY = /^\d{6,10}$/;
const MOST_VERSIONS = 100;

/**
 * Something that OCI's web application firewall can find in a request, such as SQL in an argument; Oracle writes and versions them.
 *
 * `oci waf protection-capability list --compartment-id <ocid> --all` prints all that there are.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/Protections/list_protection-capability.htm
 */
@checked
export class WafCapability {
  /**
   * A capability by its key.
   *
   * @param key such as `941100`, six to ten digits
   * @param version such as 3; each key has versions of its own
   * @throws NAME_INVALID, COUNT_INVALID
   */
  public static of(key: string, version: number): WafCapability {
    const problems = new Problems("WafCapability.of");
    if (typeof key !== "string" || !KEY.test(key)) {
      problems.add(
        "NAME_INVALID",
        `key is ${shown(key)}`,
        'Write its digits as a text, for example "941100"',
      );
    }
    if (!Number.isInteger(version) || version < 1 || version > MOST_VERSIONS) {
      const fix = `Give a whole number from 1 to ${MOST_VERSIONS}`;
      problems.add("COUNT_INVALID", `version is ${shown(version)}`, fix);
    }
    problems.throwIfAny();
    return new WafCapability(key, version, [], []);
  }

  /**
   * The core of OWASP's rules: cross-site scripting, SQL and PHP injection, foreign files and commands; with limits of arguments
   * and methods.
   */
  public static recommended(): WafCapability[] {
    return RECOMMENDED.map(([key, version]) => WafCapability.of(key, version));
  }

  private constructor(
    /** The key. */
    public readonly key: string,
    /** The version. */
    public readonly version: number,
    private readonly args: readonly string[],
    private readonly requestCookies: readonly string[],
  ) {}

  /**
   * The same capability, blind for some arguments and cookies; for those that look like an attack and are none.
   *
   * @throws VALUE_INVALID, ATTRIBUTE_MISSING, TEXT_TEMPLATE
   */
  public excluding(exclusions: WafExclusions): WafCapability {
    const problems = new Problems("WafCapability.excluding");
    const given = checkGiven(problems, { exclusions }) ? exclusions : {};
    const args = readNames(problems, "args", given.args);
    const cookies = readNames(problems, "requestCookies", given.requestCookies);
    if (args.length + cookies.length === 0 && !problems.any) {
      const fix = 'Name at least one, for example { args: ["comment"] }';
      problems.add("ATTRIBUTE_MISSING", "Neither args nor requestCookies was given", fix);
    }
    problems.throwIfAny();
    const join = (one: readonly string[], other: readonly string[]) =>
      [...new Set([...one, ...other])].sort();
    return new WafCapability(
      this.key,
      this.version,
      join(this.args, args),
      join(this.requestCookies, cookies),
    );
  }

  /** @internal */
  public _config(): object {
    const { key, version, args, requestCookies } = this;
    const given = (names: readonly string[]) => (names.length > 0 ? [...names] : undefined);
    if (args.length + requestCookies.length === 0) return { key, version };
    return { key, version, exclusions: { args: given(args), requestCookies: given(requestCookies) } };
  }
}

function readNames(problems: Problems, name: string, names: unknown): string[] {
  if (names === undefined) return [];
  if (!Array.isArray(names) || Token.isUnresolved(names)) {
    problems.add("VALUE_INVALID", `${name} is ${shown(names)}`, "Write a list of names");
    return [];
  }
  for (const each of names as unknown[]) {
    const isLiteral = typeof each === "string" && each.trim() !== "" && !Token.isUnresolved(each);
    if (isLiteral) checkText(problems, `A name in ${name}`, each);
    else problems.add("VALUE_INVALID", `${name} has ${shown(each)}`, "Write literals that are not blank");
  }
  return names as string[];
}

/** Adds a problem where the list is none of capabilities, is empty, or has one twice. */
export function checkCapabilities(problems: Problems, capabilities: unknown): void {
  const fix = 'Write a list, for example [...WafCapability.recommended(), WafCapability.of("941100", 2)]';
  if (!Array.isArray(capabilities) || capabilities.length === 0) {
    const what = Array.isArray(capabilities)
      ? "is empty, so nothing would be looked at"
      : `is ${shown(capabilities)}`;
    problems.add("VALUE_INVALID", `capabilities ${what}`, fix);
    return;
  }
  const keys = new Set<string>();
  for (const each of capabilities as WafCapability[]) {
    const members = ["key", "version", "_config"];
    if (!checkMembers(problems, "One of capabilities", each ?? "nothing", members, fix.replace("Write ", "")))
      continue;
    if (keys.has(each.key)) {
      problems.add(
        "NAME_DUPLICATE",
        `capabilities has ${each.key} twice`,
        "Name each key once, in one version",
      );
    }
    keys.add(each.key);
  }
}
