import { Size } from "cdk8s";
import { TerraformVariable } from "cdktf";
import { Acknowledgements, BootVolumeKey, NodeCapacity, NodeShape, SshAccess } from "secure-oke";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { createdPool, newCluster, newPool, problemTexts } from "./pool-support";

const KEY = "ocid1.key.oc1.eu-frankfurt-1.test";
const DOMAIN = "Uocm:EU-FRANKFURT-1-AD-1";

describe("a pool with a boot volume key", () => {
  test("is created after the policy for this key only", () => {
    const stack = newStack();
    newPool({ bootVolumeKey: BootVolumeKey.of(KEY), bootVolumeSize: Size.gibibytes(100) }, stack);
    const pool = onlyResource(stack, "oci_containerengine_node_pool");
    expect(pool.node_config_details.kms_key_id).toBe(KEY);
    expect(pool.node_source_details.boot_volume_size_in_gbs).toBe("100");
    const [[id, policy]] = Object.entries(resourcesOf(stack, "oci_identity_policy")).filter(([name]) =>
      name.includes("boot-volume-key"),
    );
    expect(policy.statements).toEqual([
      `Allow any-user to use key-delegates in compartment id ${COMPARTMENT} where all {request.principal.type = 'nodepool', request.principal.compartment.id = '${COMPARTMENT}', target.key.id = '${KEY}'}`,
      `Allow service blockstorage to use keys in compartment id ${COMPARTMENT} where target.key.id = '${KEY}'`,
    ]);
    expect(pool.depends_on).toContain(`oci_identity_policy.${id}`);
  });

  test("shares one policy with other pools of the cluster", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    for (const id of ["one", "two"]) newPool({ cluster, bootVolumeKey: BootVolumeKey.of(KEY) }, stack, id);
    const policies = Object.keys(resourcesOf(stack, "oci_identity_policy")).filter((name) =>
      name.includes("boot-volume-key"),
    );
    expect(policies).toHaveLength(1);
  });

  test("rejects an OCID of another kind as the key", () => {
    expect(problemCodesOf(() => BootVolumeKey.of("ocid1.vault.oc1..x"))).toEqual(["OCID_INVALID"]);
    expect(problemCodesOf(() => newPool({ bootVolumeKey: KEY as never }))).toEqual(["VALUE_INVALID"]);
  });
});

describe("the capacity of a pool", () => {
  test("can be preemptible in every availability domain", () => {
    const { placement_configs } = createdPool({
      capacity: NodeCapacity.preemptible(),
      availabilityDomains: [DOMAIN],
      faultDomains: ["FAULT-DOMAIN-2", "FAULT-DOMAIN-1"],
    }).node_config_details;
    expect(placement_configs).toMatchObject([
      {
        availability_domain: DOMAIN,
        fault_domains: ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2"],
        preemptible_node_config: { preemption_action: { type: "TERMINATE", is_preserve_boot_volume: false } },
      },
    ]);
  });

  test("can be preemptible in domains that Terraform looks up", () => {
    const dynamic = createdPool({ capacity: NodeCapacity.preemptible({ preserveBootVolume: true }) })
      .node_config_details.dynamic;
    expect(dynamic.placement_configs.content).toMatchObject({
      preemptible_node_config: { preemption_action: { type: "TERMINATE", is_preserve_boot_volume: true } },
    });
  });

  test("can be reserved, with a policy for the compartment of the reservations", () => {
    const stack = newStack();
    const id = "ocid1.capacityreservation.oc1.eu-frankfurt-1.test";
    newPool({ capacity: NodeCapacity.reserved({ [DOMAIN]: id }) }, stack);
    const pool = onlyResource(stack, "oci_containerengine_node_pool");
    expect(pool.node_config_details.placement_configs).toMatchObject([
      { availability_domain: DOMAIN, capacity_reservation_id: id },
    ]);
    const statements = Object.values(resourcesOf(stack, "oci_identity_policy")).flatMap(
      (policy: any) => policy.statements,
    );
    expect(statements).toContain(
      `Allow any-user to use compute-capacity-reservations in compartment id ${COMPARTMENT} where all {request.principal.type = 'nodepool', request.principal.compartment.id = '${COMPARTMENT}'}`,
    );
    expect(pool.depends_on.join()).toContain("capacity-reservations");
  });

  test("can't be preemptible bare metal, an availability domain without a reservation, and invalid reservations", () => {
    const fixed = NodeShape.fixed("BM.Standard.E5.192");
    expect(problemTexts({ capacity: NodeCapacity.preemptible(), shape: fixed })).toEqual([
      "SHAPE_INVALID shape is BM.Standard.E5.192, which is bare metal, but only virtual machines can be preemptible",
    ]);
    const reserved = NodeCapacity.reserved({ [DOMAIN]: "ocid1.capacityreservation.oc1..x" });
    expect(
      problemTexts({ capacity: reserved, availabilityDomains: ["Uocm:EU-FRANKFURT-1-AD-2"] })[0],
    ).toMatch(/for which capacity has no reservation/);
    const stack = newStack();
    const availabilityDomains = new TerraformVariable(stack, "domains", {}).listValue;
    expect(
      validationProblemsOf(() => newPool({ capacity: reserved, availabilityDomains }, stack)).map(
        ({ what }) => what,
      ),
    ).toEqual([
      "availabilityDomains has a reference to a Terraform value, for which capacity has no reservation",
    ]);
    expect(problemCodesOf(() => NodeCapacity.reserved({}))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(() => NodeCapacity.reserved({ [DOMAIN]: "x" }))).toEqual(["OCID_INVALID"]);
    expect(problemCodesOf(() => newPool({ faultDomains: ["FAULT-DOMAIN-4"] }))).toEqual(["NAME_INVALID"]);
    expect(problemCodesOf(() => newPool({ faultDomains: [] }))).toEqual(["NAME_INVALID"]);
  });
});

describe("a pool with a special shape", () => {
  test.each([
    [
      "Arm",
      NodeShape.flexible("VM.Standard.A1.Flex", { ocpus: 4, memory: Size.gibibytes(24) }),
      { ocpus: 4, memory_in_gbs: 24 },
    ],
    [
      "dense I/O",
      NodeShape.flexible("VM.DenseIO.E4.Flex", { ocpus: 8, memory: Size.gibibytes(128) }),
      { ocpus: 8, memory_in_gbs: 128 },
    ],
    ["GPUs", NodeShape.fixed("VM.GPU.A10.1"), undefined],
    ["bare metal GPUs", NodeShape.fixed("BM.GPU.H100.8"), undefined],
  ])("has %s", (_, own, config) => {
    const pool = createdPool({ shape: own });
    expect(pool.node_shape).toBe(own.name);
    expect(pool.node_shape_config).toEqual(config);
  });
});

describe("a pool with SSH access", () => {
  const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh ops";

  test("has the SSH key, and records the reason as an acknowledgement", () => {
    const stack = newStack();
    newPool({ ssh: SshAccess.withKey(publicKey, { reason: "A driver fault is being looked for" }) }, stack);
    expect(onlyResource(stack, "oci_containerengine_node_pool").ssh_public_key).toBe(publicKey);
    expect(Acknowledgements.of(stack)).toMatchObject([{ reason: "A driver fault is being looked for" }]);
  });

  test("has no key by default, and no rule for port 22 in either case", () => {
    expect(createdPool({}).ssh_public_key).toBeUndefined();
    const stack = newStack();
    newPool({ ssh: SshAccess.withKey(publicKey, { reason: "A test" }) }, stack);
    expect(JSON.stringify(resourcesOf(stack, "oci_core_network_security_group_security_rule"))).not.toMatch(
      /"min": ?22\b/,
    );
  });

  test.each([
    ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nx", "CREDENTIAL_LITERAL"],
    ["a path", "~/.ssh/id_ed25519.pub", "SSH_KEY_INVALID"],
    ["two lines", `${publicKey}\n${publicKey}`, "SSH_KEY_INVALID"],
    ["RSA of 1024 bits", `ssh-rsa ${rsa(1024)}`, "SSH_KEY_INVALID"],
    ["DSA", "ssh-dss AAAA", "SSH_KEY_INVALID"],
  ])("refuses %s", (_, key, code) => {
    expect(problemCodesOf(() => SshAccess.withKey(key, { reason: "A test" }))).toEqual([code]);
  });

  test("accepts RSA keys of 2048 bits and more, with a reason only", () => {
    for (const bits of [2048, 4096])
      expect(() => SshAccess.withKey(`ssh-rsa ${rsa(bits)} x`, { reason: "A test" })).not.toThrow();
    expect(problemCodesOf(() => SshAccess.withKey(publicKey, { reason: " " }))).toEqual(["REASON_MISSING"]);
  });
});

/** The body of an RSA key of some bits. */
function rsa(bits: number): string {
  const field = (content: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, content]);
  };
  const modulus = Buffer.concat([Buffer.from([0, 0x80]), Buffer.alloc(bits / 8 - 1, 1)]);
  return Buffer.concat([
    field(Buffer.from("ssh-rsa")),
    field(Buffer.from([1, 0, 1])),
    field(modulus),
  ]).toString("base64");
}
