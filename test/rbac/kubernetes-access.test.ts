import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { App as KubernetesApp, Chart, Duration, Yaml } from "cdk8s";
import { Testing, type TerraformStack } from "cdktf";
import {
  Acknowledgements,
  RoleRule,
  Bastion,
  BastionClients,
  CiAccess,
  CiCredentials,
  Egress,
  Kubeconfig,
  KubernetesAccess,
  KubernetesVersion,
  LeastPrivilegeRole,
  NamespaceCompartment,
  PipelineIdentity,
  Port,
  RbacResource,
  SecureOkeCluster,
  type CiAccessProps,
} from "../../lib";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  refusal,
  refusedCodes,
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
    expect(refusedCodes(() => KubernetesAccess.breakGlass(options as never))).toEqual(codes);
  });

  test("is refused for a group that has permanent access", () => {
    const cluster = clusterIn(newStack());
    cluster.grantAccess(GROUP, KubernetesAccess.viewer());
    const access = KubernetesAccess.breakGlass({ reason: "A test", expires: soon(1) });
    expect(refusedCodes(() => cluster.grantAccess(GROUP, access))).toEqual(["EXPIRY_INVALID"]);
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
    expect(refusedCodes(() => cluster.grantAccess(group, access as never))).toEqual(codes);
  });

  test("the same access twice", () => {
    const cluster = clusterIn(newStack());
    cluster.grantAccess(GROUP, KubernetesAccess.viewer());
    expect(refusedCodes(() => cluster.grantAccess(GROUP, KubernetesAccess.viewer()))).toEqual([
      "NAME_DUPLICATE",
    ]);
  });

  test("an invalid namespace", () => {
    expect(refusedCodes(() => KubernetesAccess.editorIn("Shop"))).toEqual(["NAME_INVALID"]);
  });
});

const identity = PipelineIdentity.gitHubActions({
  repository: "acme/shop",
  environment: "production",
  audience: "oke-production",
});
const reason = "The API server reads the keys of GitHub, whose addresses change";
const issuerEgress = Egress.toAnywhere(Port.tcp(443), { reason });

function ciIn(stack: TerraformStack, props: Partial<CiAccessProps> | object = {}, id = "ci"): CiAccess {
  const cluster = (stack.node.tryFindChild("cluster") as SecureOkeCluster | undefined) ?? clusterIn(stack);
  return new CiAccess(stack, id, {
    cluster,
    credentials: CiCredentials.oidc(identity),
    access: [KubernetesAccess.editorIn("shop")],
    issuerEgress,
    ...props,
  });
}

describe("access of a CI system by OpenID Connect", () => {
  test("configures the cluster, binds the role to the user, and allows egress to the issuer", () => {
    const stack = newStack();
    expect(ciIn(stack).username).toBe("actions-oidc:repo:acme/shop:environment:production");
    expect(
      onlyResource(stack, "oci_containerengine_cluster").options.open_id_connect_token_authentication_config,
    ).toEqual({
      is_open_id_connect_auth_enabled: true,
      issuer_url: "https://token.actions.githubusercontent.com",
      client_id: "oke-production",
      username_claim: "sub",
      username_prefix: "actions-oidc:",
      signing_algorithms: ["RS256"],
      required_claims: [
        { key: "environment", value: "production" },
        { key: "repository", value: "acme/shop" },
      ],
    });
    expect(objectsIn(stack).at(-1)).toMatchObject({
      kind: "RoleBinding",
      metadata: { namespace: "shop" },
      subjects: [{ kind: "User", name: "actions-oidc:repo:acme/shop:environment:production" }],
    });
    const routes = Object.values(resourcesOf(stack, "oci_core_route_table")).filter((table) =>
      JSON.stringify(table).includes("oci_core_nat_gateway"),
    );
    expect(routes).toHaveLength(1);
    const subnet = Object.entries(resourcesOf(stack, "oci_core_subnet")).find(([id]) =>
      id.includes("ApiEndpoint"),
    );
    expect(JSON.stringify(subnet)).toContain("route_table_id");
    expect(accessStatements(stack)).toEqual([]);
  });

  test("for several pipelines creates a configuration file", () => {
    const stack = newStack();
    ciIn(stack);
    const gitlab = PipelineIdentity.gitLab({ projectPath: "acme/tools", branch: "main", audience: "oke" });
    ciIn(stack, { credentials: CiCredentials.oidc(gitlab), issuerEgress: undefined }, "tools");
    const config = onlyResource(stack, "oci_containerengine_cluster").options
      .open_id_connect_token_authentication_config;
    expect(Object.keys(config)).toEqual(["configuration_file", "is_open_id_connect_auth_enabled"]);
    const file = Buffer.from(config.configuration_file as string, "base64").toString();
    expect(file.match(/url: .*/g)).toEqual([
      "url: https://gitlab.com",
      "url: https://token.actions.githubusercontent.com",
    ]);
  });

  test("is refused at synthesis without egress to the issuer", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    ciIn(stack, { issuerEgress: undefined });
    const [problem] = refusal(() => app.synth());
    expect(problem).toMatchObject({
      code: "EGRESS_INVALID",
      what: expect.stringContaining(
        "no egress to the token issuer token.actions.githubusercontent.com, TCP 443",
      ),
    });
  });

  test("changes nothing in a cluster without pipelines", () => {
    const stack = newStack();
    clusterIn(stack);
    expect(onlyResource(stack, "oci_containerengine_cluster").options).not.toHaveProperty(
      "open_id_connect_token_authentication_config",
    );
  });

  test("to an imported cluster warns of the configuration that its owner must add", () => {
    const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const stack = newStack();
    const cluster = SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
      clusterId: "ocid1.cluster.oc1.eu-frankfurt-1.a",
      compartmentId: COMPARTMENT,
    });
    ciIn(stack, { cluster, issuerEgress: undefined });
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining("AuthenticationConfiguration"),
      expect.objectContaining({ code: "imported-cluster-issuer" }),
    );
    warn.mockRestore();
  });
});

describe("access of a CI system by a service account", () => {
  const byToken = (stack: TerraformStack, credentials: CiCredentials) =>
    ciIn(stack, { credentials, issuerEgress: undefined });

  test("creates a namespaced role, and a command that prints a token for an hour", () => {
    const stack = newStack();
    expect(byToken(stack, CiCredentials.shortLivedToken()).username).toBe("system:serviceaccount:shop:ci-ci");
    const objects = objectsIn(stack);
    expect(named(objects)).toEqual([
      "ServiceAccount shop/ci-ci",
      "Role shop/access-editors",
      expect.stringMatching(/^RoleBinding shop\/access-editors-serviceaccount-/),
    ]);
    expect(objects[0].automountServiceAccountToken).toBe(false);
    expect(synthesized(stack).output.ci_token_command.value).toBe(
      "kubectl create token ci-ci --namespace shop --duration 3600s",
    );
  });

  test("takes a token lifetime of more than a day only with a reason", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    byToken(stack, CiCredentials.shortLivedToken({ lifetime: Duration.days(7), reason: "A weekly job" }));
    expect(synthesized(stack).output.ci_token_command.value).toContain("--duration 604800s");
    expect(Acknowledgements.of(app)).toContainEqual(
      expect.objectContaining({ practice: "access-tokens", reason: "A weekly job" }),
    );
  });

  test("stores a token only with a reason and an expiry date", () => {
    const app = Testing.app();
    const stack = newStack("stack", app);
    byToken(
      stack,
      CiCredentials.longLivedToken({ reason: "The tool knows nothing else", expires: soon(90) }),
    );
    const secret = objectsIn(stack).find(({ kind }) => kind === "Secret");
    expect(secret).toMatchObject({
      type: "kubernetes.io/service-account-token",
      metadata: { name: "ci-ci-token", annotations: { "kubernetes.io/service-account.name": "ci-ci" } },
    });
    expect(secret).not.toHaveProperty("data");
    expect(Acknowledgements.of(app)).toContainEqual(
      expect.objectContaining({ practice: "access-tokens", reason: "The tool knows nothing else" }),
    );
    expect(Object.keys(synthesized(stack).check)).toEqual([expect.stringMatching(/^long_lived_token_/)]);
  });
});

describe("CI access refuses", () => {
  test.each([
    [
      "a day and a minute",
      () => CiCredentials.shortLivedToken({ lifetime: Duration.minutes(1441) }),
      "TOKEN_LIFETIME",
    ],
    [
      "five minutes",
      () => CiCredentials.shortLivedToken({ lifetime: Duration.minutes(5) }),
      "DURATION_INVALID",
    ],
    [
      "a lifetime in seconds",
      () => CiCredentials.shortLivedToken({ lifetime: 3600 as never }),
      "VALUE_INVALID",
    ],
    [
      "a stored token without a reason",
      () => CiCredentials.longLivedToken({ reason: "", expires: soon(1) }),
      "REASON_MISSING",
    ],
    [
      "a stored token that has expired",
      () => CiCredentials.longLivedToken({ reason: "A test", expires: soon(-1) }),
      "EXPIRY_INVALID",
    ],
    ["no identity", () => CiCredentials.oidc(undefined as never), "ATTRIBUTE_MISSING"],
  ])("%s", (_, call, code) => {
    expect(refusedCodes(call)).toEqual([code]);
  });

  const account = { credentials: CiCredentials.shortLivedToken(), issuerEgress: undefined };
  test.each([
    ["no access", { access: [] }, "ATTRIBUTE_MISSING"],
    ["names of roles", { access: ["edit"] }, "VALUE_INVALID"],
    [
      "break-glass access",
      { access: [KubernetesAccess.breakGlass({ reason: "A test", expires: soon(1) })] },
      "PERMISSION_TOO_WIDE",
    ],
    [
      "a service account for all namespaces",
      { ...account, access: [KubernetesAccess.viewer()] },
      "PERMISSION_TOO_WIDE",
    ],
    [
      "a service account for two namespaces",
      { ...account, access: [KubernetesAccess.viewerIn("a"), KubernetesAccess.viewerIn("b")] },
      "PERMISSION_TOO_WIDE",
    ],
    ["an issuer of a service account", { ...account, issuerEgress }, "VALUE_INVALID"],
    ["no credentials", { credentials: undefined }, "ATTRIBUTE_MISSING"],
  ])("%s", (_, props, code) => {
    const stack = newStack();
    clusterIn(stack);
    expect(refusedCodes(() => ciIn(stack, props))).toEqual([code]);
    expect(stack.node.tryFindChild("ci")).toBeUndefined();
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
    expect(refusedCodes(() => new Kubeconfig(stack, "kubectl", { cluster, ...props } as never))).toEqual(
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
  expect(refusedCodes(() => new NamespaceCompartment(stack, "wrong", wrong))).toEqual([
    "NAME_INVALID",
    "OCID_INVALID",
  ]);
});
