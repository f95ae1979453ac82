import { checked } from "../../core/checked";
import {
  checkedBy,
  cidrs,
  listOf,
  matching,
  ocid,
  readArgument,
  type Reader,
  text,
  valueOf,
  displayName,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
} from "../../core/readers";
import { checkText } from "../../core/terraform-text";
import { Problems } from "../../core/validation-error";
import { type Construct } from "constructs";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { WafNetworkAddressList } from "../../oci/waf-network-address-list";

const MAX_LENGTH = 1024;
const MAX_OCID_LENGTH = 128;

const literal = (pattern: RegExp, example: string) =>
  matching(pattern, `Write it as a literal, for example ${example}`, { code: "VALUE_INVALID" });
// Without quotes and backslashes, so that a value can't end the string literal that contains it.
const pathLiteral = (example: string) => literal(/^\/[A-Za-z0-9._~!$&()*+,;=:@%/-]*$/, example);
const atLeastOne = <T>(list: Reader<T[]>, fix: string) =>
  checkedBy(list, (problems, name, { length }) => {
    if (length === 0) problems.add("VALUE_INVALID", `${name} is empty`, fix);
  });

const ADDRESSES = cidrs({ ipv6: true, wide: true });
const COUNTRIES = '["DE", "FR"]';
const LISTS = "a list with at least one OCID of a NetworkAddressList";
const countryCodes = atLeastOne(
  listOf(literal(/^[A-Z]{2}$/, '"DE"'), `a list, for example ${COUNTRIES}`),
  `Write at least one, for example ${COUNTRIES}`,
);
const addressListIds = atLeastOne(listOf(ocid("webappfirewallnetworkaddresslist"), LISTS), `Write ${LISTS}`);
const expression = checkedBy(text("an expression"), (problems, name, value) => {
  checkText(problems, name, value);
  if (value.trim() === "") problems.add("VALUE_INVALID", `${name} is blank`, "Write an expression");
});

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
    readArgument("WafCondition.path", "path", path, pathLiteral('"/login"'));
    return WafCondition.make("WafCondition.path", `i_equals(http.request.url.path, '${path}')`);
  }

  /**
   * Matches requests whose path begins with a prefix, case-insensitively.
   *
   * @param prefix the prefix such as `/admin/`
   */
  public static pathPrefix(prefix: string): WafCondition {
    readArgument("WafCondition.pathPrefix", "prefix", prefix, pathLiteral('"/admin/"'));
    return WafCondition.make("WafCondition.pathPrefix", `i_starts_with(http.request.url.path, '${prefix}')`);
  }

  /**
   * Matches requests with an HTTP method.
   *
   * @param method the method such as `POST`
   */
  public static method(method: string): WafCondition {
    readArgument("WafCondition.method", "method", method, literal(/^[A-Z]{3,20}$/, '"POST"'));
    return WafCondition.make("WafCondition.method", `i_equals(http.request.method, '${method}')`);
  }

  /**
   * Matches requests to a host, by the Host header.
   *
   * @param host the host such as `shop.example.com`, with a port if clients send one
   */
  public static host(host: string): WafCondition {
    readArgument(
      "WafCondition.host",
      "host",
      host,
      literal(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, '"shop.example.com"'),
    );
    return WafCondition.make("WafCondition.host", `i_equals(http.request.host, '${host}')`);
  }

  /**
   * Matches requests that have a header, whatever its value.
   *
   * @param name the name of the header such as `X-Debug`, case-insensitive
   */
  public static header(name: string): WafCondition {
    readArgument("WafCondition.header", "name", name, literal(/^[A-Za-z0-9-]{1,100}$/, '"X-Debug"'));
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
    const read = readArgument("WafCondition.countries", "codes", codes, countryCodes);
    return WafCondition.make(
      "WafCondition.countries",
      `i_contains([${quoted([...new Set(read)].sort())}], connection.source.geo.countryCode)`,
    );
  }

  /**
   * Matches requests from IPv4 and IPv6 address ranges.
   *
   * @param cidrs the ranges such as `203.0.113.0/24`; only a few, as a condition has up to 1024 characters: use NetworkAddressList for
   * many
   */
  public static addresses(cidrs: string[]): WafCondition {
    const ranges = readArgument("WafCondition.addresses", "cidrs", cidrs, ADDRESSES);
    return WafCondition.make(
      "WafCondition.addresses",
      `address_in(connection.source.address, [${quoted(ranges.map((range) => range.text))}])`,
    );
  }

  /**
   * Matches requests from the addresses of network address lists.
   *
   * @param networkAddressListIds the OCIDs of the lists, such as `networkAddressListId` of a NetworkAddressList
   */
  public static addressLists(networkAddressListIds: string[]): WafCondition {
    const ids = readArgument(
      "WafCondition.addressLists",
      "networkAddressListIds",
      networkAddressListIds,
      addressListIds,
    );
    return WafCondition.make(
      "WafCondition.addressLists",
      `address_in_network_address_list(connection.source.address, [${quoted(ids)}])`,
    );
  }

  /**
   * Matches requests by a JMESPath expression, which may use the functions that the firewall adds to the language.
   *
   * @param jmesPath the expression, up to 1024 characters
   */
  public static expression(jmesPath: string): WafCondition {
    readArgument("WafCondition.expression", "jmesPath", jmesPath, expression);
    return WafCondition.make("WafCondition.expression", jmesPath);
  }

  /** A reference counts with the length of the OCID that it resolves to. */
  private static make(factory: string, text: string): WafCondition {
    const problems = new Problems(factory);
    const { length } = text.replace(/\$\{TfToken\[[^\]]*\]\}/g, "x".repeat(MAX_OCID_LENGTH));
    if (length > MAX_LENGTH) {
      const fix = "Write several rules, or put addresses into a NetworkAddressList";
      problems.add("VALUE_INVALID", `The condition has ${length} of at most ${MAX_LENGTH} characters`, fix);
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
    const factory = `WafCondition.${method}`;
    const { jmesPath } = readArgument(factory, "other", other, valueOf(WafCondition));
    return WafCondition.make(factory, `(${this.jmesPath}) ${operator} (${jmesPath})`);
  }
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(", ");
}

/** Props for NetworkAddressList. */
export interface NetworkAddressListProps extends TaggingProps {
  /** The OCID of the compartment of the list. */
  readonly compartmentId: string;
  /** IPv4 and IPv6 address ranges such as `203.0.113.0/24`, in any order, at least one. */
  readonly addresses: string[];
  /**
   * The name of the list.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
}

const ADDRESS_LIST = {
  compartmentId: ocid("compartment", "tenancy"),
  addresses: cidrs({ ipv6: true, wide: true }),
  displayName: optional(displayName()),
  ...taggingReaders(),
} satisfies PropsSchema<NetworkAddressListProps>;

/**
 * A list of addresses for the conditions of web application firewalls: `WafCondition.addressLists([list.networkAddressListId])`.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/NetworkAddressLists/network_address_list_management.htm
 */
@checked
export class NetworkAddressList extends ResourceConstruct {
  /** The OCID of the list. */
  public readonly networkAddressListId: string;
  /** The address ranges, sorted. */
  public readonly addresses: string[];
  /** The name of the list. */
  public readonly displayName: string;

  constructor(scope: Construct, id: string, props: NetworkAddressListProps) {
    const { compartmentId, addresses, displayName: name, ...tags } = read(scope, id, props);
    super(scope, id);
    this.addresses = addresses.map(({ text }) => text);
    this.displayName = name ?? nameOf(this);
    const list = new WafNetworkAddressList(this, "Resource", {
      compartmentId,
      displayName: this.displayName,
      type: "ADDRESSES",
      addresses: this.addresses,
      ...tagsOf(this, tags),
    });
    this.networkAddressListId = list.id;
  }
}

function read(scope: Construct, id: string, props: NetworkAddressListProps): Resolved<typeof ADDRESS_LIST> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  return problems.resolved(readProps(problems, props, ADDRESS_LIST));
}
