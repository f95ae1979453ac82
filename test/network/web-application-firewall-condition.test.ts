import { Token } from "cdktf";
import * as fc from "fast-check";
import { WafCondition } from "../../lib/network/waf/web-application-firewall-condition";
import { problemCodesOf } from "../support/stack";

describe("a condition of a web application firewall", () => {
  test.each([
    [WafCondition.path("/login"), "i_equals(http.request.url.path, '/login')"],
    [WafCondition.method("POST"), "i_equals(http.request.method, 'POST')"],
    [WafCondition.host("shop.example.com:8443"), "i_equals(http.request.host, 'shop.example.com:8443')"],
    [WafCondition.header("X-Debug"), "i_contains(keys(http.request.headers), 'x-debug')"],
    [
      WafCondition.countries(["FR", "DE", "FR"]),
      "i_contains(['DE', 'FR'], connection.source.geo.countryCode)",
    ],
    [WafCondition.addresses(["192.0.2.0/24"]), "address_in(connection.source.address, ['192.0.2.0/24'])"],
    [WafCondition.expression("http.request.version == '1.0'"), "http.request.version == '1.0'"],
    [
      WafCondition.path("/a").orElse(WafCondition.path("/b")).andAlso(WafCondition.method("PUT").negated()),
      "((i_equals(http.request.url.path, '/a')) || (i_equals(http.request.url.path, '/b'))) && " +
        "(!(i_equals(http.request.method, 'PUT')))",
    ],
  ])("%# is written in JMESPath", (condition, text) => {
    expect(condition.jmesPath).toBe(text);
  });

  test("rejects every value that could end its quotes", () => {
    const any = WafCondition as any;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webPath(),
          fc.string().map((text) => `/${text}'`),
        ),
        (text) => {
          for (const factory of ["path", "pathPrefix", "method", "host", "header"]) {
            let written: string;
            try {
              written = any[factory](text).jmesPath;
            } catch {
              continue;
            }
            expect(written.split("'")).toHaveLength(3);
            expect(written).not.toMatch(/[\\`"]|\$\{|%\{/);
          }
        },
      ),
    );
  });

  test("is rejected above 1,024 characters, with a reference counted as an OCID", () => {
    expect(problemCodesOf(() => WafCondition.expression("a".repeat(1025)))).toEqual(["VALUE_INVALID"]);
    const ids = Array.from({ length: 9 }, (_, index) =>
      Token.asString({ resolve: () => `${index}`, creationStack: [], toString: () => "" }),
    );
    expect(problemCodesOf(() => WafCondition.addressLists(ids))).toEqual(["VALUE_INVALID"]);
  });
});
