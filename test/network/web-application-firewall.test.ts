import { Duration, Size } from "cdk8s";
import { TerraformVariable, Testing, Token } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { NetworkAddressList, WafCondition } from "../../lib/network/waf/web-application-firewall-condition";
import { WebApplicationFirewall } from "../../lib/network/waf/web-application-firewall";
import { WafCapability, WafAccessRule } from "../../lib/network/waf/web-application-firewall-rules";
import { WafMode, WafResponse } from "../../lib/network/waf/web-application-firewall-props";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";

const POLICY = "oci_waf_web_app_firewall_policy";
const FIREWALL = "oci_waf_web_app_firewall";
const BALANCER = "ocid1.loadbalancer.oc1.eu-frankfurt-1.web";
const LIST = "ocid1.webappfirewallnetworkaddresslist.oc1.eu-frankfurt-1.offices";
const minimal = { compartmentId: COMPARTMENT };

function policyOf(props: object = {}): any {
  const stack = newStack();
  new WebApplicationFirewall(stack, "waf", { ...minimal, ...props });
  return onlyResource(stack, POLICY);
}

describe("a firewall without options", () => {
  const policy = policyOf();

  test("blocks what the core of OWASP's rules finds, in bodies too, by keys and versions", () => {
    const [rule] = policy.request_protection.rules;
    expect(rule).toMatchObject({
      type: "PROTECTION",
      action_name: "block",
      is_body_inspection_enabled: true,
    });
    expect(rule.protection_capabilities.map(({ key, version }: any) => `${key}v${version}`)).toEqual(
      [
        ["9410000v3", "941140v2", "9420000v2", "942270v1", "9300000v2", "930120v2", "9320000v2", "9320001v2"],
        ["9330000v2", "920370v1", "920380v1", "920390v1", "920280v1", "911100v1"],
      ].flat(),
    );
    expect(policy.request_protection).toMatchObject({
      body_inspection_size_limit_in_bytes: 8192,
      body_inspection_size_limit_exceeded_action_name: "check",
    });
  });

  test("writes every limit, so that no plan depends on what OCI takes by itself", () => {
    expect(policy.request_protection.rules[0].protection_capability_settings).toEqual({
      allowed_http_methods: ["GET", "HEAD", "OPTIONS", "POST"],
      max_number_of_arguments: 255,
      max_single_argument_length: 400,
      max_total_argument_length: 64000,
      max_http_request_headers: 25,
      max_http_request_header_length: 8000,
    });
  });

  test("answers a refused request with 403, and neither limits nor controls access", () => {
    expect(policy.actions.find(({ name }: any) => name === "block")).toEqual({
      name: "block",
      type: "RETURN_HTTP_RESPONSE",
      code: 403,
      headers: [{ name: "Content-Type", value: "application/json" }],
      body: { type: "STATIC_TEXT", text: '{"code":"403","message":"Forbidden"}' },
    });
    expect(policy).not.toHaveProperty("request_access_control");
    expect(policy).not.toHaveProperty("request_rate_limiting");
    expect(policy.display_name).toBe("stack-waf");
  });

  test("is attached to no load balancer", () => {
    const stack = newStack();
    const { policyId } = new WebApplicationFirewall(stack, "waf", minimal);
    expect(resourcesOf(stack, FIREWALL)).toEqual({});
    expect(Token.isUnresolved(policyId)).toBe(true);
  });
});

describe("a firewall", () => {
  test("can set every prop", () => {
    const policy = policyOf({
      displayName: "web",
      capabilities: [
        WafCapability.of("941100", 2)
          .excluding({ args: ["note", "comment"] })
          .excluding({ requestCookies: ["sid"] }),
        WafCapability.of("942100", 1),
        ...["911100", "920370", "920380", "920390", "9200014", "9200024"].map((key) =>
          WafCapability.of(key, 1),
        ),
      ],
      requestLimits: {
        allowedMethods: ["PUT", "GET", "PUT"],
        arguments: 10,
        argumentLength: 20,
        totalArgumentLength: 200,
        headers: 30,
        headerLength: 4000,
      },
      bodyInspection: Size.kibibytes(1),
      accessRules: [
        WafAccessRule.allow("offices", WafCondition.addressLists([LIST])),
        WafAccessRule.block("admin", WafCondition.pathPrefix("/admin/")),
        WafAccessRule.check("debug", WafCondition.header("X-Debug")),
      ],
      rateLimits: [
        {
          name: "login",
          requests: 5,
          period: Duration.seconds(60),
          blockDuration: Duration.seconds(600),
          condition: WafCondition.path("/login"),
        },
        { name: "all", requests: 600, period: Duration.seconds(60) },
      ],
      blockResponse: WafResponse.of(404, {
        body: "<p>Nothing is here</p>",
        contentType: "text/html; charset=utf-8",
      }),
      rateLimitResponse: WafResponse.of(503, { body: "later", contentType: "text/plain" }),
      freeformTags: { team: "edge" },
    });
    expect(policy).toMatchSnapshot();
  });

  test("only checks requests with a reason, which is acknowledged", () => {
    const stack = newStack();
    const reason = "We learn what good requests look like until May";
    new WebApplicationFirewall(stack, "waf", { ...minimal, mode: WafMode.checkOnly({ reason }) });
    expect(onlyResource(stack, POLICY).request_protection.rules[0].action_name).toBe("check");
    expect(Acknowledgements.of(stack)).toMatchObject([
      {
        path: "stack/waf",
        practice: "exposure",
        what: "a web application firewall that blocks nothing it finds",
        reason,
      },
    ]);
  });

  test("protects load balancers by their OCIDs, each with its own id", () => {
    const stack = newStack();
    const waf = new WebApplicationFirewall(stack, "waf", minimal);
    const ids = [waf.protect("web", BALANCER), waf.protect("shop", `${BALANCER}2`)];
    const all = resourcesOf(stack, FIREWALL);
    const policy = Object.keys(resourcesOf(stack, POLICY))[0];
    expect(Object.keys(all).map((name) => name.replace(/_[0-9A-F]+$/, ""))).toEqual(["waf_shop", "waf_web"]);
    expect(Object.values(all)).toMatchObject([
      { load_balancer_id: `${BALANCER}2`, display_name: "stack-waf-shop" },
      {
        backend_type: "LOAD_BALANCER",
        load_balancer_id: BALANCER,
        web_app_firewall_policy_id: `\${${POLICY}.${policy}.id}`,
        display_name: "stack-waf-web",
      },
    ]);
    expect(new Set(ids).size).toBe(2);
  });

  test("uses address lists of both IP families", () => {
    const stack = newStack();
    const list = new NetworkAddressList(stack, "offices", {
      ...minimal,
      addresses: ["203.0.113.0/24", "2001:db8::/32", "192.0.2.0/24"],
    });
    new WebApplicationFirewall(stack, "waf", {
      ...minimal,
      accessRules: [
        WafAccessRule.block("others", WafCondition.addressLists([list.networkAddressListId]).negated()),
      ],
    });
    expect(onlyResource(stack, "oci_waf_network_address_list")).toMatchObject({
      type: "ADDRESSES",
      addresses: ["192.0.2.0/24", "2001:db8::/32", "203.0.113.0/24"],
      display_name: "stack-offices",
    });
    const [rule] = onlyResource(stack, POLICY).request_access_control.rules;
    expect(rule.condition).toMatch(
      /^!\(address_in_network_address_list\(connection\.source\.address, \['\$\{oci_waf_network_address_list\.\w+\.id\}'\]\)\)$/,
    );
  });
});

describe("invalid input of a web application firewall", () => {
  const of = (props: object | null | undefined) => () =>
    new WebApplicationFirewall(newStack(), "waf", (props && { ...minimal, ...props }) as never);
  const path = WafCondition.path("/");
  const limit = { name: "all", requests: 1, period: Duration.seconds(1) };
  test.each<[string, () => unknown, string[]]>([
    ["missing props", of(undefined), ["ATTRIBUTE_MISSING"]],
    ["a missing compartment", of({ compartmentId: undefined }), ["ATTRIBUTE_MISSING"]],
    ["an OCID of another kind", of({ compartmentId: BALANCER }), ["OCID_INVALID"]],
    ["the name of a mode", of({ mode: "check" }), ["VALUE_INVALID"]],
    ["an empty list of capabilities", of({ capabilities: [] }), ["VALUE_INVALID"]],
    [
      "a capability that was not created by a factory",
      of({ capabilities: [{ key: "941100", version: 1 }, null] }),
      ["VALUE_INVALID", "ATTRIBUTE_MISSING"],
    ],
    [
      "a capability twice",
      of({ capabilities: [WafCapability.of("941100", 1), WafCapability.of("941100", 2)] }),
      ["NAME_DUPLICATE"],
    ],
    ["a body inspection above OCI's limit", of({ bodyInspection: Size.kibibytes(9) }), ["SIZE_INVALID"]],
    [
      "invalid request limits",
      of({ requestLimits: { arguments: 0, headers: 1.5, allowedMethods: [] } }),
      ["VALUE_INVALID", "COUNT_INVALID", "COUNT_INVALID"],
    ],
    [
      "a limit whose capability is not recommended",
      of({ requestLimits: { headers: 30 } }),
      ["VALUE_INVALID"],
    ],
    [
      "limits whose capabilities are left out",
      of({
        capabilities: [WafCapability.of("941100", 1)],
        requestLimits: { arguments: 9, argumentLength: 9 },
      }),
      ["VALUE_INVALID", "VALUE_INVALID"],
    ],
    ["a list of request limits", of({ requestLimits: [] }), ["VALUE_INVALID"]],
    ["a method in small letters", of({ requestLimits: { allowedMethods: ["get"] } }), ["VALUE_INVALID"]],
    [
      "a response by its code",
      of({ blockResponse: 403, rateLimitResponse: { code: 503, body: "" } }),
      ["VALUE_INVALID", "VALUE_INVALID"],
    ],
    [
      "rules that are not a list",
      of({ accessRules: {}, rateLimits: limit }),
      ["VALUE_INVALID", "VALUE_INVALID"],
    ],
    [
      "rules that were not created by a factory",
      of({ accessRules: [{ name: "a", condition: path }, undefined] }),
      ["VALUE_INVALID", "ATTRIBUTE_MISSING"],
    ],
    [
      "two rules with the same name",
      of({ accessRules: [WafAccessRule.block("a", path), WafAccessRule.allow("a", path)] }),
      ["NAME_DUPLICATE"],
    ],
    ["two limits with the same name", of({ rateLimits: [limit, limit] }), ["NAME_DUPLICATE"]],
    [
      "limits out of range",
      of({
        rateLimits: [
          { name: "a", requests: 0, period: Duration.seconds(3601), blockDuration: Duration.seconds(3601) },
        ],
      }),
      ["COUNT_INVALID", "DURATION_INVALID", "DURATION_INVALID"],
    ],
    [
      "a limit without anything",
      of({ rateLimits: [{}, null] }),
      ["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"],
    ],
    [
      "a limit with a text as its condition",
      of({ rateLimits: [{ ...limit, condition: "/" }] }),
      ["VALUE_INVALID"],
    ],
    ["an invalid tag", of({ freeformTags: { "a b": "c" } }), ["TAG_INVALID"]],
    ["a blank name", of({ displayName: " " }), ["NAME_INVALID"]],
    ["a rule without a name", () => WafAccessRule.block("", path), ["NAME_INVALID"]],
    ["the reserved name", () => WafAccessRule.check("Default Action", path), ["NAME_INVALID"]],
    ["a rule without a condition", () => WafAccessRule.allow("a", undefined as never), ["ATTRIBUTE_MISSING"]],
    ["a response code below 400", () => WafResponse.of(200), ["COUNT_INVALID"]],
    ["a response code that OCI doesn't offer", () => WafResponse.of(429), ["COUNT_INVALID"]],
    ["a body with a Terraform template", () => WafResponse.of(403, { body: "${secret}" }), ["TEXT_TEMPLATE"]],
    [
      "an invalid body and content type",
      () => WafResponse.of(403, { body: 1 as never, contentType: "html" }),
      ["VALUE_INVALID", "VALUE_INVALID"],
    ],
    [
      "a number as the key of a capability",
      () => WafCapability.of(941100 as never, 0),
      ["VALUE_INVALID", "COUNT_INVALID"],
    ],
    ["empty exclusions", () => WafCapability.of("941100", 1).excluding({}), ["ATTRIBUTE_MISSING"]],
    [
      "texts as exclusions",
      () => WafCapability.of("941100", 1).excluding({ args: "a" as never }),
      ["VALUE_INVALID"],
    ],
    ["the name of a country", () => WafCondition.countries(["Germany"]), ["VALUE_INVALID"]],
    ["an empty list of countries", () => WafCondition.countries([]), ["VALUE_INVALID"]],
    ["an empty list of address lists", () => WafCondition.addressLists([]), ["VALUE_INVALID"]],
    [
      "an address list with an OCID of another kind",
      () => WafCondition.addressLists([BALANCER]),
      ["OCID_INVALID"],
    ],
    ["ranges with host bits", () => WafCondition.addresses(["192.0.2.1/24"]), ["CIDR_HOST_BITS"]],
    ["a text as the other condition", () => path.andAlso("x" as never), ["VALUE_INVALID"]],
    ["check mode without a reason", () => WafMode.checkOnly({ reason: "" }), ["REASON_MISSING"]],
    [
      "an empty list",
      () => new NetworkAddressList(newStack(), "l", { ...minimal, addresses: [] }),
      ["CIDR_LIST_EMPTY"],
    ],
    [
      "a list without anything",
      () => new NetworkAddressList(newStack(), "l", {} as never),
      ["ATTRIBUTE_MISSING", "CIDR_INVALID"],
    ],
  ])("%s is refused", (_, call, codes) => {
    expect(problemCodesOf(call)).toEqual(codes);
  });

  test("a network load balancer is refused with the reason and the alternative", () => {
    const waf = new WebApplicationFirewall(newStack(), "waf", minimal);
    const [problem] = validationProblemsOf(() =>
      waf.protect("udp", "ocid1.networkloadbalancer.oc1.eu-frankfurt-1.udp"),
    );
    expect(problem).toMatchObject({
      code: "LOAD_BALANCER_INVALID",
      what: expect.stringContaining(
        "network load balancers don't read the requests that they pass on, and have no web application firewall",
      ),
      fix: expect.stringContaining("LoadBalancerType.LOAD_BALANCER"),
    });
  });

  test("a load balancer that another firewall of the app protects is refused, by whatever reference", () => {
    const app = Testing.app();
    const [stack, other] = [newStack("one", app), newStack("two", app)];
    // Each reading makes another reference to the one variable.
    const made = new TerraformVariable(stack, "made", {});
    const [first, second] = [stack, other].map((one) => new WebApplicationFirewall(one, "waf", minimal));
    first!.protect("web", BALANCER);
    first!.protect("made", made.stringValue);
    for (const id of [BALANCER, made.stringValue]) {
      expect(validationProblemsOf(() => second!.protect("again", id))).toMatchObject([
        {
          code: "NAME_DUPLICATE",
          path: "two/waf/again",
          what: "A web application firewall protects the load balancer already: one/waf",
        },
      ]);
    }
    second!.protect("again", `${BALANCER}2`);
    // Another program may say of it what it likes.
    new WebApplicationFirewall(newStack(), "waf", minimal).protect("web", BALANCER);
  });

  test("an invalid load balancer is refused, and leaves nothing behind", () => {
    const stack = newStack();
    const waf = new WebApplicationFirewall(stack, "waf", minimal);
    waf.protect("web", BALANCER);
    for (const [call, codes] of [
      [() => waf.protect("web", `${BALANCER}2`), ["NAME_DUPLICATE"]],
      [() => waf.protect("again", BALANCER), ["NAME_DUPLICATE"]],
      [() => waf.protect("", "web"), ["NAME_INVALID"]],
      [() => waf.protect("other", COMPARTMENT), ["OCID_INVALID"]],
      [() => waf.protect("other", undefined as never), ["ATTRIBUTE_MISSING"]],
    ] as const) {
      expect(problemCodesOf(call)).toEqual(codes);
    }
    expect(Object.keys(resourcesOf(stack, FIREWALL))).toHaveLength(1);
  });
});
