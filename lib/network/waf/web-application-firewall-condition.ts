import { Token } from "cdktf";
import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { shown } from "../../core/display-value";
import { checkOcid } from "../../core/ocid";
import { checkMembers } from "../../core/required";
import { checkText } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";

const LONGEST = 1024;
const MAX_OCID_LENGTH = 128;
// Without quotes and backslashes, so that a value can't end the string literal that contains it.
const PATH = /^\/[A-Za-z0-9._~!$&()*+,;=:@%/-]*$/;
const HOST = /^[A-Za-z0-9.-]+(:\d{1,5})?$/;
const METHOD = /^[A-Z]{3,20}$/;
const HEADER = /^[A-Za-z0-9-]{1,100}$/;
const COUNTRY = /^[A-Z]{2}$/;

/**
 * A condition that selects the requests to which a rule of a web application firewall applies.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/Concepts/understanding_conditions.htm
 */
@checked
export class WafCondition {
  /**
   * Matches requests for one path, case-insensitively, whatever the query.
   *
   * @param path the path such as `/login`
   */
  public static path(path: string): WafCondition {
    checkLiteral("WafCondition.path", "path", path, PATH, '"/login"');
    return WafCondition.make("WafCondition.path", `i_equals(http.request.url.path, '${path}')`);
  }

  /**
   * Matches requests whose path begins with a prefix, case-insensitively.
   *
   * @param prefix the prefix such as `/admin/`
   */
  public static pathPrefix(prefix: string): WafCondition {
    checkLiteral("WafCondition.pathPrefix", "prefix", prefix, PATH, '"/admin/"');
    return WafCondition.make("WafCondition.pathPrefix", `i_starts_with(http.request.url.path, '${prefix}')`);
  }

  /**
   * Matches requests with an HTTP method.
   *
   * @param method the method such as `POST`
   */
  public static method(method: string): WafCondition {
    checkLiteral("WafCondition.method", "method", method, METHOD, '"POST"');
    return WafCondition.make("WafCondition.method", `i_equals(http.request.method, '${method}')`);
  }

  /**
   * Matches requests to a host, by the Host header.
   *
   * @param host the host such as `shop.example.com`, with a port if clients send one
   */
  public static host(host: string): WafCondition {
    checkLiteral("WafCondition.host", "host", host, HOST, '"shop.example.com"');
    return WafCondition.make("WafCondition.host", `i_equals(http.request.host, '${host}')`);
  }

  /**
   * Matches requests that have a header, whatever its value.
   *
   * @param name the name of the header such as `X-Debug`, case-insensitive
   */
  public static header(name: string): WafCondition {
    checkLiteral("WafCondition.header", "name", name, HEADER, '"X-Debug"');
    return WafCondition.make(
      "WafCondition.header",
      `i_contains(keys(http.request.headers), '${name.toLowerCase()}')`,
    );
  }

  /**
   * Matches requests from countries; an address whose country OCI doesn't know matches no country.
   *
   * @param codes the two-letter ISO 3166-1 codes such as `DE`
   */
  public static countries(codes: string[]): WafCondition {
    const problems = new Problems("WafCondition.countries");
    const isList = Array.isArray(codes) && codes.length > 0 && !Token.isUnresolved(codes);
    if (!isList || !codes.every((code) => typeof code === "string" && COUNTRY.test(code))) {
      const fix = 'Write two capital letters for each, for example ["DE", "FR"]';
      problems.add("VALUE_INVALID", `codes is ${shown(codes)}`, fix);
    }
    problems.throwIfAny();
    return WafCondition.make(
      "WafCondition.countries",
      `i_contains([${quoted([...new Set(codes)].sort())}], connection.source.geo.countryCode)`,
    );
  }

  /**
   * Matches requests from IPv4 and IPv6 address ranges.
   *
   * @param cidrs the ranges such as `203.0.113.0/24`; only a few, as a condition has up to 1024 characters: use NetworkAddressList for
   * many
   */
  public static addresses(cidrs: string[]): WafCondition {
    const problems = new Problems("WafCondition.addresses");
    const ranges = readCidrs(problems, "cidrs", cidrs, { ipv6: true, wide: true });
    problems.throwIfAny();
    return WafCondition.make(
      "WafCondition.addresses",
      `address_in(connection.source.address, [${quoted(ranges)}])`,
    );
  }

  /**
   * Matches requests from the addresses of network address lists.
   *
   * @param networkAddressListIds the OCIDs of the lists, such as `networkAddressListId` of a NetworkAddressList
   */
  public static addressLists(networkAddressListIds: string[]): WafCondition {
    const problems = new Problems("WafCondition.addressLists");
    const isList = Array.isArray(networkAddressListIds) && networkAddressListIds.length > 0;
    if (!isList) {
      const what = `networkAddressListIds is ${shown(networkAddressListIds)}`;
      problems.add("VALUE_INVALID", what, "Write a list with at least one OCID");
    }
    for (const id of isList ? networkAddressListIds : []) {
      checkOcid(problems, "One of networkAddressListIds", id, "webappfirewallnetworkaddresslist");
    }
    problems.throwIfAny();
    const text = `address_in_network_address_list(connection.source.address, [${quoted(networkAddressListIds)}])`;
    return WafCondition.make("WafCondition.addressLists", text);
  }

  /**
   * Matches requests by a JMESPath expression, which may use the functions that the firewall adds to the language.
   *
   * @param jmesPath the expression, up to 1024 characters
   */
  public static expression(jmesPath: string): WafCondition {
    const problems = new Problems("WafCondition.expression");
    if (typeof jmesPath !== "string" || jmesPath.trim() === "") {
      problems.add("VALUE_INVALID", `jmesPath is ${shown(jmesPath)}`, "Write an expression");
    }
    checkText(problems, "jmesPath", jmesPath);
    problems.throwIfAny();
    return WafCondition.make("WafCondition.expression", jmesPath);
  }

  /** A reference counts with the length of the OCID that it resolves to. */
  private static make(factory: string, text: string): WafCondition {
    const problems = new Problems(factory);
    const { length } = text.replace(/\$\{TfToken\[[^\]]*\]\}/g, "x".repeat(MAX_OCID_LENGTH));
    if (length > LONGEST) {
      const fix = "Write several rules, or put addresses into a NetworkAddressList";
      problems.add("VALUE_INVALID", `The condition has ${length} of at most ${LONGEST} characters`, fix);
    }
    problems.throwIfAny();
    return new WafCondition(text);
  }

  private constructor(
    /** The expression. */
    public readonly jmesPath: string,
  ) {}

  /** Matches requests that this condition does not match. */
  public negated(): WafCondition {
    return WafCondition.make("WafCondition.negated", `!(${this.jmesPath})`);
  }

  /** Matches requests that both conditions match. */
  public andAlso(other: WafCondition): WafCondition {
    return this.join("andAlso", "&&", other);
  }

  /** Matches requests that at least one of the two conditions matches. */
  public orElse(other: WafCondition): WafCondition {
    return this.join("orElse", "||", other);
  }

  private join(method: string, operator: string, other: WafCondition): WafCondition {
    const problems = new Problems(`WafCondition.${method}`);
    checkCondition(problems, "The other condition", other);
    problems.throwIfAny();
    return WafCondition.make(`WafCondition.${method}`, `(${this.jmesPath}) ${operator} (${other.jmesPath})`);
  }
}

/** Adds a problem if a value is not a condition. */
export function checkCondition(problems: Problems, name: string, value: unknown): void {
  if (value === undefined || value === null) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} was not given`,
      'Write WafCondition.path("/login"), for example',
    );
  } else {
    checkMembers(
      problems,
      name,
      value,
      ["jmesPath", "negated", "andAlso"],
      'WafCondition.path("/login"), for example',
    );
  }
}

function checkLiteral(factory: string, name: string, value: string, pattern: RegExp, example: string): void {
  const problems = new Problems(factory);
  if (typeof value !== "string" || !pattern.test(value)) {
    problems.add(
      "VALUE_INVALID",
      `${name} is ${shown(value)}`,
      `Write it as a literal, for example ${example}`,
    );
  }
  problems.throwIfAny();
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(", ");
}
