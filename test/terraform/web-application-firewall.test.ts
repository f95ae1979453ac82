import { Duration } from "cdk8s";
import * as path from "node:path";
import { TerraformStack, type App } from "cdktf";
import {
  LoadBalancerLogs,
  NetworkAddressList,
  WafAccessRule,
  WafCapability,
  WafCondition,
  WafResponse,
  WebApplicationFirewall,
  oci,
} from "secure-oke";
import { describeWithTerraform, synthInto, withProvider } from "./terraform";

jest.setTimeout(120_000);

const compartmentId = "ocid1.compartment.oc1..example";

/** A web application firewall with every option set, for each of these load balancers. */
function program(balancers: readonly string[]): (app: App) => void {
  return (app) => {
    const stack = new TerraformStack(app, "edge");
    new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    const addresses = ["203.0.113.0/24", "2001:db8::/32"];
    const { networkAddressListId } = new NetworkAddressList(stack, "offices", { compartmentId, addresses });
    const offices = WafCondition.addressLists([networkAddressListId]);
    const waf = new WebApplicationFirewall(stack, "waf", {
      compartmentId,
      capabilities: [
        ...WafCapability.recommended().map((capability) => capability.excluding({ args: ["comment"] })),
        WafCapability.of("941100", 2),
        WafCapability.of("9200014", 1),
      ],
      requestLimits: { allowedMethods: ["GET", "PUT"], headers: 40 },
      accessRules: [
        WafAccessRule.allow("offices", offices),
        WafAccessRule.block("admin", WafCondition.pathPrefix("/admin/").andAlso(offices.negated())),
        WafAccessRule.check("abroad", WafCondition.countries(["DE", "FR"]).negated()),
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
      blockResponse: WafResponse.of(404, { body: "<p>100% nothing</p>", contentType: "text/html" }),
    });
    for (const id of balancers) {
      const loadBalancerId = `ocid1.loadbalancer.oc1.eu-frankfurt-1.${id}`;
      waf.protect(id, loadBalancerId);
      new LoadBalancerLogs(stack, `${id}-logs`, { compartmentId, loadBalancerId });
    }
  };
}

describeWithTerraform("a web application firewall", () => {
  test("is applied in one run, and stays unchanged when it protects another load balancer", async () => {
    await withProvider(async (terraform) => {
      const stackOf = (...balancers: string[]) =>
        terraform.init(path.join(synthInto(terraform.outdir(), program(balancers)), "stacks/edge"));
      const first = await stackOf("web");
      await first.apply();
      expect(await first.planExitCode()).toBe(0);
      const changes = await (await stackOf("api", "web")).changes();
      expect(new Set(Object.values(changes).flat())).toEqual(new Set(["create"]));
      expect(Object.keys(changes)).toHaveLength(1 + 3);
    });
  });
});
