import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Duration, Size } from "cdk8s";
import { TerraformVariable, Token } from "cdktf";
import fc from "fast-check";
import {
  Acknowledgements,
  BootVolumeKey,
  ClusterNetwork,
  CloudInit,
  KubernetesVersion,
  NodeCapacity,
  NodeCycling,
  NodeImage,
  NodeRegistryAccess,
  NodeShape,
  NodeTaint,
  PodNetworking,
  PrivateNodePool,
  SecureOkeCluster,
  SshAccess,
  SubnetPlan,
  type PrivateNodePoolProps,
  type SecureOkeClusterProps,
} from "secure-oke";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  refusal,
  refusedCodes,
  resourcesOf,
  synthesized,
} from "../support/stack";

const image = NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test");
const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });
const KEY = "ocid1.key.oc1.eu-frankfurt-1.test";
const DOMAIN = "Uocm:EU-FRANKFURT-1-AD-1";

function newCluster(stack = newStack(), props: Partial<SecureOkeClusterProps> = {}) {
  const kubernetesVersion = KubernetesVersion.V1_35;
  return new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion, ...props });
}

function newPool(props: Partial<PrivateNodePoolProps> = {}, stack = newStack(), id = "pool") {
  const cluster = props.cluster ?? newCluster(stack);
  const size = props.autoscale === undefined && !("size" in props) ? { size: 3 } : {};
  return new PrivateNodePool(stack, id, { cluster, image, shape, ...size, ...props });
}

function made(props: Partial<PrivateNodePoolProps>): any {
  const stack = newStack();
  newPool(props, stack);
  return onlyResource(stack, "oci_containerengine_node_pool");
}

/** The script that starts a node of a pool. */
function scriptOf(props: Partial<PrivateNodePoolProps>): string {
  return Buffer.from(made(props).node_metadata.user_data, "base64").toString();
}

const said = (props: Partial<PrivateNodePoolProps>) =>
  refusal(() => newPool(props)).map(({ code, what }) => `${code} ${what}`);

describe("a pool with taints and arguments of the kubelet", () => {
  test("starts by OKE's own script, with them as arguments", () => {
    const script = scriptOf({
      taints: [NodeTaint.noSchedule("workload", "batch"), NodeTaint.noExecute("example.com/gone")],
      kubeletArguments: { "system-reserved": "cpu=200m,memory=500Mi", "image-gc-high-threshold": "80" },
    });
    expect(script).toContain(
      'bash "$init" --kubelet-extra-args "--register-with-taints=example.com/gone=:NoExecute,workload=batch:NoSchedule ' +
        '--image-gc-high-threshold=80 --system-reserved=cpu=200m,memory=500Mi"',
    );
    expect(script.indexOf("oke_init_script")).toBeLessThan(script.indexOf('bash "$init"'));
  });

  test("has the same bytes whatever the order of the program is", () => {
    const taints = [NodeTaint.noSchedule("a"), NodeTaint.noSchedule("b")];
    expect(scriptOf({ taints })).toBe(scriptOf({ taints: [...taints].reverse() }));
  });

  test("has no script where there is nothing to say", () => {
    expect(made({ taints: [], kubeletArguments: {} }).node_metadata).toEqual({
      areLegacyImdsEndpointsDisabled: "true",
    });
  });

  test.each([
    ["max-pods", "50", /Use the prop maxPodsPerNode|has max-pods/],
    ["register-with-taints", "a=b:NoSchedule", /has register-with-taints/],
    ["anonymous-auth", "true", /stays secure/],
    ["read-only-port", "10255", /stays secure/],
    ["--v", "2", /has "--v"/],
    ["v", "2; rm -rf /", /is "2; rm -rf \/"/],
    ["v", '2" --anonymous-auth "', /kubeletArguments\.v is/],
    ["v", "$(id)", /kubeletArguments\.v is/],
  ])("refuses the argument %s=%s", (name, value, what) => {
    const problems = refusal(() => newPool({ kubeletArguments: { [name]: value } }));
    expect(problems.map(({ code }) => code)).toEqual(["KUBELET_ARGUMENT_INVALID"]);
    expect(problems[0]!.what).toMatch(what);
  });

  test("never lets a value out of its quotes", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const props = { kubeletArguments: { "eviction-hard": value } };
        if (/^[\w.,:;=/%@+<>-]*$/.test(value)) expect(scriptOf(props)).toContain(`--eviction-hard=${value}"`);
        else expect(refusedCodes(() => newPool(props))).toEqual(["KUBELET_ARGUMENT_INVALID"]);
      }),
      { numRuns: 30 },
    );
  });

  test("rejects duplicate and invalid taints", () => {
    expect(said({ taints: [NodeTaint.noSchedule("a", "1"), NodeTaint.noSchedule("a", "2")] })).toEqual([
      "LABEL_INVALID taints has a with the effect NoSchedule twice",
    ]);
    expect(refusedCodes(() => newPool({ taints: "a=b:NoSchedule" as never }))).toEqual(["VALUE_INVALID"]);
    expect(refusedCodes(() => NodeTaint.noSchedule("not a key", "-"))).toEqual([
      "LABEL_INVALID",
      "LABEL_INVALID",
    ]);
    expect(NodeTaint.preferNoSchedule("a", "b").text).toBe("a=b:PreferNoSchedule");
  });
});

describe("a pool with a cloud-init script", () => {
  const text = "#!/bin/bash\nset -eu\n/usr/libexec/oci-growfs -y\n";

  test("runs OKE's script first, and the whole script afterwards", () => {
    const script = scriptOf({ cloudInit: CloudInit.script(text) });
    expect(script.indexOf('bash "$init"')).toBeGreaterThan(0);
    expect(script.indexOf(text)).toBeGreaterThan(script.indexOf('bash "$init"'));
    expect(script).toMatch(/<<'END_OF_CLOUD_INIT'\n#!\/bin\/bash[^]*\nEND_OF_CLOUD_INIT\nchmod 0700/);
  });

  test("runs the script of OKE before its own, and fails when its own fails", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "start-"));
    try {
      const run = (own: string) => {
        const script = scriptOf({
          cloudInit: CloudInit.script(own),
          taints: [NodeTaint.noSchedule("a", "b")],
        })
          .replaceAll("/var/run/oke-init.sh", `${folder}/oke.sh`)
          .replaceAll("/var/lib/cloud/node-pool-cloud-init", `${folder}/own`)
          .replace(/^curl .*$/m, `printf 'echo "joins $*"\\n' > ${folder}/oke.sh`);
        const file = path.join(folder, "start.sh");
        fs.writeFileSync(file, script);
        const { stdout, status } = spawnSync("bash", [file], { encoding: "utf8" });
        return { stdout, status };
      };
      expect(run('#!/bin/sh\necho "own $HOME" | cut -c1-3\n')).toEqual({
        stdout: "joins --kubelet-extra-args --register-with-taints=a=b:NoSchedule\nown\n",
        status: 0,
      });
      expect(run("#!/bin/sh\nexit 7\n")).toMatchObject({ status: 7 });
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  test("can be in a file", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloud-init-"));
    const file = path.join(folder, "grow.sh");
    fs.writeFileSync(file, text);
    expect(CloudInit.fromFile(file).text).toBe(text);
    fs.rmSync(folder, { recursive: true });
    expect(refusedCodes(() => CloudInit.fromFile(file))).toEqual(["CLOUD_INIT_INVALID"]);
  });

  test.each([
    ["no shebang", "echo hello", /does not begin with #!/],
    ["cloud-config", "#cloud-config\nruncmd: []\n", /does not begin with #!/],
    ["OKE's own lines", "#!/bin/bash\nbash /var/run/oke-init.sh\n", /runs OKE's own script/],
    ["the end of itself", "#!/bin/bash\nEND_OF_CLOUD_INIT\nrm -rf /\n", /has the line END_OF_CLOUD_INIT/],
  ])("is refused with %s", (_, script, what) => {
    const problems = refusal(() => CloudInit.script(script));
    expect(problems.map(({ code }) => code)).toEqual(["CLOUD_INIT_INVALID"]);
    expect(problems[0]!.what).toMatch(what);
  });

  test.each([
    "#!/bin/bash\nexport DB_PASSWORD=hunter2-and-more\n",
    "#!/bin/bash\ncurl --user admin:s3cr3t-word https://example.com\nAPI_TOKEN='f00ba12c0ffee'\n",
    "#!/bin/bash\ninstall --password hunter2-and-more\n",
  ])("is refused with a credential: %j", (script) => {
    const codes = refusedCodes(() => CloudInit.script(script));
    expect(new Set(codes)).toEqual(new Set(["CREDENTIAL_LITERAL"]));
  });

  test("is refused where it is larger than the metadata of an instance", () => {
    const large = CloudInit.script(`#!/bin/bash\n# ${"x".repeat(24_000)}\n`);
    expect(said({ cloudInit: large })[0]).toMatch(
      /^CLOUD_INIT_INVALID cloudInit .* take 32\d{3} bytes in Base64/,
    );
    expect(() =>
      newPool({ cloudInit: CloudInit.script(`#!/bin/bash\n# ${"x".repeat(20_000)}\n`) }),
    ).not.toThrow();
  });

  test("is not a reference to a Terraform value", () => {
    const stack = newStack();
    const script = new TerraformVariable(stack, "script", {}).stringValue;
    expect(refusedCodes(() => CloudInit.script(script))).toEqual(["VALUE_INVALID"]);
  });

  test("goes with a registry access, whose arguments stay as they are", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    const access = new NodeRegistryAccess(stack, "registry", {
      cluster,
      tenancyId: "ocid1.tenancy.oc1..test",
      repositories: ["shop/web"],
      nodeTag: "Operations.NodeRole",
    });
    newPool(
      {
        cluster,
        registryAccess: access,
        taints: [NodeTaint.noSchedule("a", "b")],
        cloudInit: CloudInit.script(text),
      },
      stack,
    );
    const { user_data } = onlyResource(stack, "oci_containerengine_node_pool").node_metadata;
    const script = Buffer.from(user_data, "base64").toString();
    expect(script).toMatch(/--image-credential-provider-config=\S+ --register-with-taints=a=b:NoSchedule"/);
    expect(script).toMatch(
      /else\n.*\n {2}bash "\$init" --kubelet-extra-args "--register-with-taints=a=b:NoSchedule"\nfi\nown=/,
    );
  });
});

describe("a pool whose boot volumes have a key", () => {
  test("is made after the policy that lets just this key be used", () => {
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

  test("takes no other OCID for a key", () => {
    expect(refusedCodes(() => BootVolumeKey.of("ocid1.vault.oc1..x"))).toEqual(["OCID_INVALID"]);
    expect(refusedCodes(() => newPool({ bootVolumeKey: KEY as never }))).toEqual(["VALUE_INVALID"]);
  });
});

describe("a pool with a kind of capacity", () => {
  test("is preemptible in every domain", () => {
    const { placement_configs } = made({
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

  test("is preemptible in domains that Terraform looks up", () => {
    const dynamic = made({ capacity: NodeCapacity.preemptible({ preserveBootVolume: true }) })
      .node_config_details.dynamic;
    expect(dynamic.placement_configs.content).toMatchObject({
      preemptible_node_config: { preemption_action: { type: "TERMINATE", is_preserve_boot_volume: true } },
    });
  });

  test("is where its reservations are, by a policy", () => {
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

  test("rejects preemptible bare metal, an availability domain without a reservation, and invalid reservations", () => {
    const fixed = NodeShape.fixed("BM.Standard.E5.192");
    expect(said({ capacity: NodeCapacity.preemptible(), shape: fixed })).toEqual([
      "SHAPE_INVALID shape is BM.Standard.E5.192, which is bare metal, but only virtual machines can be preemptible",
    ]);
    const reserved = NodeCapacity.reserved({ [DOMAIN]: "ocid1.capacityreservation.oc1..x" });
    expect(said({ capacity: reserved, availabilityDomains: ["Uocm:EU-FRANKFURT-1-AD-2"] })[0]).toMatch(
      /for which capacity has no reservation/,
    );
    const stack = newStack();
    const availabilityDomains = new TerraformVariable(stack, "domains", {}).listValue;
    expect(
      refusal(() => newPool({ capacity: reserved, availabilityDomains }, stack)).map(({ what }) => what),
    ).toEqual([
      "availabilityDomains has a reference to a Terraform value, for which capacity has no reservation",
    ]);
    expect(refusedCodes(() => NodeCapacity.reserved({}))).toEqual(["VALUE_INVALID"]);
    expect(refusedCodes(() => NodeCapacity.reserved({ [DOMAIN]: "x" }))).toEqual(["OCID_INVALID"]);
    expect(refusedCodes(() => newPool({ faultDomains: ["FAULT-DOMAIN-4"] }))).toEqual(["NAME_INVALID"]);
    expect(refusedCodes(() => newPool({ faultDomains: [] }))).toEqual(["NAME_INVALID"]);
  });
});

describe("a pool of a shape for something special", () => {
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
    const pool = made({ shape: own });
    expect(pool.node_shape).toBe(own.name);
    expect(pool.node_shape_config).toEqual(config);
  });
});

describe("a pool that people log in to", () => {
  const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh ops";

  test("has the SSH key, and records the reason as an acknowledgement", () => {
    const stack = newStack();
    newPool({ ssh: SshAccess.withKey(publicKey, { reason: "A driver fault is being looked for" }) }, stack);
    expect(onlyResource(stack, "oci_containerengine_node_pool").ssh_public_key).toBe(publicKey);
    expect(Acknowledgements.of(stack)).toMatchObject([{ reason: "A driver fault is being looked for" }]);
  });

  test("has no key by default, and no rule for port 22 in either case", () => {
    expect(made({}).ssh_public_key).toBeUndefined();
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
    expect(refusedCodes(() => SshAccess.withKey(key, { reason: "A test" }))).toEqual([code]);
  });

  test("takes RSA of 2048 bits and more, and wants a reason", () => {
    for (const bits of [2048, 4096])
      expect(() => SshAccess.withKey(`ssh-rsa ${rsa(bits)} x`, { reason: "A test" })).not.toThrow();
    expect(refusedCodes(() => SshAccess.withKey(publicKey, { reason: " " }))).toEqual(["REASON_MISSING"]);
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

describe("a pool that is cycled", () => {
  test.each([
    [
      "by instances",
      NodeCycling.replaceInstances({ maximumSurge: 3, maximumUnavailable: 1 }),
      "INSTANCE_REPLACE",
      "3",
      "1",
    ],
    [
      "by boot volumes",
      NodeCycling.replaceBootVolumes({ maximumUnavailable: 2 }),
      "BOOT_VOLUME_REPLACE",
      "0",
      "2",
    ],
  ])("%s", (_, cycling, mode, surge, unavailable) => {
    expect(made({ cycling }).node_pool_cycling_details).toEqual({
      is_node_cycling_enabled: true,
      cycle_modes: [mode],
      maximum_surge: surge,
      maximum_unavailable: unavailable,
    });
  });

  test("by nobody, which takes a reason", () => {
    const stack = newStack();
    newPool({ cycling: NodeCycling.manual({ reason: "Nodes hold data" }) }, stack);
    expect(onlyResource(stack, "oci_containerengine_node_pool").node_pool_cycling_details).toEqual({
      is_node_cycling_enabled: false,
    });
    expect(Acknowledgements.of(stack)).toMatchObject([{ reason: "Nodes hold data" }]);
    expect(refusedCodes(() => NodeCycling.manual({ reason: "" }))).toEqual(["REASON_MISSING"]);
  });

  test("refuses to replace none at a time", () => {
    expect(refusedCodes(() => NodeCycling.replaceInstances({ maximumSurge: 0 }))).toEqual(["COUNT_INVALID"]);
    expect(refusedCodes(() => NodeCycling.replaceBootVolumes({ maximumUnavailable: 0 }))).toEqual([
      "COUNT_INVALID",
    ]);
    expect(refusedCodes(() => NodeCycling.replaceInstances({ maximumSurge: 1.5 }))).toEqual([
      "COUNT_INVALID",
    ]);
  });

  test("can end nodes whose pods don't leave, for a reason", () => {
    const stack = newStack();
    newPool(
      {
        evictionGraceDuration: Duration.minutes(20),
        forcedEviction: { reason: "Batch jobs that may be repeated" },
      },
      stack,
    );
    expect(onlyResource(stack, "oci_containerengine_node_pool").node_eviction_node_pool_settings).toEqual({
      eviction_grace_duration: "PT20M",
      is_force_action_after_grace_duration: true,
      is_force_delete_after_grace_duration: true,
    });
    expect(Acknowledgements.of(stack)).toMatchObject([{ reason: "Batch jobs that may be repeated" }]);
    expect(refusedCodes(() => newPool({ forcedEviction: { reason: "" } }))).toEqual(["REASON_MISSING"]);
  });
});

describe("the room of a pool", () => {
  const small = (stack = newStack()) =>
    newCluster(stack, {
      network: new ClusterNetwork(stack, "network", {
        compartmentId: COMPARTMENT,
        plan: SubnetPlan.of({ nodes: 10, pods: 400 }),
      }),
    });

  test("is counted at the maximum of the autoscaler, with the surge of its cycling", () => {
    const stack = newStack();
    const cluster = small(stack);
    expect(refusedCodes(() => newPool({ cluster, autoscale: { min: 1, max: 200 } }, stack))).toEqual([
      "SUBNET_EXHAUSTED",
      "SUBNET_EXHAUSTED",
    ]);
    expect(() => newPool({ cluster, autoscale: { min: 1, max: 4 } }, stack, "fits")).not.toThrow();
  });

  test("has the surge of its cycling", () => {
    const stack = newStack();
    const cluster = small(stack);
    const cycling = NodeCycling.replaceInstances({ maximumSurge: 200 });
    expect(refusal(() => newPool({ cluster, size: 1, cycling }, stack))[0]!.what).toContain("pool 1 + 200");
  });
});

describe("a pool whose size is the autoscaler's", () => {
  test("begins with the minimum, and Terraform leaves its size alone", () => {
    const pool = made({ autoscale: { min: 2, max: 6 } });
    expect(pool.node_config_details.size).toBe(2);
    expect(pool.lifecycle.ignore_changes).toEqual(["node_config_details[0].size"]);
  });

  test.each([
    [{ autoscale: { min: 5, max: 2 } }, "COUNT_INVALID autoscale.min is 5, more than autoscale.max, 2"],
    [{ size: 3, autoscale: { min: 1, max: 5 } }, "POOL_SIZE_INVALID size and autoscale are both given"],
    [{ autoscale: { min: -1, max: 5 } }, "COUNT_INVALID autoscale.min is -1"],
    [{ autoscale: { min: 1, max: 1001 } }, "COUNT_INVALID autoscale.max is 1001"],
    [{ autoscale: { min: 0, max: 0 } }, "COUNT_INVALID autoscale.max is 0"],
    [
      { autoscale: { min: Token.asNumber({ resolve: () => 1 } as never), max: 5 } },
      "COUNT_INVALID autoscale.min is a reference to a Terraform value",
    ],
    [{ size: undefined }, "ATTRIBUTE_MISSING size was not given"],
  ])("refuses %j", (props, what) => {
    expect(said(props)).toEqual([what]);
  });

  test("takes all pairs of a minimum and a maximum that is not less", () => {
    const stack = newStack();
    const cluster = newCluster(stack);
    let id = 0;
    fc.assert(
      fc.property(fc.integer({ min: -2, max: 8 }), fc.integer({ min: -2, max: 8 }), (min, max) => {
        const make = () =>
          newPool({ cluster, autoscale: { min, max }, maxPodsPerNode: 1 }, stack, `pool${id++}`);
        if (min >= 0 && max >= 1 && min <= max) expect(make).not.toThrow();
        else expect(new Set(refusedCodes(make))).toEqual(new Set(["COUNT_INVALID"]));
      }),
      { numRuns: 40 },
    );
  });

  test("is there in an overlay too", () => {
    const stack = newStack();
    newPool(
      {
        cluster: newCluster(stack, { podNetworking: PodNetworking.flannelOverlay() }),
        autoscale: { min: 1, max: 3 },
      },
      stack,
    );
    expect(synthesized(stack).resource.oci_containerengine_addon).toBeDefined();
  });
});
