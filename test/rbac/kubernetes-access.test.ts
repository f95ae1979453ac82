import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App as KubernetesApp, Chart, Yaml } from "cdk8s";
import { Testing, type TerraformStack } from "cdktf";
import {
  Acknowledgements,
  RoleRule,
  Bastion,
  BastionClients,
  Kubeconfig,
  KubernetesAccess,
  KubernetesVersion,
  LeastPrivilegeRole,
  NamespaceCompartment,
  RbacResource,
  SecureOkeCluster,
} from "../../lib";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const GROUP = "ocid1.group.oc1..developers";
const OTHER = "ocid1.group.oc1..operators";
const DAY = 86_400_000;
const soon = (days: number) => new Date(Date.now() + days * DAY);

function clusterIn(stack: TerraformStack): SecureOkeCluster {
  return new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_34,
  });
}

/** The statements of policies for groups and workloads. */
function accessStatements(stack: TerraformStack): string[] {
  return Object.entries(resourcesOf(stack, "oci_identity_policy"))
    .filter(([id]) => id.startsWith("cluster_Access"))
    .flatMap(([, { statements }]) => statements as string[]);
}

/** The objects of an output with manifests. */
function objectsIn(stack: TerraformStack, output = "cluster_access_manifests"): any[] {
  const { value } = synthesized(stack).output[output];
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-access-")), "manifests.yaml");
  fs.writeFileSync(file, value as string);
  return Yaml.load(file);
}

const named = (objects: any[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`);

describe("access of people", () => {
  test("creates an IAM statement for this cluster and a binding of the ClusterRole view", () => {
    const stack = newStack();
    clusterIn(stack).grantAccess(GROUP, KubernetesAccess.viewer());
    expect(accessStatements(stack)).toEqual([
      expect.stringMatching(
        /^Allow group id ocid1\.group\.oc1\.\.developers to use clusters in compartment id ocid1\.compartment\.oc1\.\.test where target\.cluster\.id = '\$\{oci_containerengine_cluster\.\w+\.id\}'$/,
      ),
    ]);
    const [binding, ...more] = objectsIn(stack);
    expect(more).toEqual([]);
    expect(binding).toMatchObject({
      kind: "ClusterRoleBinding",
      roleRef: { kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "Group", name: GROUP }],
    });
    expect(binding.metadata).not.toHaveProperty("namespace");
  });

  test("in one namespace shares one role between all groups", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    cluster.grantAccess(GROUP, KubernetesAccess.editorIn("shop"));
    cluster.grantAccess(OTHER, KubernetesAccess.editorIn("shop"));
    cluster.grantAccess(OTHER, KubernetesAccess.operatorIn("shop"));
    cluster.grantAccess(OTHER, KubernetesAccess.viewerIn("tools"));
    const objects = objectsIn(stack);
    expect(named(objects.filter(({ kind }) => kind === "Role"))).toEqual([
      "Role shop/access-editors",
      "Role shop/access-operators",
      "Role tools/access-viewers",
    ]);
    expect(objects.filter(({ kind }) => kind === "RoleBinding")).toHaveLength(4);
    const texts = JSON.stringify(objects);
    expect(texts).not.toContain('"secrets"');
    expect(texts).not.toContain("pods/exec");
    // One statement for each group, for any access.
    expect(accessStatements(stack)).toHaveLength(2);
  });

  test("by a custom role creates the binding in the chart of the role", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
    const role = new LeastPrivilegeRole(chart, "logs", { allow: [RoleRule.read(RbacResource.POD_LOGS)] });
    cluster.grantAccess(GROUP, KubernetesAccess.role(role), { chart });
    cluster.addCdk8sChart("shop", chart);
    expect(named(objectsIn(stack, "shop_manifests"))).toEqual([
      "Role shop/logs",
      expect.stringMatching(/^RoleBinding shop\/logs-group-/),
    ]);
    expect(synthesized(stack).output).not.toHaveProperty("cluster_access_manifests");
  });

  test("through a bastion creates the statements for its sessions", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const bastion = new Bastion(stack, "bastion", {
      compartmentId: COMPARTMENT,
      cluster,
      clients: BastionClients.from(["192.0.2.0/24"]),
    });
    cluster.grantAccess(GROUP, KubernetesAccess.viewer(), { bastion });
    expect(accessStatements(stack)).toEqual([
      expect.stringContaining("use clusters"),
      expect.stringMatching(
        /use bastion in compartment id \S+ where target\.bastion\.ocid = '\$\{oci_bastion_bastion/,
      ),
      expect.stringMatching(/manage bastion-session in compartment id ocid1\.compartment\.oc1\.\.test$/),
    ]);
  });

  test("to an imported cluster creates the same objects", () => {
    const stack = newStack();
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.a",
      compartmentId: COMPARTMENT,
    });
    cluster.grantAccess(GROUP, KubernetesAccess.viewer());
    expect(accessStatements(stack)).toEqual([
      expect.stringContaining("'ocid1.cluster.oc1.eu-frankfurt-1.a'"),
    ]);
    expect(objectsIn(stack)).toHaveLength(1);
  });
});

describe("break-glass access", () => {
  test("expires in IAM, is acknowledged, and causes a reminder in each plan", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    const expires = soon(30);
    const reason = "Incidents outside of office hours";
    clusterIn(stack).grantAccess(GROUP, KubernetesAccess.breakGlass({ reason, expires }));
    const text = expires.toISOString().replace(/\.\d+Z$/, "Z");
    expect(accessStatements(stack)).toEqual([
      expect.stringMatching(
        new RegExp(
          ` where all \\{target\\.cluster\\.id = '[^']+', request\\.utc-timestamp before '${text}'\\}$`,
        ),
      ),
    ]);
    expect(objectsIn(stack)[0]).toMatchObject({
      roleRef: { name: "cluster-admin" },
      subjects: [{ name: GROUP }],
    });
    expect(Acknowledgements.of(app)).toContainEqual(
      expect.objectContaining({
        practice: "least-privilege",
        what: `cluster-admin for ${GROUP} until ${text}`,
        reason,
      }),
    );
    const { check, locals } = synthesized(stack);
    const [[name, { assert }]] = Object.entries(check) as [[string, any]];
    expect(locals[name]).toBe(text);
    expect(assert.condition).toBe(`\${timecmp(plantimestamp(), timeadd(local.${name}, "-336h")) < 0}`);
  });

  test("causes a warning shortly before it expires", () => {
    const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    clusterIn(newStack()).grantAccess(
      GROUP,
      KubernetesAccess.breakGlass({ reason: "A test", expires: soon(3) }),
    );
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining("ends on"),
      expect.objectContaining({ code: "break-glass" }),
    );
    warn.mockRestore();
  });

  test.each([
    ["an end that has passed", { reason: "A test", expires: soon(-1) }, ["EXPIRY_INVALID"]],
    ["an end in a year", { reason: "A test", expires: soon(365) }, ["EXPIRY_INVALID"]],
    ["no end", { reason: "A test" }, ["EXPIRY_INVALID"]],
    ["an invalid end", { reason: "A test", expires: new Date("never") }, ["EXPIRY_INVALID"]],
    ["no reason", { reason: "", expires: soon(1) }, ["REASON_MISSING"]],
  ])("%s", (_, options, codes) => {
    expect(problemCodesOf(() => KubernetesAccess.breakGlass(options as never))).toEqual(codes);
  });

  test("is refused for a group that has permanent access", () => {
    const cluster = clusterIn(newStack());
    cluster.grantAccess(GROUP, KubernetesAccess.viewer());
    const access = KubernetesAccess.breakGlass({ reason: "A test", expires: soon(1) });
    expect(problemCodesOf(() => cluster.grantAccess(GROUP, access))).toEqual(["EXPIRY_INVALID"]);
  });
});

describe("grantAccess refuses", () => {
  test.each([
    ["a user", "ocid1.user.oc1..a", KubernetesAccess.viewer(), ["OCID_INVALID"]],
    ["a name", "developers", KubernetesAccess.viewer(), ["OCID_INVALID"]],
    ["no access", GROUP, undefined, ["ATTRIBUTE_MISSING"]],
    ["the name of a role", GROUP, "cluster-admin", ["VALUE_INVALID"]],
  ])("%s", (_, group, access, codes) => {
    const cluster = clusterIn(newStack());
    expect(problemCodesOf(() => cluster.grantAccess(group, access as never))).toEqual(codes);
  });

  test("the same access twice", () => {
    const cluster = clusterIn(newStack());
    cluster.grantAccess(GROUP, KubernetesAccess.viewer());
    expect(problemCodesOf(() => cluster.grantAccess(GROUP, KubernetesAccess.viewer()))).toEqual([
      "NAME_DUPLICATE",
    ]);
  });

  test("an invalid namespace", () => {
    expect(problemCodesOf(() => KubernetesAccess.editorIn("Shop"))).toEqual(["NAME_INVALID"]);
  });
});

describe("a kubeconfig", () => {
  test("contains no token and reaches the endpoint through a bastion", () => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    const bastion = new Bastion(stack, "bastion", {
      compartmentId: COMPARTMENT,
      cluster,
      clients: BastionClients.from(["192.0.2.0/24"]),
    });
    new Kubeconfig(stack, "kubectl", { cluster, bastion, profile: "work", localPort: 16443 });
    const { output } = synthesized(stack);
    expect(output.kubectl_kubeconfig_command.value).toMatch(
      /^oci ce cluster create-kubeconfig --cluster-id \$\{\S+\} --file "\$HOME\/\.kube\/config" --region \$\{.+\} --token-version 2\.0\.0 --kube-endpoint PRIVATE_ENDPOINT --auth security_token --profile work$/,
    );
    expect(output.kubectl_tunnel_command.value).toMatch(
      /^ssh -N -L 16443:\$\{.+\}:6443 -p 22 "\$SESSION_ID@host\.bastion\./,
    );
    expect(output.kubectl_server_command.value).toContain("--server=https://127.0.0.1:16443");
  });

  test.each([
    ["a profile with a space", { profile: "my work" }, ["NAME_INVALID"]],
    ["an invalid port", { localPort: 0 }, ["PORT_INVALID"]],
    ["no cluster", { cluster: undefined }, ["ATTRIBUTE_MISSING"]],
  ])("%s", (_, props, codes) => {
    const stack = newStack();
    const cluster = clusterIn(stack);
    expect(problemCodesOf(() => new Kubeconfig(stack, "kubectl", { cluster, ...props } as never))).toEqual(
      codes,
    );
  });
});

test("a namespace can be mapped to a compartment", () => {
  const stack = newStack();
  const cluster = clusterIn(stack);
  const props = { cluster, namespace: "shop", compartmentId: "ocid1.compartment.oc1..shop" };
  new NamespaceCompartment(stack, "shop", props);
  expect(onlyResource(stack, "oci_containerengine_cluster_workload_mapping")).toMatchObject({
    namespace: "shop",
    mapped_compartment_id: "ocid1.compartment.oc1..shop",
  });
  const wrong = { ...props, namespace: "Shop", compartmentId: "shop" };
  expect(problemCodesOf(() => new NamespaceCompartment(stack, "wrong", wrong))).toEqual([
    "NAME_INVALID",
    "OCID_INVALID",
  ]);
});
