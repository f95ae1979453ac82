import { Duration, Size } from "cdk8s";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { HttpListener } from "../../lib/workload/pods/load-balancer-listeners";
import { ListenerRule } from "../../lib/exposure/listener-rule";
import { LoadBalancerType } from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions } from "../../lib/exposure/load-balancer-props";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { objectOf, validationProblemsOf, problemCodesOf } from "../workload/support";
import { REASON, wayIn } from "./load-balancer-support";

const KEY = "oci.oraclecloud.com/oci-load-balancer-rule-sets";

function setsOf(listenerRules: ListenerRule[] | undefined, protocol?: AppProtocol): any {
  const { chart } = wayIn({ listenerRules }, { protocol });
  const text = objectOf(chart, "Service").metadata.annotations[KEY];
  return text === undefined ? undefined : JSON.parse(text);
}

const ALL = () => [
  ListenerRule.setResponseHeader("X-Content-Type-Options", "nosniff"),
  ListenerRule.removeResponseHeader("Server"),
  ListenerRule.setRequestHeader("X-Edge", "oci"),
  ListenerRule.removeRequestHeader("X-Forwarded-Host"),
  ListenerRule.strictTransportSecurity({ maxAge: Duration.days(30), includeSubdomains: true }),
  ListenerRule.allowMethods(["POST", "GET", "GET"]),
  ListenerRule.limitHeaderSize(Size.kibibytes(16)),
  ListenerRule.limitConnectionsPerClient(100),
];

describe("the rules of a load balancer", () => {
  test("are absent by default, including HSTS", () => {
    expect(setsOf(undefined)).toBeUndefined();
    expect(setsOf([])).toBeUndefined();
  });

  test("are one rule set of the API", () => {
    expect(setsOf(ALL())).toMatchInlineSnapshot(`
     {
       "secure_oke": {
         "items": [
           {
             "action": "CONTROL_ACCESS_USING_HTTP_METHODS",
             "allowedMethods": [
               "GET",
               "POST",
             ],
           },
           {
             "action": "HTTP_HEADER",
             "httpLargeHeaderSizeInKB": 16,
           },
           {
             "action": "IP_BASED_MAX_CONNECTIONS",
             "defaultMaxConnections": 100,
           },
           {
             "action": "ADD_HTTP_REQUEST_HEADER",
             "header": "X-Edge",
             "value": "oci",
           },
           {
             "action": "REMOVE_HTTP_REQUEST_HEADER",
             "header": "X-Forwarded-Host",
           },
           {
             "action": "REMOVE_HTTP_RESPONSE_HEADER",
             "header": "Server",
           },
           {
             "action": "ADD_HTTP_RESPONSE_HEADER",
             "header": "Strict-Transport-Security",
             "value": "max-age=2592000; includeSubDomains",
           },
           {
             "action": "ADD_HTTP_RESPONSE_HEADER",
             "header": "X-Content-Type-Options",
             "value": "nosniff",
           },
         ],
       },
     }
    `);
  });

  test("have the same output in any order", () => {
    const textOf = (listenerRules: ListenerRule[]) =>
      objectOf(wayIn({ listenerRules }).chart, "Service").metadata.annotations[KEY];
    expect(textOf(ALL().reverse())).toBe(textOf(ALL()));
  });

  test("set HSTS for a year and the host only by default", () => {
    expect(setsOf([ListenerRule.strictTransportSecurity()]).secure_oke.items).toEqual([
      { action: "ADD_HTTP_RESPONSE_HEADER", header: "Strict-Transport-Security", value: "max-age=31536000" },
    ]);
  });

  test("can be combined with a listener for redirects", () => {
    const listenerRules = [ListenerRule.strictTransportSecurity()];
    const httpListener = HttpListener.redirectedByWorkload(REASON);
    expect(() => wayIn({ listenerRules, httpListener })).not.toThrow();
  });

  test("limit connections of TCP workloads too", () => {
    const rule = ListenerRule.limitConnectionsPerClient(5);
    expect(setsOf([rule], AppProtocol.TCP).secure_oke.items).toEqual([
      { action: "IP_BASED_MAX_CONNECTIONS", defaultMaxConnections: 5 },
    ]);
  });
});

describe("an invalid rule:", () => {
  const nosniff = ListenerRule.setResponseHeader("X-Content-Type-Options", "nosniff");

  test.each<[string, Partial<LoadBalancerOptions>, AppProtocol?]>([
    [
      "at a network load balancer",
      { type: LoadBalancerType.NETWORK_LOAD_BALANCER, tls: TlsTermination.atPod() },
    ],
    ["about headers that TLS in the pod hides", { tls: TlsTermination.atPod() }],
    ["about headers of TCP", {}, AppProtocol.TCP],
    [
      "about one header twice, in other letters",
      { listenerRules: [nosniff, ListenerRule.removeResponseHeader("x_content-type_options")] },
    ],
    [
      "about strict transport without TLS",
      { tls: TlsTermination.none(REASON), listenerRules: [ListenerRule.strictTransportSecurity()] },
    ],
  ])("%s", (_, options, ...[protocol]) => {
    const call = () => wayIn({ listenerRules: [nosniff], ...options }, { protocol });
    expect(problemCodesOf(call)).toEqual(["LOAD_BALANCER_INVALID"]);
  });

  test.each<[string, () => unknown, string]>([
    ["a header with a blank", () => ListenerRule.setResponseHeader("X Y", "z"), "VALUE_INVALID"],
    [
      "a value with a line break",
      () => ListenerRule.setResponseHeader("X", "a\r\nSet-Cookie: b"),
      "VALUE_INVALID",
    ],
    [
      "a value that OCI reads as a variable",
      () => ListenerRule.setRequestHeader("X", "{host}"),
      "VALUE_INVALID",
    ],
    ["an empty value", () => ListenerRule.setRequestHeader("X", ""), "VALUE_INVALID"],
    ["no header", () => ListenerRule.removeRequestHeader(undefined as never), "ATTRIBUTE_MISSING"],
    ["no methods", () => ListenerRule.allowMethods([]), "VALUE_INVALID"],
    ["methods that are none", () => ListenerRule.allowMethods("GET" as never), "VALUE_INVALID"],
    ["a method in small letters", () => ListenerRule.allowMethods(["get"]), "VALUE_INVALID"],
    ["a size that OCI does not have", () => ListenerRule.limitHeaderSize(Size.kibibytes(12)), "SIZE_INVALID"],
    ["no connections", () => ListenerRule.limitConnectionsPerClient(0), "COUNT_INVALID"],
    [
      "half a day",
      () => ListenerRule.strictTransportSecurity({ maxAge: Duration.hours(12) }),
      "DURATION_INVALID",
    ],
    [
      "a word",
      () => ListenerRule.strictTransportSecurity({ includeSubdomains: "no" as never }),
      "VALUE_INVALID",
    ],
    ["an object", () => wayIn({ listenerRules: [{ action: "REDIRECT" } as never] }), "VALUE_INVALID"],
  ])("%s", (_, make, code) => {
    expect(validationProblemsOf(make).map((problem) => problem.code)).toEqual([code]);
  });
});

test("an unknown option is rejected", () => {
  const refused = validationProblemsOf(() =>
    ListenerRule.strictTransportSecurity({ includeSubdomain: true } as never),
  );
  expect(refused).toMatchObject([{ fix: expect.stringContaining("includeSubdomains") }]);
});
