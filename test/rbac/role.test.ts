import { ApiObject, JsonPatch, Yaml } from "cdk8s";
import * as fc from "fast-check";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { RoleRule } from "../../lib/rbac/role-rule";
import { LeastPrivilegeRole } from "../../lib/rbac/role";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { RoleScope } from "../../lib/rbac/role";
import { RbacVerb, VERBS } from "../../lib/rbac/rbac-verb";
import { Subject } from "../../lib/rbac/subject";
import { messagesOf, newChart, objectOf, validationProblemsOf, problemCodesOf } from "../workload/support";

const GROUP = Subject.iamGroup("ocid1.group.oc1..developers");
const REASON = { reason: "The operator does it" };
const CLUSTER = RoleScope.cluster({ reason: "It watches all namespaces" });
const part = (plural: string, subresource: string, group = "") =>
  RbacResource.of({ group, plural, namespaced: plural !== "nodes" && group === "", subresource });

describe("a role", () => {
  test("with one permission creates a Role with one rule", () => {
    const chart = newChart();
    new LeastPrivilegeRole(chart, "reader", {
      allow: [RoleRule.read(RbacResource.CONFIG_MAPS).named("web-config")],
    });
    expect(chart.toJson()).toEqual([
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "reader", namespace: "shop" },
        rules: [
          {
            apiGroups: [""],
            resources: ["configmaps"],
            resourceNames: ["web-config"],
            verbs: ["get", "list", "watch"],
          },
        ],
      },
    ]);
  });

  test("contains all its permissions and bindings", () => {
    const chart = newChart();
    const role = new LeastPrivilegeRole(chart, "operator", {
      allow: [
        RoleRule.read(RbacResource.PODS),
        RoleRule.read(RbacResource.SERVICES),
        RoleRule.read(RbacResource.POD_LOGS),
        RoleRule.verbs(RbacResource.NAMESPACES, RbacVerb.GET),
        RoleRule.write(RbacResource.DEPLOYMENTS).acknowledged(REASON),
        RoleRule.read(
          RbacResource.of({ group: "cert-manager.io", plural: "certificates", namespaced: true }),
        ),
        RoleRule.read(RbacResource.SECRETS).named("web-tls"),
      ],
    });
    role.grantTo(GROUP, Subject.serviceAccount("web"));
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("for the whole cluster creates a ClusterRole without a namespace, and records the reason", () => {
    for (const namespace of ["shop", ""]) {
      const chart = newChart(namespace);
      const role = new LeastPrivilegeRole(chart, "nodes", {
        allow: [RoleRule.read(RbacResource.NODES)],
        roleScope: CLUSTER,
      });
      role.grantTo(Subject.serviceAccount("metrics", "monitoring"));
      const [cluster, binding] = chart.toJson();
      expect(cluster).toMatchObject({ kind: "ClusterRole", metadata: { name: "nodes" } });
      expect(binding).toMatchObject({
        kind: "ClusterRoleBinding",
        roleRef: { kind: "ClusterRole", name: "nodes" },
      });
      for (const { metadata } of [cluster, binding]) expect(metadata).not.toHaveProperty("namespace");
      expect(Acknowledgements.of(chart)).toMatchObject([
        { path: "shop/nodes", practice: "least-privilege", reason: "It watches all namespaces" },
      ]);
    }
  });

  test("records each reason for a risky permission once for each risk", () => {
    const chart = newChart();
    new LeastPrivilegeRole(chart, "operator", {
      allow: [
        RoleRule.write(RbacResource.DEPLOYMENTS).acknowledged(REASON),
        RoleRule.write(RbacResource.JOBS).acknowledged(REASON),
        RoleRule.verbs(RbacResource.POD_EXEC, RbacVerb.CREATE)
          .named("db-0")
          .acknowledged({ reason: "Backups" }),
        RoleRule.read(RbacResource.PODS).acknowledged({ reason: "Nothing is wrong with it" }),
      ],
    });
    expect(
      Acknowledgements.of(chart).map(({ what, reason }) => [what.split(", which allows")[0], reason]),
    ).toEqual([
      ["create of pods/exec named db-0", "Backups"],
      ["create, update, patch of deployments.apps; create, update, patch of jobs.batch", REASON.reason],
    ]);
  });

  test("does not depend on the order of its permissions, verbs, and names", () => {
    const resources = [
      RbacResource.PODS,
      RbacResource.CONFIG_MAPS,
      RbacResource.LEASES,
      RbacResource.JOBS,
      RbacResource.EVENTS_V1,
    ];
    const allow = fc.array(
      fc
        .record({
          resource: fc.constantFrom(...resources),
          verbs: fc.uniqueArray(fc.constantFrom(RbacVerb.GET, RbacVerb.LIST, RbacVerb.DELETE), {
            minLength: 1,
          }),
          names: fc.uniqueArray(fc.constantFrom("a", "b", "c")),
        })
        .map(({ resource, verbs, names }) => {
          const rule = RoleRule.verbs(resource, ...verbs);
          return names.length > 0 ? rule.named(...names) : rule;
        }),
      { minLength: 1 },
    );
    const written = (all: RoleRule[]) => {
      const chart = newChart();
      new LeastPrivilegeRole(chart, "role", { allow: all });
      return JSON.stringify(chart.toJson());
    };
    fc.assert(
      fc.property(
        allow.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => written(all) === written([...shuffled, ...shuffled]),
      ),
      { numRuns: 60 },
    );
  });

  test("keeps the names of its bindings when another subject is added", () => {
    const namesOf = (...subjects: Subject[]) => {
      const chart = newChart();
      new LeastPrivilegeRole(chart, "reader", { allow: [RoleRule.read(RbacResource.PODS)] }).grantTo(
        ...subjects,
      );
      return chart.toJson().map(({ metadata }) => metadata.name as string);
    };
    const other = Subject.iamUser("ocid1.user.oc1..ann");
    expect(namesOf(other, GROUP)).toEqual(expect.arrayContaining(namesOf(GROUP)));
    expect(new Set(namesOf(other, GROUP, Subject.serviceAccount("web"))).size).toBe(4);
  });

  test("can be patched", () => {
    const chart = newChart();
    const role = new LeastPrivilegeRole(chart, "reader", { allow: [RoleRule.read(RbacResource.PODS)] });
    ApiObject.of(role).addJsonPatch(JsonPatch.add("/metadata/labels", { team: "shop" }));
    expect(objectOf(chart, "Role").metadata.labels).toEqual({ team: "shop" });
  });
});

describe("a role is refused", () => {
  const refused = (allow: RoleRule[], roleScope?: RoleScope) => {
    const chart = newChart();
    const codes = problemCodesOf(() => new LeastPrivilegeRole(chart, "role", { allow, roleScope }));
    expect(chart.node.children).toEqual([]);
    return [...new Set(codes)];
  };
  const made = (allow: RoleRule[], roleScope?: RoleScope) =>
    new LeastPrivilegeRole(newChart(), "role", { allow, roleScope });

  test.each<[string, RoleRule, RoleScope?]>([
    ["lists Secrets", RoleRule.verbs(RbacResource.SECRETS, RbacVerb.LIST)],
    ["lists Secrets by name", RoleRule.verbs(RbacResource.SECRETS, RbacVerb.LIST).named("web-tls")],
    ["watches Secrets", RoleRule.verbs(RbacResource.SECRETS, RbacVerb.WATCH)],
    ["gets every Secret", RoleRule.read(RbacResource.SECRETS)],
    ["writes Secrets", RoleRule.write(RbacResource.SECRETS)],
    ["runs commands", RoleRule.verbs(RbacResource.POD_EXEC, RbacVerb.CREATE)],
    ["runs commands by a get", RoleRule.verbs(RbacResource.POD_EXEC, RbacVerb.GET)],
    ["attaches", RoleRule.verbs(RbacResource.POD_ATTACH, RbacVerb.CREATE)],
    ["forwards ports", RoleRule.verbs(RbacResource.POD_PORT_FORWARD, RbacVerb.CREATE)],
    ["adds debugging containers", RoleRule.verbs(RbacResource.POD_EPHEMERAL_CONTAINERS, RbacVerb.PATCH)],
    ["reaches pods through the API server", RoleRule.verbs(part("pods", "proxy"), RbacVerb.GET)],
    ["reaches Services through the API server", RoleRule.verbs(part("services", "proxy"), RbacVerb.CREATE)],
    ["creates pods", RoleRule.verbs(RbacResource.PODS, RbacVerb.CREATE)],
    ["changes the image of pods", RoleRule.verbs(RbacResource.PODS, RbacVerb.PATCH)],
    ["writes Deployments", RoleRule.write(RbacResource.DEPLOYMENTS)],
    ["writes StatefulSets", RoleRule.write(RbacResource.STATEFUL_SETS)],
    ["writes DaemonSets", RoleRule.write(RbacResource.DAEMON_SETS)],
    ["writes ReplicaSets", RoleRule.write(RbacResource.REPLICA_SETS)],
    ["writes Jobs", RoleRule.write(RbacResource.JOBS)],
    ["writes one CronJob", RoleRule.write(RbacResource.CRON_JOBS).named("nightly")],
    ["writes Services", RoleRule.write(RbacResource.SERVICES)],
    ["writes Endpoints", RoleRule.write(RbacResource.ENDPOINTS)],
    ["writes EndpointSlices", RoleRule.write(RbacResource.ENDPOINT_SLICES)],
    ["writes NetworkPolicies", RoleRule.write(RbacResource.NETWORK_POLICIES)],
    ["writes its quota", RoleRule.write(RbacResource.RESOURCE_QUOTAS)],
    ["changes its namespace", RoleRule.verbs(RbacResource.NAMESPACES, RbacVerb.PATCH)],
    ["creates volumes", RoleRule.write(RbacResource.PERSISTENT_VOLUMES), CLUSTER],
    ["changes nodes", RoleRule.write(RbacResource.NODES), CLUSTER],
    ["installs CustomResourceDefinitions", RoleRule.write(RbacResource.CUSTOM_RESOURCE_DEFINITIONS), CLUSTER],
  ])("that %s, without a reason", (_, ...[allow, roleScope]) => {
    expect(refused([allow], roleScope)).toEqual(["PERMISSION_TOO_WIDE"]);
    const role = made([allow.acknowledged(REASON)], roleScope);
    expect(Acknowledgements.of(role).map(({ reason }) => reason)).toContain(REASON.reason);
  });

  const cluster = (group: string, plural: string, subresource?: string) =>
    RbacResource.of({ group, plural, namespaced: false, subresource });

  test.each<[string, RoleRule, RoleScope?]>([
    ["writes Roles", RoleRule.write(RbacResource.ROLES)],
    ["writes RoleBindings", RoleRule.write(RbacResource.ROLE_BINDINGS)],
    ["deletes RoleBindings", RoleRule.verbs(RbacResource.ROLE_BINDINGS, RbacVerb.DELETE)],
    ["writes ClusterRoles", RoleRule.write(cluster("rbac.authorization.k8s.io", "clusterroles")), CLUSTER],
    [
      "writes ClusterRoleBindings",
      RoleRule.write(cluster("rbac.authorization.k8s.io", "clusterrolebindings")),
      CLUSTER,
    ],
    ["reaches kubelets", RoleRule.verbs(cluster("", "nodes", "proxy"), RbacVerb.GET), CLUSTER],
    ["reads the status of nodes", RoleRule.verbs(cluster("", "nodes", "status"), RbacVerb.GET), CLUSTER],
    [
      "creates tokens of every service account",
      RoleRule.verbs(RbacResource.SERVICE_ACCOUNT_TOKENS, RbacVerb.CREATE),
    ],
    [
      "approves certificates",
      RoleRule.write(cluster("certificates.k8s.io", "certificatesigningrequests", "approval")),
      CLUSTER,
    ],
    [
      "writes mutating webhooks",
      RoleRule.write(cluster("admissionregistration.k8s.io", "mutatingwebhookconfigurations")),
      CLUSTER,
    ],
    [
      "writes validating webhooks",
      RoleRule.write(cluster("admissionregistration.k8s.io", "validatingwebhookconfigurations")),
      CLUSTER,
    ],
    ["writes admission policies", RoleRule.write(RbacResource.VALIDATING_ADMISSION_POLICIES), CLUSTER],
    ["writes API services", RoleRule.write(cluster("apiregistration.k8s.io", "apiservices")), CLUSTER],
  ])("that %s, even with a reason", (_, ...[allow, roleScope]) => {
    expect(refused([allow], roleScope)).toEqual(["PERMISSION_TOO_WIDE"]);
    expect(refused([allow.acknowledged(REASON)], roleScope)).toEqual(["PERMISSION_TOO_WIDE"]);
  });

  test("that creates tokens, unless it names the service accounts and has a reason", () => {
    const tokens = RoleRule.verbs(RbacResource.SERVICE_ACCOUNT_TOKENS, RbacVerb.CREATE).named("ci");
    expect(refused([tokens])).toEqual(["PERMISSION_TOO_WIDE"]);
    expect(() => made([tokens.acknowledged(REASON)])).not.toThrow();
  });

  test.each([
    ["Secrets by name", RoleRule.read(RbacResource.SECRETS).named("web-tls")],
    ["its own namespace", RoleRule.verbs(RbacResource.NAMESPACES, RbacVerb.GET)],
    ["roles", RoleRule.read(RbacResource.ROLES)],
    ["logs", RoleRule.read(RbacResource.POD_LOGS)],
  ])("never for reading %s", (_, allow) => {
    expect(Acknowledgements.of(made([allow]))).toEqual([]);
  });

  test.each<[string, RoleRule]>([
    ["nodes", RoleRule.read(RbacResource.NODES)],
    ["all namespaces", RoleRule.read(RbacResource.NAMESPACES)],
    ["a cluster-scoped custom resource", RoleRule.read(cluster("acme.example", "tenants"))],
  ])("that reads %s but is namespaced, so the rule would never apply", (_, allow) => {
    expect(refused([allow])).toEqual(["PERMISSION_INVALID"]);
    expect(() => made([allow], CLUSTER)).not.toThrow();
  });

  test("without permissions", () => expect(refused([])).toEqual(["PERMISSION_INVALID"]));

  test("with a missing permission", () => {
    expect(refused([undefined as never])).toEqual(["ATTRIBUTE_MISSING"]);
    expect(refused(undefined as never)).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("without a namespace", () => {
    const chart = newChart("");
    expect(
      problemCodesOf(
        () => new LeastPrivilegeRole(chart, "role", { allow: [RoleRule.read(RbacResource.PODS)] }),
      ),
    ).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test.each(["cluster-admin", "admin", "edit", "view"])(
    "for the whole cluster with the name of the built-in role %s",
    (id) => {
      const allow = [RoleRule.read(RbacResource.PODS)];
      expect(
        problemCodesOf(() => new LeastPrivilegeRole(newChart(), id, { allow, roleScope: CLUSTER })),
      ).toEqual(["NAME_INVALID"]);
    },
  );

  test.each(["Role", "system:masters", "*", "a".repeat(64)])("with the invalid name %s", (id) => {
    const allow = [RoleRule.read(RbacResource.PODS)];
    expect(problemCodesOf(() => new LeastPrivilegeRole(newChart(), id, { allow }))).toEqual(["NAME_INVALID"]);
  });

  test("with the name of another role of the chart", () => {
    const chart = newChart();
    const make = (id: string) =>
      new LeastPrivilegeRole(chart, id, { allow: [RoleRule.read(RbacResource.PODS)] });
    new ApiObject(chart, "other", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "reader" },
    });
    expect(problemCodesOf(() => make("reader"))).toEqual(["NAME_DUPLICATE"]);
  });

  test("for the whole cluster without a reason", () => {
    expect(problemCodesOf(() => RoleScope.cluster({ reason: " " }))).toEqual(["REASON_MISSING"]);
  });

  test("with all its problems at once", () => {
    const allow = [
      RoleRule.read(RbacResource.NODES),
      RoleRule.write(RbacResource.ROLES),
      RoleRule.write(RbacResource.SECRETS),
    ];
    const problems = validationProblemsOf(() => made(allow));
    expect(problems.map(({ code, property }) => `${code} ${property}`)).toEqual([
      "PERMISSION_INVALID allow[0]",
      "PERMISSION_TOO_WIDE allow[1]",
      "PERMISSION_TOO_WIDE allow[2]",
    ]);
    expect(problems.map(({ fix }) => fix.includes(".acknowledged("))).toEqual([false, false, true]);
    expect(messagesOf(problems)).toMatchSnapshot();
  });

  test.each(VERBS)("never for the verb %s of a custom resource", (verb) => {
    const harmless = RbacResource.of({ group: "acme.example", plural: "things", namespaced: true });
    expect(Acknowledgements.of(made([RoleRule.verbs(harmless, verb)]))).toEqual([]);
  });
});

describe("granting a role is refused", () => {
  const role = (roleScope?: RoleScope) =>
    new LeastPrivilegeRole(newChart(), "reader", { allow: [RoleRule.read(RbacResource.PODS)], roleScope });

  test("without a subject", () => {
    expect(problemCodesOf(() => role().grantTo())).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => role().grantTo(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("twice to one subject, in one call or two", () => {
    expect(problemCodesOf(() => role().grantTo(GROUP, GROUP))).toEqual(["NAME_DUPLICATE"]);
    const reader = role();
    reader.grantTo(Subject.serviceAccount("web"));
    expect(problemCodesOf(() => reader.grantTo(Subject.serviceAccount("web", "shop")))).toEqual([
      "NAME_DUPLICATE",
    ]);
    expect(reader.node.children).toHaveLength(2);
  });

  test("for the whole cluster to a service account without a namespace", () => {
    expect(problemCodesOf(() => role(CLUSTER).grantTo(Subject.serviceAccount("web")))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
  });
});
