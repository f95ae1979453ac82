import { App as KubernetesApp, Chart } from "cdk8s";
import { Testing } from "cdktf";
import {
  Acknowledgements,
  RoleRule,
  Bastion,
  BastionClients,
  Kubeconfig,
  KubernetesAccess,
  LeastPrivilegeRole,
  NamespaceCompartment,
  RbacResource,
  SecureOkeCluster,
} from "../../lib";
import { COMPARTMENT, newStack, onlyResource, problemCodesOf, synthesized } from "../support/stack";
import { accessStatements, addCluster, inDays, namesOf, objectsInOutput } from "./access-support";

const GROUP = "ocid1.group.oc1..developers";
const OTHER = "ocid1.group.oc1..operators";
describe("access of people", () => {
  test("creates an IAM statement for this cluster and a binding of the ClusterRole view", () => {
    const stack = newStack();
    addCluster(stack).grantAccess(GROUP, KubernetesAccess.viewer());
    expect(accessStatements(stack)).toEqual([
      expect.stringMatching(
        /^Allow group id ocid1\.group\.oc1\.\.developers to use clusters in compartment id ocid1\.compartment\.oc1\.\.test where target\.cluster\.id = '\$\{oci_containerengine_cluster\.\w+\.id\}'$/,
      ),
    ]);
    const [binding, ...more] = objectsInOutput(stack);
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
    const cluster = addCluster(stack);
    cluster.grantAccess(GROUP, KubernetesAccess.editorIn("shop"));
    cluster.grantAccess(OTHER, KubernetesAccess.editorIn("shop"));
    cluster.grantAccess(OTHER, KubernetesAccess.operatorIn("shop"));
    cluster.grantAccess(OTHER, KubernetesAccess.viewerIn("tools"));
    const objects = objectsInOutput(stack);
    expect(namesOf(objects.filter(({ kind }) => kind === "Role"))).toEqual([
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
    const cluster = addCluster(stack);
    const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
    const role = new LeastPrivilegeRole(chart, "logs", { allow: [RoleRule.read(RbacResource.POD_LOGS)] });
    cluster.grantAccess(GROUP, KubernetesAccess.role(role), { chart });
    cluster.addCdk8sChart("shop", chart);
    expect(namesOf(objectsInOutput(stack, "shop_manifests"))).toEqual([
      "Role shop/logs",
      expect.stringMatching(/^RoleBinding shop\/logs-group-/),
    ]);
    expect(synthesized(stack).output).not.toHaveProperty("cluster_access_manifests");
  });

  test("through a bastion creates the statements for its sessions", () => {
    const stack = newStack();
    const cluster = addCluster(stack);
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
    expect(objectsInOutput(stack)).toHaveLength(1);
  });
});

describe("break-glass access", () => {
  test("expires in IAM, is acknowledged, and causes a reminder in each plan", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    const expires = inDays(30);
    const reason = "Incidents outside of office hours";
    addCluster(stack).grantAccess(GROUP, KubernetesAccess.breakGlass({ reason, expires }));
    const text = expires.toISOString().replace(/\.\d+Z$/, "Z");
    expect(accessStatements(stack)).toEqual([
      expect.stringMatching(
        new RegExp(
          ` where all \\{target\\.cluster\\.id = '[^']+', request\\.utc-timestamp before '${text}'\\}$`,
        ),
      ),
    ]);
    expect(objectsInOutput(stack)[0]).toMatchObject({
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
    addCluster(newStack()).grantAccess(
      GROUP,
      KubernetesAccess.breakGlass({ reason: "A test", expires: inDays(3) }),
    );
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining("ends on"),
      expect.objectContaining({ code: "break-glass" }),
    );
    warn.mockRestore();
  });

  test.each([
    ["an end that has passed", { reason: "A test", expires: inDays(-1) }, ["EXPIRY_INVALID"]],
    ["an end in a year", { reason: "A test", expires: inDays(365) }, ["EXPIRY_INVALID"]],
    ["no end", { reason: "A test" }, ["EXPIRY_INVALID"]],
    ["an invalid end", { reason: "A test", expires: new Date("never") }, ["EXPIRY_INVALID"]],
    ["no reason", { reason: "", expires: inDays(1) }, ["REASON_MISSING"]],
  ])("%s", (_, options, codes) => {
    expect(problemCodesOf(() => KubernetesAccess.breakGlass(options as never))).toEqual(codes);
  });

  test("is refused for a group that has permanent access", () => {
    const cluster = addCluster(newStack());
    cluster.grantAccess(GROUP, KubernetesAccess.viewer());
    const access = KubernetesAccess.breakGlass({ reason: "A test", expires: inDays(1) });
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
    const cluster = addCluster(newStack());
    expect(problemCodesOf(() => cluster.grantAccess(group, access as never))).toEqual(codes);
  });

  test("the same access twice", () => {
    const cluster = addCluster(newStack());
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
    const cluster = addCluster(stack);
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
    const cluster = addCluster(stack);
    expect(problemCodesOf(() => new Kubeconfig(stack, "kubectl", { cluster, ...props } as never))).toEqual(
      codes,
    );
  });
});

test("a namespace can be mapped to a compartment", () => {
  const stack = newStack();
  const cluster = addCluster(stack);
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
