import * as fc from "fast-check";
import { Fn, TerraformVariable, Testing } from "cdktf";
import { cidrAt } from "../../lib/core/cidr";
import { Problems } from "../../lib/core/validation-error";
import { LoadBalancerAccess, LoadBalancerType } from "../../lib/exposure/load-balancer-settings";
import { type LoadBalancerOptions } from "../../lib/exposure/load-balancer-props";
import { checkAddress } from "../../lib/exposure/private/load-balancer-claims";
import { TlsTermination } from "../../lib/exposure/tls-termination";
import { newStack, validationProblemsOf, problemCodesOf } from "../support/stack";
import { newChart } from "../workload/support";
import { existingCluster, REASON, wayIn } from "./load-balancer-support";

const isPublic = { access: LoadBalancerAccess.publicFrom(["198.51.100.0/24"], REASON) };
const network = { type: LoadBalancerType.NETWORK_LOAD_BALANCER, tls: TlsTermination.atPod() };

/** The codes that the second of two Services with an address is refused with, in one stack of an app or in two. */
function second(options: Partial<LoadBalancerOptions>, stacks: readonly string[] = ["one", "two"]): string[] {
  const app = Testing.app();
  const [one, two] = stacks.map((id) => existingCluster(newStack(id, app)));
  wayIn({ ...options, cluster: one! }, {}, newChart("a"));
  try {
    wayIn({ ...options, cluster: two! }, {}, newChart("b"));
    return [];
  } catch (error) {
    return problemCodesOf(() => {
      throw error;
    });
  }
}

describe("an address of another Service is rejected:", () => {
  test.each<[string, Partial<LoadBalancerOptions>]>([
    ["a public one", { ...isPublic, reservedAddress: "203.0.113.7" }],
    ["a private one of a load balancer", { reservedAddress: "10.0.1.9" }],
    ["a private one of a network load balancer", { ...network, reservedAddress: "10.0.1.9" }],
  ])("%s", (_, options) => {
    expect(second(options)).toEqual(["LOAD_BALANCER_INVALID"]);
  });

  test("with the names of both Services", () => {
    const cluster = existingCluster();
    const options = { ...isPublic, cluster, reservedAddress: "203.0.113.7" };
    wayIn(options, {}, newChart("a"));
    const [problem] = validationProblemsOf(() => wayIn(options, {}, newChart("b")));
    expect(problem?.what).toBe("reservedAddress of b/web is 203.0.113.7, which belongs to the Service a/web");
  });

  test("one reference twice, while two references may be two addresses", () => {
    const stack = newStack();
    const cluster = existingCluster(stack);
    const [one, two] = ["one", "two"].map(
      (id) => new TerraformVariable(stack, id, { type: "string" }).stringValue,
    );
    wayIn({ ...isPublic, cluster, reservedAddress: one }, {}, newChart("a"));
    wayIn({ ...isPublic, cluster, reservedAddress: two }, {}, newChart("b"));
    const third = () => wayIn({ ...isPublic, cluster, reservedAddress: one }, {}, newChart("c"));
    expect(problemCodesOf(third)).toEqual(["LOAD_BALANCER_INVALID"]);
  });

  test("but not if the first Service was rejected", () => {
    const cluster = existingCluster();
    const options = { ...isPublic, cluster, reservedAddress: "203.0.113.7" };
    expect(problemCodesOf(() => wayIn({ ...options, port: 0 }, {}, newChart("a")))).toEqual(["PORT_INVALID"]);
    expect(() => wayIn(options, {}, newChart("b"))).not.toThrow();
  });
});

test("two apps may have the same address, which may be that of two subnets", () => {
  const options = { reservedAddress: "10.0.1.9" };
  wayIn({ ...options, cluster: existingCluster() }, {}, newChart("a"));
  expect(() => wayIn({ ...options, cluster: existingCluster() }, {}, newChart("b"))).not.toThrow();
});

test("the three reserved addresses of a subnet are rejected, and all others accepted", () => {
  const subnets = fc
    .record({ block: fc.integer({ min: 0, max: 2 ** 22 }), prefix: fc.integer({ min: 24, max: 30 }) })
    .map(({ block, prefix }) => cidrAt(167_772_160n + BigInt(block) * 2n ** BigInt(32 - prefix), prefix));
  fc.assert(
    fc.property(subnets, fc.nat(), (subnet, anywhere) => {
      const size = Number(subnet.last - subnet.first) + 1;
      const offset = anywhere % size;
      const [address = ""] = cidrAt(subnet.first + BigInt(offset), 32).text.split("/");
      const problems = new Problems("test");
      checkAddress(problems, address, { isInternal: true }, { subnetId: "", cidr: subnet.text });
      expect(problems.any).toBe(offset < 2 || offset === size - 1);
    }),
  );
});

test("any address is accepted in a subnet whose CIDR is a reference", () => {
  const problems = new Problems("test");
  const cidr = Fn.cidrsubnet("10.0.0.0/16", 8, 1);
  checkAddress(problems, "10.0.1.0", { isInternal: true }, { subnetId: "", cidr });
  expect(problems.any).toBe(false);
});
