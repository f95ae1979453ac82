import * as fc from "fast-check";
import { App, Chart, Duration } from "cdk8s";
import { RoleRule } from "../../lib/rbac/role-rule";
import { ApiAccess } from "../../lib/workload/pods/service-account";
import { LeastPrivilegeRole, RoleScope } from "../../lib/rbac/role";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { KUBERNETES_GROUPS, knownResources, NAMELESS, type RbacVerb, VERBS } from "../../lib/rbac/rbac-verb";
import { Subject } from "../../lib/rbac/subject";
import { ApiServer, describeWithApiServer, type Caller } from "../support/api-server";
import { reaches } from "../support/reachability";
import { account, groupOf, NAMES, person, ROLES, single, threeTenants } from "./rbac-tenants";

const REASON = { reason: "The test asks for it" };

describeWithApiServer("RBAC in a real API server", () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await ApiServer.start();
  }, 90_000);
  afterAll(async () => server.stop());

  const applied = async (object: any) => {
    const { body, status, warnings } = await server.apply(object);
    const answer = `${object.kind} ${object.metadata.name}: ${status < 300 ? "taken" : body.message} ${warnings.join()}`;
    expect(answer).toBe(`${object.kind} ${object.metadata.name}: taken `);
  };

  /** A role holds a moment after it was written, when the authorizer has seen it. */
  const eventually = async (check: () => Promise<boolean>) => {
    const deadline = Date.now() + 10_000;
    while (!(await check())) {
      if (Date.now() > deadline) throw new Error("The role never held");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  test("the API server serves exactly the resources in the table", async () => {
    const { groups } = (await server.request("GET", "/apis")).body;
    const versions: [string, string][] = groups.map((one: any) => [
      one.name,
      one.preferredVersion.groupVersion,
    ]);
    expect(["", "metrics.k8s.io", ...versions.map(([name]) => name)].sort()).toEqual(
      [...KUBERNETES_GROUPS].sort(),
    );
    for (const [group, version] of [["", "v1"], ...versions] as const) {
      const served = (await server.resourcesOf(version)).map(({ name, namespaced, verbs }) => [
        name,
        { namespaced, verbs: VERBS.filter((verb) => verbs.includes(verb)) },
      ]);
      // The kubelet asks about it, and the API server serves nothing under it.
      const answered = [...knownResources(group)!].filter(
        ([name]) => `${group}/${name}` !== "/nodes/metrics",
      );
      const known = answered.map(([name, { namespaced, verbs }]) => [
        name,
        { namespaced, verbs: VERBS.filter((verb) => verbs.includes(verb)) },
      ]);
      expect([group, Object.fromEntries(known)]).toEqual([group, Object.fromEntries(served)]);
    }
  });

  const constants = Object.values(RbacResource).filter(
    (value): value is RbacResource => value instanceof RbacResource,
  );
  // What no reason makes right can't be in a role.
  const grantable = constants.filter((resource) => {
    const all = RoleRule.verbs(resource, ...resource._verbs());
    return all._risks().every(({ isAcceptable }) => isAcceptable);
  });
  const names = ["a", "b", "c"];
  const allow = (resource: RbacResource) =>
    fc
      .record({
        verbs: fc.uniqueArray(fc.constantFrom(...resource._verbs()), { minLength: 1 }),
        named: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
      })
      .map(({ verbs, named }) => {
        const limited = verbs.filter((verb) => !NAMELESS.includes(verb));
        const all = RoleRule.verbs(resource, ...verbs).acknowledged(REASON);
        if (named.length === 0 || limited.length === 0) return all;
        return RoleRule.verbs(resource, ...limited)
          .acknowledged(REASON)
          .named(...named);
      });
  const question = fc.record({
    resource: fc.constantFrom(...constants),
    verb: fc.constantFrom(...VERBS, "*", "bind", "escalate", "impersonate"),
    name: fc.constantFrom(...names, ""),
    namespace: fc.constantFrom("probe", "other", ""),
  });
  type Question = Parameters<typeof allows>[1];

  function allows(one: RoleRule, asked: { resource: RbacResource; verb: string; name: string }): boolean {
    const { resource, names: named } = one;
    return (
      resource.toString() === asked.resource.toString() &&
      one._verbs().includes(asked.verb as RbacVerb) &&
      (named.length === 0 || named.includes(asked.name))
    );
  }

  test("a role allows exactly its permissions, in its namespace or in the cluster", async () => {
    const [asks, granted] = [{ all: 0 }, { all: 0 }];
    let count = 0;
    await applied({ apiVersion: "v1", kind: "Namespace", metadata: { name: "probe" } });
    const inNamespace = (resource: RbacResource) => resource.namespaced;
    const set = (pool: RbacResource[]) =>
      fc.array(fc.constantFrom(...pool).chain(allow), { minLength: 1, maxLength: 6 });
    const role = fc.oneof(
      fc.record({ all: set(grantable.filter(inNamespace)), cluster: fc.constant(false) }),
      fc.record({ all: set(grantable), cluster: fc.constant(true) }),
    );
    await fc.assert(
      fc.asyncProperty(
        role,
        fc.array(question, { minLength: 10, maxLength: 20 }),
        async ({ all, cluster }, random) => {
          const group = `ocid1.group.oc1..probe${count++}`;
          const chart = new Chart(new App(), "probe", { namespace: "probe" });
          const roleScope = cluster ? RoleScope.cluster(REASON) : undefined;
          new LeastPrivilegeRole(chart, `probe-${count}`, { allow: all, roleScope }).grantTo(
            Subject.iamGroup(group),
          );
          for (const object of chart.toJson()) await applied(object);
          // Each permission itself in every namespace and with every name, and random requests.
          const own = all.flatMap((one) =>
            VERBS.map((verb, index) => ({
              resource: one.resource,
              verb,
              name: [...names, ""][index % 4]!,
              namespace: ["probe", "probe", "other", ""][(index + count) % 4]!,
            })),
          );
          const canI = async ({ resource, verb, name, namespace }: Question & { namespace: string }) =>
            server.canI(
              { user: "ocid1.user.oc1..ann", groups: [group] },
              {
                group: resource.group,
                resource: resource.plural,
                subresource: resource.subresource,
                verb,
                name,
                namespace,
              },
            );
          const [first] = all;
          const [verb] = first!._verbs();
          const certain = {
            resource: first!.resource,
            verb: verb!,
            name: first!.names[0] ?? "",
            namespace: "probe",
          };
          await eventually(async () => canI(certain));
          await Promise.all(
            [certain, ...own, ...random].map(async (asked) => {
              const expected =
                (cluster || asked.namespace === "probe") && all.some((one) => allows(one, asked));
              asks.all++;
              if (expected) granted.all++;
              expect([asked, await canI(asked)]).toEqual([asked, expected]);
            }),
          );
        },
      ),
      { numRuns: 50, seed: 1 },
    );
    expect(asks.all).toBeGreaterThan(1000);
    expect(granted.all).toBeGreaterThan(200);
  }, 60_000);

  describe("three tenants", () => {
    const charts = threeTenants();
    const objects = charts.flatMap((chart) => chart.toJson() as any[]);
    const callers = NAMES.flatMap((tenant) => [
      ...ROLES.map((role) => ({ tenant, role: `tenant-${role}`, caller: person(groupOf(tenant, role)) })),
      { tenant, role: "web-config", caller: account(tenant, "web") },
    ]);

    /** All that somebody may do in a namespace, as the API server tells him. */
    const rulesFor = async (caller: Caller, namespace: string): Promise<string[]> => {
      const { body } = await server.request(
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
        { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } },
        { as: caller },
      );
      expect(body.status.incomplete).toBe(false);
      return single(body.status.resourceRules);
    };

    beforeAll(async () => {
      for (const object of objects) await applied(object);
      await eventually(async () =>
        server.canI(account("toys", "web"), {
          verb: "get",
          resource: "configmaps",
          name: "web-config",
          namespace: "toys",
        }),
      );
    }, 30_000);

    test("have the permissions of their roles in their own namespaces, and no others", async () => {
      for (const { tenant, role, caller } of callers) {
        const anybody = await rulesFor({ user: "nobody", groups: ["system:authenticated"] }, tenant);
        const { rules } = objects.find(({ kind, metadata }) => kind === "Role" && metadata.name === role);
        expect(await rulesFor(caller, tenant)).toEqual([...new Set([...anybody, ...single(rules)])].sort());
        for (const other of [...NAMES.filter((name) => name !== tenant), "default", "kube-system"]) {
          expect([role, other, await rulesFor(caller, other)]).toEqual([role, other, anybody]);
        }
      }
    });

    test("can list the pods and policies of their own namespace only", async () => {
      for (const { tenant, role, caller } of callers.filter((one) => one.role !== "web-config")) {
        for (const path of [
          "api/v1/%/pods",
          "apis/networking.k8s.io/v1/%/networkpolicies",
          "apis/apps/v1/%/deployments",
        ]) {
          for (const place of [...NAMES.map((name) => `namespaces/${name}/`), ""]) {
            const { status } = await server.request("GET", `/${path.replace("%/", place)}`, undefined, {
              as: caller,
            });
            const own = place === `namespaces/${tenant}/`;
            expect([role, place, status]).toEqual([role, place, own ? 200 : 403]);
          }
        }
        const own = await server.request("GET", `/api/v1/namespaces/${tenant}`, undefined, { as: caller });
        expect(own.status).toBe(200);
        const all = await server.request("GET", "/api/v1/namespaces", undefined, { as: caller });
        expect(all.status).toBe(403);
      }
    });

    test("can't extend their permissions, read Secrets, run commands, or change their namespaces", async () => {
      for (const { tenant, caller } of callers) {
        const refused = [
          { verb: "get", resource: "secrets", name: "web-tls" },
          { verb: "list", resource: "secrets" },
          { verb: "create", resource: "pods", subresource: "exec" },
          { verb: "get", resource: "pods", subresource: "exec" },
          { verb: "create", resource: "pods", subresource: "portforward" },
          { verb: "create", resource: "serviceaccounts", subresource: "token", name: "web" },
          { verb: "create", group: "rbac.authorization.k8s.io", resource: "rolebindings" },
          { verb: "patch", group: "rbac.authorization.k8s.io", resource: "roles" },
          { verb: "patch", resource: "namespaces", name: tenant },
          { verb: "patch", resource: "resourcequotas", name: "quota" },
          { verb: "create", resource: "pods" },
        ];
        for (const attributes of refused) {
          const asked = { ...attributes, namespace: tenant };
          expect([caller.groups, asked, await server.canI(caller, asked)]).toEqual([
            caller.groups,
            asked,
            false,
          ]);
        }
      }
    });

    test("can deploy as admins only, and only pods of the restricted standard", async () => {
      const deployment = objects.find(
        ({ kind, metadata }) => kind === "Deployment" && metadata.namespace === "shop",
      );
      for (const role of ROLES) {
        const as = person(groupOf("shop", role));
        const { status } = await server.apply(deployment, { as, dryRun: true });
        expect([role, status]).toEqual([role, role === "admins" ? 200 : 403]);
        const elsewhere = structuredClone(deployment);
        elsewhere.metadata.namespace = "bank";
        expect((await server.apply(elsewhere, { as, dryRun: true })).status).toBe(403);
      }
    });

    test("can deploy pods with pull Secrets as admins, who can't read these Secrets", async () => {
      const imagePullSecrets = [{ name: "ocir" }];
      const written = objects
        .filter(({ kind, metadata }) => kind === "Deployment" && metadata.namespace === "shop")
        .map((deployment) => {
          const pulling = structuredClone(deployment);
          Object.assign(pulling.spec.template.spec, { imagePullSecrets });
          return pulling;
        });
      const account = objects.find(
        ({ kind, metadata }) =>
          kind === "ServiceAccount" && metadata.namespace === "shop" && metadata.name === "web",
      );
      for (const role of ROLES) {
        const as = person(groupOf("shop", role));
        for (const object of [...written, { ...account, imagePullSecrets }]) {
          const { status } = await server.apply(object, { as, dryRun: true });
          expect([role, object.kind, status]).toEqual([role, object.kind, role === "admins" ? 200 : 403]);
        }
        const secret = { verb: "get", resource: "secrets", name: "ocir", namespace: "shop" };
        expect(await server.canI(as, secret)).toBe(false);
      }
    });

    test("can connect only if both list each other as peers", async () => {
      const policies: any[] = (await server.request("GET", "/apis/networking.k8s.io/v1/networkpolicies")).body
        .items;
      const pods: any[] = objects
        .filter(({ kind }) => kind === "Deployment")
        .map(({ metadata, spec }) => ({
          namespace: metadata.namespace,
          name: metadata.name,
          ...spec.template.metadata,
        }));
      const met = pods.flatMap((from) =>
        pods
          .filter((to) => reaches(policies, from, to, 8081) || reaches(policies, from, to, 8080))
          .map((to) => `${from.namespace}/${from.name} -> ${to.namespace}/${to.name}`),
      );
      expect(met.sort()).toEqual([
        "bank/web -> bank/api",
        "shop/web -> bank/api",
        "shop/web -> shop/api",
        "toys/web -> toys/api",
      ]);
    });

    test("let a program call the API server with its token and the permissions of its role", async () => {
      const expirationSeconds = ApiAccess.token().expiration.toSeconds();
      const { body, status } = await server.request(
        "POST",
        "/api/v1/namespaces/shop/serviceaccounts/web/token",
        {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenRequest",
          spec: { audiences: [], expirationSeconds },
        },
      );
      expect(status).toBe(201);
      const { token } = body.status;
      const read = async (url: string) => (await server.request("GET", url, undefined, { token })).status;
      expect(await read("/api/v1/namespaces/shop/configmaps/web-config")).toBe(404); // allowed, and not there
      expect(await read("/api/v1/namespaces/shop/configmaps/other")).toBe(403);
      expect(await read("/api/v1/namespaces/bank/configmaps/web-config")).toBe(403);
    });

    test("accept pods that mount such a token", async () => {
      const deployment = objects.find(
        ({ kind, metadata }) => kind === "Deployment" && metadata.namespace === "shop",
      );
      const pod = structuredClone(deployment.spec.template);
      const access = ApiAccess.token({ expiration: Duration.minutes(10) });
      pod.spec.volumes = [...(pod.spec.volumes ?? []), access._volume()];
      pod.spec.containers[0].volumeMounts = [
        ...(pod.spec.containers[0].volumeMounts ?? []),
        access._volumeMount(),
      ];
      const metadata = { ...pod.metadata, name: "probe", namespace: "shop" };
      const answer = await server.apply(
        { apiVersion: "v1", kind: "Pod", metadata, spec: pod.spec },
        { dryRun: true },
      );
      expect([answer.status, answer.body.message, answer.warnings]).toEqual([201, undefined, []]);
    });
  });
});
