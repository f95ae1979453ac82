import * as fs from "node:fs";
import * as path from "node:path";
import { Yaml } from "cdk8s";
import { GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { type AdmissionGuardrailsProps } from "../../lib/guardrails/admission-guardrails";
import { GuardrailException, GuardrailMode } from "../../lib/guardrails/guardrail-enforcement";
import { NetworkSecurityGroup } from "../../lib/network/security-groups/network-security-group";
import { describeWithApiServer } from "../support/api-server";
import { EXAMPLES, previewsOf, synthesizeExample } from "../support/examples";
import { newStack } from "../support/stack";
import { OBJECT_CASES } from "./object-cases";
import { POD_CASES } from "./pod-cases";
import {
  expectPassed,
  expectRefused,
  GuardedServer,
  only,
  policiesOf,
  refusedBy,
  RULES,
  until,
  within,
} from "./guarded-server";
import { randomPods } from "../hardening/random-pods";
import {
  account,
  binding,
  container,
  group,
  INTERNAL,
  KINDS,
  loadBalancer,
  NAMED_COMPARTMENT,
  NAMED_GROUP,
  podWith,
  REQUIRED_LABELS,
  service,
  template,
  user,
  workload,
} from "./support";

jest.setTimeout(180_000);

const reason = "A test";
const FREE = GuardrailException.ofEveryRule({ namespace: "free", reason });
const ONE_RULE_EACH = RULES.flatMap((namespace) =>
  RULES.filter((rule) => rule !== namespace).map((rule) =>
    GuardrailException.of({ namespace: only(namespace), rule, reason }),
  ),
);
/** The warning for a pod that violates the restricted standard in a namespace that only warns. */
const STANDARD_WARNING = /would violate PodSecurity \\?"restricted:/;
/** The rules that the restricted standard of Kubernetes also has. */
const STANDARD = ["dropped-capabilities", "no-host-access", "no-privilege-escalation", "non-root"];
const AS_STANDARD = RULES.filter((rule) => !STANDARD.includes(rule)).map((rule) =>
  GuardrailException.of({ namespace: "as-standard", rule, reason }),
);
/** The exceptions that the guides name for the namespaces of programs that reach into their node. */
const NODE_PROGRAMS: { readonly [namespace: string]: readonly GuardrailRule[] } = {
  "logging-nodes": [GuardrailRule.NO_HOST_ACCESS, GuardrailRule.NON_ROOT],
  "monitoring-nodes": [GuardrailRule.NO_HOST_ACCESS],
  "node-benchmark": [GuardrailRule.NO_HOST_ACCESS, GuardrailRule.NON_ROOT],
  "secrets-store": [
    GuardrailRule.NO_HOST_ACCESS,
    GuardrailRule.NON_ROOT,
    GuardrailRule.NO_PRIVILEGE_ESCALATION,
    GuardrailRule.DROPPED_CAPABILITIES,
  ],
};
const OF_NODE_PROGRAMS = Object.entries(NODE_PROGRAMS).flatMap(([namespace, rules]) =>
  rules.map((rule) => GuardrailException.of({ namespace, rule, reason })),
);
const PROPS: AdmissionGuardrailsProps = {
  allowedRegistries: ["fra.ocir.io/acme", "registry.example:5000", "quay.example"],
  requiredLabels: REQUIRED_LABELS,
  loadBalancerGroups: [NetworkSecurityGroup.fromNetworkSecurityGroupId(newStack(), "workers", NAMED_GROUP)],
  loadBalancerCompartmentIds: [NAMED_COMPARTMENT],
  exceptions: [...ONE_RULE_EACH, ...AS_STANDARD, ...OF_NODE_PROGRAMS, FREE],
};

/** A pod that violates all rules for pods. */
const rogue = podWith((pod) => {
  pod.metadata.labels = { app: "rogue" };
  pod.spec = { hostNetwork: true, containers: [{ name: "rogue", image: "evil.example/rogue" }] };
});

describeWithApiServer("the guardrails, in a real API server,", () => {
  let server: GuardedServer;

  /** The objects that exist before the guardrails. */
  async function applyOld(): Promise<void> {
    const hold = { finalizers: ["acme.example/hold"] };
    const held = (object: any) => ({ ...object, metadata: { ...object.metadata, ...hold } });
    const subjects = [user("jane"), group("system:authenticated")];
    await server.apply(
      ...["Pod", "ReplicaSet", "Deployment"].map((kind) => held(workload(kind, "old", rogue))),
      held(within("old", loadBalancer(undefined, {}, ""))),
      within("old", binding("RoleBinding", "cluster-admin", subjects)),
      { ...binding("ClusterRoleBinding", "cluster-admin", subjects), metadata: { name: "old" } },
    );
  }

  beforeAll(async () => {
    server = await GuardedServer.start();
    await server.applyNamespaces("as-standard", "free", "old", "new", ...RULES.map(only));
    await applyOld();
    await server.apply(...policiesOf(PROPS));
    await server.enforced();
  });

  afterAll(async () => {
    await (server as GuardedServer | undefined)?.stop();
  });

  describe.each(Object.keys(POD_CASES))("%s", (rule) => {
    const { pass, deny } = POD_CASES[rule]!;

    test.each(Object.keys(KINDS))(
      "is held against the pods of every %s, and against no other",
      async (kind) => {
        for (const change of Object.values(pass)) {
          expectPassed(await server.try(workload(kind, only(rule), podWith(change))));
        }
        for (const change of Object.values(deny)) {
          expectRefused(await server.try(workload(kind, only(rule), podWith(change))), rule);
        }
      },
    );

    test("has at least three cases of each kind", () => {
      expect(Object.keys(pass).length).toBeGreaterThanOrEqual(3);
      expect(Object.keys(deny).length).toBeGreaterThanOrEqual(3);
    });
  });

  describe.each(Object.keys(OBJECT_CASES))("%s", (rule) => {
    const { pass, deny } = OBJECT_CASES[rule]!;

    test.each(Object.keys(pass))("accepts: %s", async (what) => {
      expectPassed(await server.try(within(only(rule), pass[what])));
    });

    test.each(Object.keys(deny))("rejects: %s", async (what) => {
      expectRefused(await server.try(within(only(rule), deny[what])), rule);
    });
  });

  test("accept a compliant workload of every kind, and reject a violating one", async () => {
    for (const kind of Object.keys(KINDS)) {
      expectPassed(await server.try(workload(kind, "new", template())));
      expect((await server.try(workload(kind, "new", rogue))).status).toBe(403);
    }
  });

  test("accept pods and ServiceAccounts with pull Secrets", async () => {
    const imagePullSecrets = [{ name: "ocir" }];
    const pulling = podWith(({ spec }) => Object.assign(spec, { imagePullSecrets }));
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "web" }, imagePullSecrets };
    for (const namespace of ["new", ...RULES.map(only)]) {
      for (const kind of Object.keys(KINDS)) {
        expectPassed(await server.try(workload(kind, namespace, pulling)));
      }
      expectPassed(await server.try(within(namespace, account)));
    }
  });

  test("agree with the restricted standard of Kubernetes on shared rules", async () => {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    expectPassed(await server.patch("/api/v1/namespaces/free", { metadata: { labels } }));
    let refused = 0;
    const pods = randomPods(300);
    for (const pod of pods) {
      const standard = await server.try(workload("Pod", "free", pod));
      const ours = await server.try(workload("Pod", "as-standard", pod));
      expect([ours.status, pod]).toEqual([standard.status, pod]);
      if (ours.status === 403) refused += 1;
    }
    expectPassed(
      await server.patch("/api/v1/namespaces/free", {
        metadata: { labels: { [Object.keys(labels)[0]!]: null } },
      }),
    );
    expect(refused).toBeGreaterThan(pods.length / 4);
    expect(refused).toBeLessThan((pods.length * 3) / 4);
  });

  test("leave invalid objects to the API server", async () => {
    for (const containers of [[], undefined]) {
      const pod = podWith(({ spec }) => (spec.containers = containers));
      const answer = await server.api.request(
        "POST",
        "/api/v1/namespaces/new/pods",
        workload("Pod", "new", pod),
      );
      expect([answer.status, answer.body.message]).toEqual([422, expect.stringContaining("spec.containers")]);
    }
  });

  test.each(["non-root", "no-privilege-escalation", "dropped-capabilities", "read-only-root-filesystem"])(
    "%s holds for ephemeral containers, whatever was there before",
    async (rule) => {
      await server.apply(workload("Pod", only(rule), template(), "debugged"));
      const url = `/api/v1/namespaces/${only(rule)}/pods/debugged/ephemeralcontainers?dryRun=All`;
      const add = async (rest: object) =>
        server.patch(url, { spec: { ephemeralContainers: [container("shell", rest)] } });
      expectPassed(await add({}));
      const context = { runAsUser: 0, privileged: true, allowPrivilegeEscalation: true };
      expectRefused(await add({ securityContext: context }), rule);
    },
  );

  test.each(["image-digest", "allowed-registries"])(
    "%s holds for the images of ephemeral containers",
    async (rule) => {
      await server.apply(workload("Pod", only(rule), template(), "debugged"));
      const url = `/api/v1/namespaces/${only(rule)}/pods/debugged/ephemeralcontainers?dryRun=All`;
      const shell = {
        spec: { ephemeralContainers: [container("shell", { image: "evil.example/shell:1" })] },
      };
      expectRefused(await server.patch(url, shell), rule);
    },
  );

  describe("existing objects", () => {
    const PODS = "/api/v1/namespaces/old/pods/web";
    const SETS = "/apis/apps/v1/namespaces/old/replicasets/web";
    const SERVICES = "/api/v1/namespaces/old/services/web";
    const BINDINGS = "/apis/rbac.authorization.k8s.io/v1";
    const label = { metadata: { labels: { quarantine: "yes" } } };

    test("can change labels, scale and annotations", async () => {
      expectPassed(await server.patch(PODS, label));
      expectPassed(await server.patch(SETS, { spec: { replicas: 0 } }));
      expectPassed(
        await server.patch("/apis/apps/v1/namespaces/old/deployments/web", { spec: { paused: true } }),
      );
      expectPassed(await server.patch(SERVICES, label));
      expectPassed(await server.patch(`${BINDINGS}/namespaces/old/rolebindings/binding`, label));
      expectPassed(await server.patch(`${BINDINGS}/clusterrolebindings/old`, label));
    });

    test("can be deleted by removing their finalizer", async () => {
      for (const url of [PODS, SERVICES]) {
        expect((await server.api.request("DELETE", url)).status).toBe(200);
        expectPassed(await server.patch(url, { metadata: { finalizers: null } }));
        await until(url, async () => (await server.api.request("GET", url)).status === 404);
      }
    });

    test("reject a change that keeps the violation, and accept one that fixes it", async () => {
      const url = "/apis/apps/v1/namespaces/old/deployments/web?dryRun=All";
      const worse = { spec: { template: { spec: { hostPID: true } } } };
      expect((await server.patch(url, worse)).status).toBe(403);
      const { metadata, spec } = template();
      const labels = { ...metadata.labels, app: "rogue" };
      const healed = { ...spec, hostNetwork: null };
      expectPassed(await server.patch(url, { spec: { template: { metadata: { labels }, spec: healed } } }));
      const more = { subjects: [user("jane"), group("system:authenticated"), user("joe")] };
      expect((await server.patch(`${BINDINGS}/clusterrolebindings/old`, more)).status).toBe(403);
    });

    test("reject a change that adds a violation", async () => {
      await server.apply(within("new", service({ type: "ClusterIP" })));
      await server.apply(workload("Pod", only("required-labels"), template(), "labelled"));
      const url = "/api/v1/namespaces/new/services/web?dryRun=All";
      expectRefused(await server.patch(url, { spec: { type: "NodePort" } }), "no-node-port");
      expect((await server.patch(url, { spec: { type: "LoadBalancer" } })).status).toBe(403);
      const unlabelled = { metadata: { labels: { [REQUIRED_LABELS[0]!]: null } } };
      const pod = `/api/v1/namespaces/${only("required-labels")}/pods/labelled?dryRun=All`;
      expectRefused(await server.patch(pod, unlabelled), "required-labels");
    });
  });

  describe("in an exempt namespace", () => {
    test.each(["free", "kube-system", "kube-public", "kube-node-lease"])(
      "take everything in %s",
      async (namespace) => {
        for (const kind of Object.keys(KINDS))
          expectPassed(await server.try(workload(kind, namespace, rogue)));
        const objects = RULES.map(refusedBy).filter(({ kind }) => kind !== "ClusterRoleBinding");
        for (const object of objects) expectPassed(await server.try(within(namespace, object)));
      },
    );

    test("accept cluster-wide bindings of its accounts only", async () => {
      const of = (...subjects: object[]) =>
        server.try(binding("ClusterRoleBinding", "cluster-admin", subjects));
      expectPassed(await of(account("free"), account("kube-system")));
      expectRefused(await of(account("free"), account("new")), "no-cluster-admin");
      expectRefused(await of(user("system:serviceaccount:free:robot")), "no-cluster-admin");
    });

    test("an exempt name in a label of another namespace has no effect", async () => {
      const metadata = { labels: { "kubernetes.io/metadata.name": "free" } };
      expect(
        (await server.patch("/api/v1/namespaces/new?dryRun=All", { metadata })).body.metadata?.labels,
      ).not.toEqual(expect.objectContaining(metadata.labels));
    });
  });

  test("allow the API server to maintain its own bindings", async () => {
    const own = { ...binding("ClusterRoleBinding", "system:discovery", [group("system:authenticated")]) };
    const as = { user: "system:apiserver", groups: ["system:masters"] };
    expectPassed(await server.api.apply(own, { dryRun: true, as }));
    expectRefused(await server.try(own), "no-everyone");
  });

  test("stay within the cost limit of the API server for large objects", async () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      container(`c${index}`, {
        ports: [{ containerPort: 8000 + index }],
        env: [{ name: "TEXT", value: "x".repeat(2000) }],
      }),
    );
    const large = (kind: string, extra: object = {}) =>
      workload(
        kind,
        "new",
        podWith(({ spec }) => Object.assign(spec, { containers: many, ...extra })),
        "large",
      );
    for (const kind of Object.keys(KINDS)) expectPassed(await server.try(large(kind)));
    await server.apply(large("Deployment"));
    expectPassed(await server.try(large("Deployment", { terminationGracePeriodSeconds: 5 })));
    const ranges = Array.from({ length: 5000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
    expectPassed(await server.try(within("new", loadBalancer(ranges, { [INTERNAL]: "true" }))));
    const subjects = Array.from({ length: 5000 }, (_, index) => account("free", `robot-${index}`));
    expectPassed(await server.try(binding("ClusterRoleBinding", "cluster-admin", subjects)));
  });

  test.each(EXAMPLES)("accept every object of the example %s", async (name) => {
    const outdir = synthesizeExample(name);
    const files = Object.keys(previewsOf(outdir)).map((file) => path.join(outdir, "manifests", file));
    // A plain API server doesn't have the kinds of add-ons, the Gateway API, cert-manager, and the two ways to mount secrets.
    const isKnown = ({ apiVersion }: any) =>
      !/\.oraclecloud\.com\/|^(?:gateway\.networking\.k8s|cert-manager|secrets-store\.csi\.x-k8s|external-secrets)\.io\//.test(
        apiVersion,
      );
    const all = JSON.stringify(files.flatMap((file) => Yaml.load(file) as any[]));
    // The platform team would allow each of them in the guardrails.
    const groups = /\$\{oci_core_network_security_group\.[\w-]+\.id\}|ocid1\.networksecuritygroup\.[\w.-]+/g;
    const objects = (JSON.parse(all.replace(groups, NAMED_GROUP)) as any[]).filter(isKnown);
    fs.rmSync(path.dirname(outdir), { recursive: true });
    expect(objects.length).toBeGreaterThan(0);
    await server.apply(...objects.filter(({ kind }) => kind === "Namespace"));
    for (const object of objects) {
      expectPassed(await server.try(object), NODE_PROGRAMS[object.metadata.namespace] && STANDARD_WARNING);
      const pod = object.kind === "Deployment" ? object.spec.template : undefined;
      if (pod) expectPassed(await server.try(workload("Pod", object.metadata.namespace, pod)));
    }
  });

  describe("after a change of their mode", () => {
    const pods = (rule: string) => `/api/v1/namespaces/${only(rule)}/pods`;
    const named = (object: any) => ({ ...object, metadata: { ...object.metadata, name: "watched" } });

    test("warn and audit in the mode warn", async () => {
      await server.apply(...policiesOf({ ...PROPS, modes: { "non-root": GuardrailMode.warn({ reason }) } }));
      const object = refusedBy("non-root");
      await until("warn", async () => (await server.try(object)).status === 201);
      const answer = await server.api.request("POST", pods("non-root"), named(object));
      expect(answer.status).toBe(201);
      expect(answer.warnings.join()).toMatch(
        /'secure-oke-non-root'.*non-root: Containers that may run as root: main/,
      );
      await until("audit", () =>
        server.findings(pods("non-root")).some((text) => text.includes("secure-oke-non-root")),
      );
      await server.enforced(RULES.filter((rule) => rule !== "non-root"));
    });

    test("only audit in the mode audit", async () => {
      await server.apply(
        ...policiesOf({ ...PROPS, modes: { "image-digest": GuardrailMode.audit({ reason }) } }),
      );
      const object = refusedBy("image-digest");
      await until("audit", async () => (await server.try(object)).status === 201);
      expectPassed(await server.api.request("POST", pods("image-digest"), named(object)));
      await until("log", () =>
        server.findings(pods("image-digest")).some((text) => text.includes("image-digest: ")),
      );
      await server.enforced(RULES.filter((rule) => rule !== "image-digest"));
    });

    test("reject objects again after an exception is removed", async () => {
      await server.apply(...policiesOf({ ...PROPS, exceptions: ONE_RULE_EACH }));
      await until("refused", async () => (await server.try(workload("Pod", "free", rogue))).status === 403);
      const own = binding("ClusterRoleBinding", "cluster-admin", [account("free")]);
      await until("refused", async () => (await server.try(own)).status === 403);
    });
  });

  test("have cases for all twenty-one rules", () => {
    expect([...Object.keys(POD_CASES), ...Object.keys(OBJECT_CASES)].sort()).toEqual([...RULES].sort());
    expect(RULES).toHaveLength(21);
    expect(Object.values(GuardrailRule)).toEqual(RULES);
  });
});
