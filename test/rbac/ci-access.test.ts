import { Duration } from "cdk8s";
import { Testing, type TerraformStack } from "cdktf";
import {
  Acknowledgements,
  CiAccess,
  CiCredentials,
  Egress,
  KubernetesAccess,
  PipelineIdentity,
  Port,
  SecureOkeCluster,
  type CiAccessProps,
} from "../../lib";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { accessStatements, addCluster, inDays, namesOf, objectsInOutput } from "./access-support";

const identity = PipelineIdentity.gitHubActions({
  repository: "acme/shop",
  environment: "production",
  audience: "oke-production",
});
const reason = "The API server reads the keys of GitHub, whose addresses change";
const issuerEgress = Egress.toAnywhere(Port.tcp(443), { reason });

function ciIn(stack: TerraformStack, props: Partial<CiAccessProps> | object = {}, id = "ci"): CiAccess {
  const cluster = (stack.node.tryFindChild("cluster") as SecureOkeCluster | undefined) ?? addCluster(stack);
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
    expect(objectsInOutput(stack).at(-1)).toMatchObject({
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
    const [problem] = validationProblemsOf(() => app.synth());
    expect(problem).toMatchObject({
      code: "EGRESS_INVALID",
      what: expect.stringContaining(
        "no egress to the token issuer token.actions.githubusercontent.com, TCP 443",
      ),
    });
  });

  test("changes nothing in a cluster without pipelines", () => {
    const stack = newStack();
    addCluster(stack);
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
    const objects = objectsInOutput(stack);
    expect(namesOf(objects)).toEqual([
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
      CiCredentials.longLivedToken({ reason: "The tool knows nothing else", expires: inDays(90) }),
    );
    const secret = objectsInOutput(stack).find(({ kind }) => kind === "Secret");
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
      () => CiCredentials.longLivedToken({ reason: "", expires: inDays(1) }),
      "REASON_MISSING",
    ],
    [
      "a stored token that has expired",
      () => CiCredentials.longLivedToken({ reason: "A test", expires: inDays(-1) }),
      "EXPIRY_INVALID",
    ],
    ["no identity", () => CiCredentials.oidc(undefined as never), "ATTRIBUTE_MISSING"],
  ])("%s", (_, call, code) => {
    expect(problemCodesOf(call)).toEqual([code]);
  });

  const account = { credentials: CiCredentials.shortLivedToken(), issuerEgress: undefined };
  test.each([
    ["no access", { access: [] }, "ATTRIBUTE_MISSING"],
    ["names of roles", { access: ["edit"] }, "VALUE_INVALID"],
    [
      "break-glass access",
      { access: [KubernetesAccess.breakGlass({ reason: "A test", expires: inDays(1) })] },
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
    addCluster(stack);
    expect(problemCodesOf(() => ciIn(stack, props))).toEqual([code]);
    expect(stack.node.tryFindChild("ci")).toBeUndefined();
  });
});
