import { Testing } from "cdktf";
import fc from "fast-check";
import { EndpointAccess } from "../../lib/cluster/endpoint-access";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { checkServicesCidr, servicesCidr } from "../../lib/cluster/private/cluster-network";
import { Problems } from "../../lib/core/validation-error";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { COMPARTMENT, newStack, validationProblemsOf, problemCodesOf } from "../support/stack";

const newCluster = (servicesCidr: string, endpointAccess?: EndpointAccess) =>
  new SecureOkeCluster(newStack(), "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
    servicesCidr,
    endpointAccess,
  });

/** The codes of a range for a cluster with a network of its own. */
function codesOf(range: string, access = EndpointAccess.private()): string[] {
  const problems = new Problems("test");
  const services = servicesCidr()(problems, "servicesCidr", range);
  checkServicesCidr(problems, undefined, access, services);
  return problems.any ? problemCodesOf(() => problems.throwIfAny()) : [];
}

describe("the range of Services", () => {
  test.each(["10.96.0.0/12", "10.96.0.0/24", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/12"])(
    "can be %s",
    (cidr) => {
      expect(codesOf(cidr)).toEqual([]);
    },
  );

  test.each(["169.254.0.0/16", "127.0.0.0/12", "224.0.0.0/12", "240.0.0.0/12", "0.0.0.0/12"])(
    "is not the reserved %s",
    (cidr) => {
      expect(codesOf(cidr)).toEqual(["SERVICES_CIDR_INVALID"]);
    },
  );

  test("has a prefix from /12 to /24", () => {
    expect(validationProblemsOf(() => newCluster("172.16.0.0/11")).map(({ code }) => code)).toEqual([
      "CIDR_HOST_BITS",
    ]);
    expect(codesOf("100.64.0.0/11")).toEqual(["SERVICES_CIDR_INVALID"]);
    const [problem] = validationProblemsOf(() => newCluster("10.96.0.0/30"));
    expect(problem).toMatchObject({
      code: "SERVICES_CIDR_INVALID",
      what: "servicesCidr is 10.96.0.0/30, a /30",
      fix: 'Give a range from a /12 to a /24, such as "10.96.0.0/16"',
    });
    expect(codesOf("96.0.0.0/4")).toEqual(["SERVICES_CIDR_INVALID", "SERVICES_CIDR_INVALID"]);
  });

  test("is a private range", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.integer({ min: 16, max: 24 }), (a, b, prefix) => {
        const isPrivate =
          a === 10 ||
          (a === 172 && b >= 16 && b < 32) ||
          (a === 192 && b === 168) ||
          (a === 100 && b >= 64 && b < 128);
        const ofVcn = a === 10 && b === 0 ? ["SUBNET_OVERLAP"] : [];
        expect(codesOf(`${a}.${b}.0.0/${prefix}`)).toEqual(isPrivate ? ofVcn : ["SERVICES_CIDR_INVALID"]);
      }),
    );
  });

  test("does not overlap ranges with access to the API endpoint", () => {
    const access = EndpointAccess.privateFrom(["10.96.7.0/24", "10.20.0.0/24"]);
    const [problem, ...more] = validationProblemsOf(() => newCluster("10.96.0.0/16", access));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: "SUBNET_OVERLAP",
      what: "servicesCidr 10.96.0.0/16 overlaps 10.96.7.0/24, from which clients connect to the API endpoint",
    });
    expect(codesOf("10.97.0.0/16", access)).toEqual([]);
  });

  test("does not overlap ranges behind a peering, which the error mentions", () => {
    const stack = newStack();
    const network = new ClusterNetwork(stack, "network", { compartmentId: COMPARTMENT });
    new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
      endpointAccess: EndpointAccess.private(),
      network,
      servicesCidr: "10.96.0.0/16",
    });
    network.peerLocally("data", { peerCidrs: ["10.96.4.0/24"] });
    expect(() => Testing.synth(stack, true)).toThrow(
      "overlaps 10.96.4.0/24, which the network routes to the peering data",
    );
  });
});
