import { Port } from "../../lib/core/port";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { OracleServices } from "../../lib/network/vcn/oracle-services";
import { RegionServices } from "../../lib/network/vcn/region-services";
import { rulesOf } from "../support/rules";
import {
  COMPARTMENT,
  newStack,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { networkIn, services } from "./support";

const HTTPS = Port.tcp(443);
const reason = { reason: "Backups" };
const objectStorage = RegionServices.of({
  serviceId: "ocid1.service.oc1.eu-frankfurt-1.test",
  cidrLabel: "oci-fra-objectstorage",
});

describe("a group", () => {
  test("is let out to Object Storage only, or to all services, by the gateway that the network has", () => {
    const stack = newStack();
    const { network, pods, workers } = networkIn(stack);
    const gateways = resourcesOf(stack, "oci_core_service_gateway");
    pods.allowTo(OracleServices.objectStorageOnly("oci-fra-objectstorage"), HTTPS, reason);
    workers.allowTo(OracleServices.all(network), HTTPS, reason);
    const ends = rulesOf(stack).map(({ destination, destination_type }) => [destination_type, destination]);
    expect(ends).toEqual([
      ["SERVICE_CIDR_BLOCK", "oci-fra-objectstorage"],
      ["SERVICE_CIDR_BLOCK", services.cidrLabel],
    ]);
    expect(resourcesOf(stack, "oci_core_service_gateway")).toEqual(gateways);
    expect(synthesized(stack).data).toBeUndefined();
  });

  test("is let out to Object Storage that Terraform looks up, once for a scope, when it applies", () => {
    const stack = newStack();
    const { network, pods, workers } = networkIn(stack);
    for (const group of [pods, workers]) {
      group.allowTo(OracleServices.objectStorageOnlyOf(network), HTTPS, reason);
    }
    const [lookup, ...more] = Object.values<any>(synthesized(stack).data.oci_core_services);
    expect(more).toEqual([]);
    expect(lookup).toMatchObject({
      filter: [{ name: "name", values: ["OCI .* Object Storage"], regex: true }],
      depends_on: [expect.stringContaining("terraform_data")],
    });
    for (const rule of rulesOf(stack))
      expect(rule.destination).toMatch(/data\.oci_core_services\..*cidr_block}$/);
  });

  test("rejects labels that are not those of Object Storage", () => {
    const any: any = OracleServices;
    for (const label of ["oci-fra", services.cidrLabel, "0.0.0.0/0"]) {
      expect(problemCodesOf(() => OracleServices.objectStorageOnly(label))).toEqual(["NAME_INVALID"]);
    }
    expect(problemCodesOf(() => any.objectStorageOnly())).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => any.objectStorageOnlyOf())).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => any.all())).toEqual(["ATTRIBUTE_MISSING"]);
  });
});

describe("a cluster's network", () => {
  test("is refused a service gateway for Object Storage only, which OKE's nodes can't live with", () => {
    const stack = newStack();
    const [problem, ...more] = validationProblemsOf(() =>
      networkIn(stack, { regionServices: objectStorage }),
    );
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "EGRESS_INVALID", what: expect.stringContaining("registry") });
    const imported = () =>
      ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", {
        vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.test",
        compartmentId: COMPARTMENT,
        regionServices: objectStorage,
      });
    expect(problemCodesOf(imported)).toEqual(["EGRESS_INVALID"]);
  });
});
