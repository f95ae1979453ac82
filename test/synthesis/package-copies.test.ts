import * as own from "cdk8s";
import * as ownTerraform from "cdktf";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { validationProblemsOf } from "../support/stack";

/** Another copy of a package, as a workspace with two node_modules loads it. */
function copyOf<T>(name: string): T {
  let copy: unknown;
  jest.isolateModules(() => {
    copy = jest.requireActual(name);
  });
  return copy as T;
}

const namespaceIn = ({ App, Chart }: Pick<typeof own, "App" | "Chart">) =>
  new SecureNamespace(new Chart(new App(), "shop", { namespace: "shop" }), "namespace", { name: "shop" });

const groupIn = ({ TerraformStack, Testing }: Pick<typeof ownTerraform, "TerraformStack" | "Testing">) =>
  new NetworkSecurityGroup(new TerraformStack(Testing.app(), "stack"), "group", {
    compartmentId: "ocid1.compartment.oc1..test",
    vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
  });

describe("a program with one copy of each package", () => {
  test("is fine, with classes that extend theirs too", () => {
    class Shop extends own.Chart {}
    class Platform extends ownTerraform.TerraformStack {}
    expect(() => namespaceIn({ ...own, Chart: Shop })).not.toThrow();
    expect(() => groupIn({ ...ownTerraform, TerraformStack: Platform })).not.toThrow();
  });
});

describe("a program with two copies of a package is rejected:", () => {
  test("of cdk8s, by the chart", () => {
    expect(validationProblemsOf(() => namespaceIn(copyOf("cdk8s")))).toContainEqual(
      expect.objectContaining({
        code: "PACKAGE_DUPLICATED",
        path: "shop",
        what: expect.stringContaining("two copies of cdk8s"),
        fix: expect.stringContaining("npm ls cdk8s"),
      }),
    );
  });

  test("of cdktf, and of constructs under it, by the stack", () => {
    const whats = validationProblemsOf(() => groupIn(copyOf("cdktf"))).map(({ what }) => what);
    expect(whats).toContainEqual(expect.stringContaining("two copies of cdktf"));
    expect(whats).toContainEqual(expect.stringContaining("two copies of constructs"));
  });
});
