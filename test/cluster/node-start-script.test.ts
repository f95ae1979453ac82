import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { spawnSync } from "node:child_process";
import { TerraformVariable } from "cdktf";
import { CloudInit, NodeRegistryAccess, NodeTaint, type PrivateNodePoolProps } from "secure-oke";
import { newStack, onlyResource, validationProblemsOf, problemCodesOf } from "../support/stack";
import { createdPool, newCluster, newPool, problemTexts } from "./pool-support";

/** The script that starts a node of a pool. */
function scriptOf(props: Partial<PrivateNodePoolProps>): string {
  return Buffer.from(createdPool(props).node_metadata.user_data, "base64").toString();
}

describe("a pool with taints and kubelet arguments", () => {
  test("passes them as arguments to OKE's own start script", () => {
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

  test("has the same start script in every order of the declarations", () => {
    const taints = [NodeTaint.noSchedule("a"), NodeTaint.noSchedule("b")];
    expect(scriptOf({ taints })).toBe(scriptOf({ taints: [...taints].reverse() }));
  });

  test("has no start script without taints, arguments and cloud-init", () => {
    expect(createdPool({ taints: [], kubeletArguments: {} }).node_metadata).toEqual({
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
    const problems = validationProblemsOf(() => newPool({ kubeletArguments: { [name]: value } }));
    expect(problems.map(({ code }) => code)).toEqual(["KUBELET_ARGUMENT_INVALID"]);
    expect(problems[0]!.what).toMatch(what);
  });

  test("quotes every value", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const props = { kubeletArguments: { "eviction-hard": value } };
        if (/^[\w.,:;=/%@+<>-]*$/.test(value)) expect(scriptOf(props)).toContain(`--eviction-hard=${value}"`);
        else expect(problemCodesOf(() => newPool(props))).toEqual(["KUBELET_ARGUMENT_INVALID"]);
      }),
      { numRuns: 30 },
    );
  });

  test("rejects duplicate and invalid taints", () => {
    expect(
      problemTexts({ taints: [NodeTaint.noSchedule("a", "1"), NodeTaint.noSchedule("a", "2")] }),
    ).toEqual(["LABEL_INVALID taints has a with the effect NoSchedule twice"]);
    expect(problemCodesOf(() => newPool({ taints: "a=b:NoSchedule" as never }))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(() => NodeTaint.noSchedule("not a key", "-"))).toEqual([
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

  test("runs OKE's script before its own, and fails if its own fails", () => {
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

  test("reads the script from a file", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cloud-init-"));
    const file = path.join(folder, "grow.sh");
    fs.writeFileSync(file, text);
    expect(CloudInit.fromFile(file).text).toBe(text);
    fs.rmSync(folder, { recursive: true });
    expect(problemCodesOf(() => CloudInit.fromFile(file))).toEqual(["CLOUD_INIT_INVALID"]);
  });

  test.each([
    ["no shebang", "echo hello", /does not begin with #!/],
    ["cloud-config", "#cloud-config\nruncmd: []\n", /does not begin with #!/],
    ["OKE's own lines", "#!/bin/bash\nbash /var/run/oke-init.sh\n", /runs OKE's own script/],
    ["the end of itself", "#!/bin/bash\nEND_OF_CLOUD_INIT\nrm -rf /\n", /has the line END_OF_CLOUD_INIT/],
  ])("is refused with %s", (_, script, what) => {
    const problems = validationProblemsOf(() => CloudInit.script(script));
    expect(problems.map(({ code }) => code)).toEqual(["CLOUD_INIT_INVALID"]);
    expect(problems[0]!.what).toMatch(what);
  });

  test.each([
    "#!/bin/bash\nexport DB_PASSWORD=hunter2-and-more\n",
    "#!/bin/bash\ncurl --user admin:s3cr3t-word https://example.com\nAPI_TOKEN='f00ba12c0ffee'\n",
    "#!/bin/bash\ninstall --password hunter2-and-more\n",
  ])("is refused with a credential: %j", (script) => {
    const codes = problemCodesOf(() => CloudInit.script(script));
    expect(new Set(codes)).toEqual(new Set(["CREDENTIAL_LITERAL"]));
  });

  test("rejects a script that is larger than the metadata of an instance", () => {
    const large = CloudInit.script(`#!/bin/bash\n# ${"x".repeat(24_000)}\n`);
    expect(problemTexts({ cloudInit: large })[0]).toMatch(
      /^CLOUD_INIT_INVALID cloudInit .* take 32\d{3} bytes in Base64/,
    );
    expect(() =>
      newPool({ cloudInit: CloudInit.script(`#!/bin/bash\n# ${"x".repeat(20_000)}\n`) }),
    ).not.toThrow();
  });

  test("rejects a reference to a Terraform value", () => {
    const stack = newStack();
    const script = new TerraformVariable(stack, "script", {}).stringValue;
    expect(problemCodesOf(() => CloudInit.script(script))).toEqual(["VALUE_INVALID"]);
  });

  test("can have a registry access, whose arguments stay the same", () => {
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
