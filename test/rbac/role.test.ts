import { ApiObject, JsonPatch, Yaml } from "cdk8s";
import * as fc from "fast-check";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Allow } from "../../lib/rbac/allow";
import { LeastPrivilegeRole } from "../../lib/rbac/role";
import { Resource } from "../../lib/rbac/role-resource";
import { RoleScope } from "../../lib/rbac/role";
import { Verb, VERBS } from "../../lib/rbac/role-verb";
import { Subject } from "../../lib/rbac/subject";
import { newChart, objectOf, refusal, refusedCodes } from "../workload/support";

const GROUP = Subject.iamGroup("ocid1.group.oc1..developers");
const REASON = { reason: "The operator does it" };
const CLUSTER = RoleScope.cluster({ reason: "It watches all namespaces" });
const part = (plural: string, subresource: string, group = "") =>
  Resource.of({ group, plural, namespaced: plural !== "nodes" && group === "", subresource });

describe("a role", () => {
  test("of one permission is a Role that allows it", () => {
    const chart = newChart();
    new LeastPrivilegeRole(chart, "reader", {
      allow: [Allow.read(Resource.CONFIG_MAPS).named("web-config")],
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

  test("shows everything that it is given", () => {
    const chart = newChart();
    const role = new LeastPrivilegeRole(chart, "operator", {
      allow: [
        Allow.read(Resource.PODS),
        Allow.read(Resource.SERVICES),
        Allow.read(Resource.POD_LOGS),
        Allow.verbs(Resource.NAMESPACES, Verb.GET),
        Allow.write(Resource.DEPLOYMENTS).acknowledged(REASON),
        Allow.read(Resource.of({ group: "cert-manager.io", plural: "certificates", namespaced: true })),
        Allow.read(Resource.SECRETS).named("web-tls"),
      ],
    });
    role.grantTo(GROUP, Subject.serviceAccount("web"));
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("for the whole cluster is a ClusterRole in no namespace, with its reason", () => {
    for (const namespace of ["shop", ""]) {
      const chart = newChart(namespace);
      const role = new LeastPrivilegeRole(chart, "nodes", {
        allow: [Allow.read(Resource.NODES)],
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

  test("keeps why it leads to more than it says, once for each way", () => {
    const chart = newChart();
    new LeastPrivilegeRole(chart, "operator", {
      allow: [
        Allow.write(Resource.DEPLOYMENTS).acknowledged(REASON),
        Allow.write(Resource.JOBS).acknowledged(REASON),
        Allow.verbs(Resource.POD_EXEC, Verb.CREATE).named("db-0").acknowledged({ reason: "Backups" }),
        Allow.read(Resource.PODS).acknowledged({ reason: "Nothing is wrong with it" }),
      ],
    });
    expect(Acknowledgements.of(chart).map(({ what, reason }) => [what.split(":")[0], reason])).toEqual([
      ["create of pods/exec named db-0", "Backups"],
      ["create, update, patch of deployments.apps; create, update, patch of jobs.batch", REASON.reason],
    ]);
  });

  test("is the same whatever the order of its permissions and of their parts", () => {
    const resources = [
      Resource.PODS,
      Resource.CONFIG_MAPS,
      Resource.LEASES,
      Resource.JOBS,
      Resource.EVENTS_V1,
    ];
    const allow = fc.array(
      fc
        .record({
          resource: fc.constantFrom(...resources),
          verbs: fc.uniqueArray(fc.constantFrom(Verb.GET, Verb.LIST, Verb.DELETE), { minLength: 1 }),
          names: fc.uniqueArray(fc.constantFrom("a", "b", "c")),
        })
        .map(({ resource, verbs, names }) => {
          const one = Allow.verbs(resource, ...verbs);
          return names.length > 0 ? one.named(...names) : one;
        }),
      { minLength: 1 },
    );
    const written = (all: Allow[]) => {
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

  test("never renames a binding when it is given to somebody else as well", () => {
    const namesOf = (...subjects: Subject[]) => {
      const chart = newChart();
      new LeastPrivilegeRole(chart, "reader", { allow: [Allow.read(Resource.PODS)] }).grantTo(...subjects);
      return chart.toJson().map(({ metadata }) => metadata.name as string);
    };
    const other = Subject.iamUser("ocid1.user.oc1..ann");
    expect(namesOf(other, GROUP)).toEqual(expect.arrayContaining(namesOf(GROUP)));
    expect(new Set(namesOf(other, GROUP, Subject.serviceAccount("web"))).size).toBe(4);
  });

  test("can be patched afterwards", () => {
    const chart = newChart();
    const role = new LeastPrivilegeRole(chart, "reader", { allow: [Allow.read(Resource.PODS)] });
    ApiObject.of(role).addJsonPatch(JsonPatch.add("/metadata/labels", { team: "shop" }));
    expect(objectOf(chart, "Role").metadata.labels).toEqual({ team: "shop" });
  });
});

describe("a role is refused", () => {
  const refused = (allow: Allow[], roleScope?: RoleScope) => {
    const chart = newChart();
    const codes = refusedCodes(() => new LeastPrivilegeRole(chart, "role", { allow, roleScope }));
    expect(chart.node.children).toEqual([]);
    return [...new Set(codes)];
  };
  const made = (allow: Allow[], roleScope?: RoleScope) =>
    new LeastPrivilegeRole(newChart(), "role", { allow, roleScope });

  test.each<[string, Allow, RoleScope?]>([
    ["lists Secrets", Allow.verbs(Resource.SECRETS, Verb.LIST)],
    ["lists Secrets by name", Allow.verbs(Resource.SECRETS, Verb.LIST).named("web-tls")],
    ["watches Secrets", Allow.verbs(Resource.SECRETS, Verb.WATCH)],
    ["gets every Secret", Allow.read(Resource.SECRETS)],
    ["writes Secrets", Allow.write(Resource.SECRETS)],
    ["runs commands", Allow.verbs(Resource.POD_EXEC, Verb.CREATE)],
    ["runs commands by a get", Allow.verbs(Resource.POD_EXEC, Verb.GET)],
    ["attaches", Allow.verbs(Resource.POD_ATTACH, Verb.CREATE)],
    ["forwards ports", Allow.verbs(Resource.POD_PORT_FORWARD, Verb.CREATE)],
    ["adds debugging containers", Allow.verbs(Resource.POD_EPHEMERAL_CONTAINERS, Verb.PATCH)],
    ["reaches pods through the API server", Allow.verbs(part("pods", "proxy"), Verb.GET)],
    ["reaches Services through the API server", Allow.verbs(part("services", "proxy"), Verb.CREATE)],
    ["makes pods", Allow.verbs(Resource.PODS, Verb.CREATE)],
    ["changes the image of pods", Allow.verbs(Resource.PODS, Verb.PATCH)],
    ["writes Deployments", Allow.write(Resource.DEPLOYMENTS)],
    ["writes StatefulSets", Allow.write(Resource.STATEFUL_SETS)],
    ["writes DaemonSets", Allow.write(Resource.DAEMON_SETS)],
    ["writes ReplicaSets", Allow.write(Resource.REPLICA_SETS)],
    ["writes Jobs", Allow.write(Resource.JOBS)],
    ["writes one CronJob", Allow.write(Resource.CRON_JOBS).named("nightly")],
    ["writes Services", Allow.write(Resource.SERVICES)],
    ["writes Endpoints", Allow.write(Resource.ENDPOINTS)],
    ["writes EndpointSlices", Allow.write(Resource.ENDPOINT_SLICES)],
    ["writes NetworkPolicies", Allow.write(Resource.NETWORK_POLICIES)],
    ["writes its quota", Allow.write(Resource.RESOURCE_QUOTAS)],
    ["changes its namespace", Allow.verbs(Resource.NAMESPACES, Verb.PATCH)],
    ["makes volumes", Allow.write(Resource.PERSISTENT_VOLUMES), CLUSTER],
    ["changes nodes", Allow.write(Resource.NODES), CLUSTER],
    ["installs kinds of objects", Allow.write(Resource.CUSTOM_RESOURCE_DEFINITIONS), CLUSTER],
  ])("that %s, unless it says why", (_, ...[allow, roleScope]) => {
    expect(refused([allow], roleScope)).toEqual(["PERMISSION_TOO_WIDE"]);
    const role = made([allow.acknowledged(REASON)], roleScope);
    expect(Acknowledgements.of(role).map(({ reason }) => reason)).toContain(REASON.reason);
  });

  const cluster = (group: string, plural: string, subresource?: string) =>
    Resource.of({ group, plural, namespaced: false, subresource });

  test.each<[string, Allow, RoleScope?]>([
    ["writes Roles", Allow.write(Resource.ROLES)],
    ["writes RoleBindings", Allow.write(Resource.ROLE_BINDINGS)],
    ["deletes RoleBindings", Allow.verbs(Resource.ROLE_BINDINGS, Verb.DELETE)],
    ["writes ClusterRoles", Allow.write(cluster("rbac.authorization.k8s.io", "clusterroles")), CLUSTER],
    ["binds them", Allow.write(cluster("rbac.authorization.k8s.io", "clusterrolebindings")), CLUSTER],
    ["reaches kubelets", Allow.verbs(cluster("", "nodes", "proxy"), Verb.GET), CLUSTER],
    ["reads the status of nodes", Allow.verbs(cluster("", "nodes", "status"), Verb.GET), CLUSTER],
    ["makes tokens of every account", Allow.verbs(Resource.SERVICE_ACCOUNT_TOKENS, Verb.CREATE)],
    [
      "approves certificates",
      Allow.write(cluster("certificates.k8s.io", "certificatesigningrequests", "approval")),
      CLUSTER,
    ],
    [
      "writes webhooks that change objects",
      Allow.write(cluster("admissionregistration.k8s.io", "mutatingwebhookconfigurations")),
      CLUSTER,
    ],
    [
      "writes webhooks that refuse objects",
      Allow.write(cluster("admissionregistration.k8s.io", "validatingwebhookconfigurations")),
      CLUSTER,
    ],
    ["writes admission policies", Allow.write(Resource.VALIDATING_ADMISSION_POLICIES), CLUSTER],
    ["replaces parts of the API", Allow.write(cluster("apiregistration.k8s.io", "apiservices")), CLUSTER],
  ])("that %s, whatever it says", (_, ...[allow, roleScope]) => {
    expect(refused([allow], roleScope)).toEqual(["PERMISSION_TOO_WIDE"]);
    expect(refused([allow.acknowledged(REASON)], roleScope)).toEqual(["PERMISSION_TOO_WIDE"]);
  });

  test("that makes tokens, unless it names the accounts and says why", () => {
    const tokens = Allow.verbs(Resource.SERVICE_ACCOUNT_TOKENS, Verb.CREATE).named("ci");
    expect(refused([tokens])).toEqual(["PERMISSION_TOO_WIDE"]);
    expect(() => made([tokens.acknowledged(REASON)])).not.toThrow();
  });

  test.each([
    ["Secrets by name", Allow.read(Resource.SECRETS).named("web-tls")],
    ["its own namespace", Allow.verbs(Resource.NAMESPACES, Verb.GET)],
    ["roles", Allow.read(Resource.ROLES)],
    ["logs", Allow.read(Resource.POD_LOGS)],
  ])("never for reading %s", (_, allow) => {
    expect(Acknowledgements.of(made([allow]))).toEqual([]);
  });

  test.each<[string, Allow]>([
    ["nodes", Allow.read(Resource.NODES)],
    ["all namespaces", Allow.read(Resource.NAMESPACES)],
    ["a kind of the cluster", Allow.read(cluster("acme.example", "tenants"))],
  ])("that reads %s from inside a namespace, where the rule never holds", (_, allow) => {
    expect(refused([allow])).toEqual(["PERMISSION_INVALID"]);
    expect(() => made([allow], CLUSTER)).not.toThrow();
  });

  test("with nothing in it", () => expect(refused([])).toEqual(["PERMISSION_INVALID"]));

  test("with a permission that was not given", () => {
    expect(refused([undefined as never])).toEqual(["ATTRIBUTE_MISSING"]);
    expect(refused(undefined as never)).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("without a namespace", () => {
    const chart = newChart("");
    expect(
      refusedCodes(() => new LeastPrivilegeRole(chart, "role", { allow: [Allow.read(Resource.PODS)] })),
    ).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test.each(["cluster-admin", "admin", "edit", "view"])(
    "for the cluster named %s, as one of Kubernetes",
    (id) => {
      const allow = [Allow.read(Resource.PODS)];
      expect(
        refusedCodes(() => new LeastPrivilegeRole(newChart(), id, { allow, roleScope: CLUSTER })),
      ).toEqual(["NAME_INVALID"]);
    },
  );

  test.each(["Role", "system:masters", "*", "a".repeat(64)])("named %s", (id) => {
    const allow = [Allow.read(Resource.PODS)];
    expect(refusedCodes(() => new LeastPrivilegeRole(newChart(), id, { allow }))).toEqual(["NAME_INVALID"]);
  });

  test("of a name that the chart has already", () => {
    const chart = newChart();
    const make = (id: string) => new LeastPrivilegeRole(chart, id, { allow: [Allow.read(Resource.PODS)] });
    new ApiObject(chart, "other", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "reader" },
    });
    expect(refusedCodes(() => make("reader"))).toEqual(["NAME_DUPLICATE"]);
  });

  test("for the whole cluster without a reason", () => {
    expect(refusedCodes(() => RoleScope.cluster({ reason: " " }))).toEqual(["REASON_MISSING"]);
  });

  test("with everything that is wrong, each with what leads where", () => {
    const allow = [Allow.read(Resource.NODES), Allow.write(Resource.ROLES), Allow.write(Resource.SECRETS)];
    const problems = refusal(() => made(allow));
    expect(problems.map(({ what }) => what)).toEqual([
      expect.stringContaining("get, list, watch of nodes"),
      expect.stringContaining(
        "create, update, patch, delete of roles.rbac.authorization.k8s.io leads to every right",
      ),
      expect.stringContaining("create, update, patch of secrets leads to tokens"),
    ]);
    expect(problems.map(({ fix }) => fix.includes(".acknowledged("))).toEqual([false, false, true]);
  });

  test.each(VERBS)("for no verb of what leads nowhere: %s", (verb) => {
    const harmless = Resource.of({ group: "acme.example", plural: "things", namespaced: true });
    expect(Acknowledgements.of(made([Allow.verbs(harmless, verb)]))).toEqual([]);
  });
});

describe("a role is not granted", () => {
  const role = (roleScope?: RoleScope) =>
    new LeastPrivilegeRole(newChart(), "reader", { allow: [Allow.read(Resource.PODS)], roleScope });

  test("to nobody", () => {
    expect(refusedCodes(() => role().grantTo())).toEqual(["ATTRIBUTE_MISSING"]);
    expect(refusedCodes(() => role().grantTo(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("twice to one subject, in one call or two", () => {
    expect(refusedCodes(() => role().grantTo(GROUP, GROUP))).toEqual(["NAME_DUPLICATE"]);
    const one = role();
    one.grantTo(Subject.serviceAccount("web"));
    expect(refusedCodes(() => one.grantTo(Subject.serviceAccount("web", "shop")))).toEqual([
      "NAME_DUPLICATE",
    ]);
    expect(one.node.children).toHaveLength(2);
  });

  test("in the whole cluster to an account of no namespace", () => {
    expect(refusedCodes(() => role(CLUSTER).grantTo(Subject.serviceAccount("web")))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
  });
});
