import { ApiObject, App, Chart, Testing } from "cdk8s";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { HardeningConflict } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { type HardeningOptions } from "../../lib/hardening/hardening-options";
import { SystemUserId } from "../../lib/workload/pods/pod-security";
import { validationProblemsOf } from "../support/stack";
import { DIGEST, IMAGE } from "../workload/support";
import { againstRestricted, bare, podsOf } from "./hardening-cases";
import { workload } from "../guardrails/support";

const reason = "The test says so";
const warnings = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
beforeEach(() => warnings.mockClear());
afterAll(() => warnings.mockRestore());
const CLAIM = {
  volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
};
const MOUNT = { volumeMounts: [{ name: "data", mountPath: "/data" }] };
const chown = {
  name: "own",
  image: IMAGE.reference,
  command: ["sh", "-c", "chown -R 1001:1001 /data && chmod 0700 /data"],
  ...MOUNT,
};

function run(
  spec: object,
  container: object = {},
  options: HardeningOptions = {},
  kind = "Deployment",
  more: object = {},
) {
  const chart = new Chart(new App(), "shop", { namespace: "shop" });
  const { metadata, spec: own, ...rest } = workload(kind, "shop", bare(spec, container));
  new ApiObject(chart, "web", { ...rest, metadata, spec: { ...own, ...more } });
  const report = Hardening.of(chart, options).apply();
  const [{ pod }] = podsOf(Testing.synth(chart)) as [ReturnType<typeof podsOf>[number]];
  const contexts: any = Object.fromEntries(
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((element: any) => [
      element.name,
      element.securityContext,
    ]),
  );
  return {
    chart,
    report,
    pod: pod.spec,
    context: pod.spec.securityContext,
    contexts,
    conflicts: report.findings.map(({ conflict }) => conflict),
  };
}

const NO_USER = ["runAsUser", "runAsGroup", "runAsNonRoot"];
function expectNoUser(...contexts: any[]): void {
  for (const context of contexts) for (const key of NO_USER) expect(context).not.toHaveProperty(key);
}

describe("declared root", () => {
  const root = { ...chown, securityContext: { runAsUser: 0 } };
  const accept = [{ containers: ["own"], conflicts: [HardeningConflict.ROOT_USER], reason }];

  test("keeps its capabilities after it is accepted, which is a separate finding", () => {
    const { contexts, conflicts } = run({ initContainers: [root] }, {}, { accept });
    expect(contexts.own).not.toHaveProperty("capabilities");
    expect(conflicts).toEqual(["kept-capabilities"]);
    const all = [HardeningConflict.ROOT_USER, HardeningConflict.KEPT_CAPABILITIES];
    const accepted = run({ initContainers: [root] }, {}, { accept: [{ conflicts: all, reason }] });
    expect(accepted.conflicts).toEqual([]);
    expect(accepted.contexts.own).not.toHaveProperty("capabilities");
  });

  test("drops its capabilities with an override", () => {
    const override = [{ conflicts: [HardeningConflict.KEPT_CAPABILITIES], reason }];
    const { contexts, conflicts } = run({ initContainers: [root] }, {}, { accept, override });
    expect(contexts.own.capabilities).toEqual({ drop: ["ALL"] });
    expect(conflicts).toEqual([]);
  });

  test("causes the finding implied-root if an override removes it from a container that runs chown", () => {
    const override = [{ conflicts: [HardeningConflict.ROOT_USER], reason }];
    const { chart, contexts, conflicts } = run({ initContainers: [root] }, {}, { override });
    expect(contexts.own.runAsUser).toBe(65532);
    expect(conflicts).toEqual(["implied-root"]);
    // Also when the chart is written, though the user stands there by then.
    Testing.synth(chart);
    expect(warnings.mock.calls.flat().join()).toContain("seems to need root: the command runs chown");
  });
});

describe.each<[string, object, object, string]>([
  ["privileged", {}, { securityContext: { privileged: true } }, "privileged"],
  ["IPC_LOCK", {}, { securityContext: { capabilities: { add: ["IPC_LOCK"] } } }, "added-capabilities"],
  ["the processes of the node", { hostPID: true }, {}, "host-namespace"],
  [
    "a directory of the node",
    { volumes: [{ name: "data", hostPath: { path: "/var/log" } }] },
    MOUNT,
    "host-path",
  ],
])("a container with %s and without a user", (_, spec, container, conflict) => {
  const conflicts = [conflict as HardeningConflict];

  test("keeps the user of its image and its capabilities, whether the finding is open or accepted", () => {
    for (const options of [{}, { accept: [{ conflicts, reason }] }]) {
      const { report, context, contexts } = run(spec, container, options);
      expect([...report.findings, ...report.accepted].map((element) => element.conflict)).toEqual(conflicts);
      expectNoUser(context, contexts.web);
      expect(contexts.web.capabilities?.drop).toBeUndefined();
    }
  });

  test("gets the user of the hardening if an override removes the privilege", () => {
    const { context, contexts } = run(spec, container, { override: [{ conflicts, reason }] });
    expect(context).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
    expect(contexts.web.capabilities).toEqual({ drop: ["ALL"] });
  });

  test("gets the user that the options select for it", () => {
    const users = [{ containers: ["web"], user: 20000 }];
    const { context, contexts } = run(spec, container, { users, accept: [{ conflicts, reason }] });
    expect({ ...context, ...contexts.web }).toMatchObject({ runAsNonRoot: true, runAsUser: 20000 });
  });
});

test("a container with an explicit user and added capabilities keeps both", () => {
  const securityContext = { runAsUser: 20000, capabilities: { add: ["IPC_LOCK"], drop: ["ALL"] } };
  const { contexts, conflicts } = run({}, { securityContext });
  expect(contexts.web).toMatchObject(securityContext);
  expect(conflicts).toEqual(["added-capabilities"]);
});

describe("a container whose command needs root", () => {
  test("keeps the user of its image, and the other containers set runAsNonRoot themselves", () => {
    const { context, contexts, conflicts } = run({ initContainers: [chown] });
    expectNoUser(context, contexts.own);
    expect(contexts.own).not.toHaveProperty("capabilities");
    expect(contexts.web).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 });
    expect(conflicts).toEqual(["implied-root"]);
  });

  test("is not assumed if an argument only names such a program", () => {
    for (const command of [
      ["web", "--chown=1"],
      ["web", "/etc/chown.conf"],
      ["echo", "remount"],
    ]) {
      const { conflicts, context } = run({}, { command });
      expect([conflicts, context.runAsUser]).toEqual([[], 65532]);
    }
  });

  test("may write to its image if it installs packages", () => {
    const installs = run({}, { command: ["sh", "-c", "apt-get -y install curl && exec web"] });
    expect(installs.contexts.web).not.toHaveProperty("readOnlyRootFilesystem");
    expect(run({ initContainers: [chown] }).contexts.own.readOnlyRootFilesystem).toBe(true);
  });
});

describe("a low port", () => {
  const port = { ports: [{ containerPort: 80 }] };
  const bind = { add: ["NET_BIND_SERVICE"], drop: ["ALL"] };
  const accepted = [{ conflicts: [HardeningConflict.ADDED_CAPABILITIES], reason }];
  const PRIVILEGED_PORT = [HardeningConflict.PRIVILEGED_PORT];

  test.each<[string, object]>([
    ["whose escalation is not said", { runAsUser: 20000, capabilities: bind }],
    ["whose user is not said", { allowPrivilegeEscalation: false, capabilities: bind }],
    ["of which nothing else is said", { capabilities: bind }],
  ])("bound by a capability, in a container %s, is a finding and stays possible", (_, securityContext) => {
    const before = { ...port, command: ["/bin/sh", "-c", "exec edge"], securityContext };
    const { contexts, context, conflicts } = run({}, before, { accept: accepted });
    expect(conflicts).toEqual(PRIVILEGED_PORT);
    expect(contexts.web).toEqual({ ...securityContext, readOnlyRootFilesystem: true });
    if (!("runAsUser" in securityContext)) expect(context).not.toHaveProperty("runAsUser");
    const override = [{ conflicts: PRIVILEGED_PORT, reason }];
    const { chart, context: opened } = run({}, before, { accept: accepted, override });
    expect(opened.sysctls).toEqual([{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }]);
    expect(podsOf(Testing.synth(chart)).flatMap(({ pod }) => againstRestricted(pod))).toEqual([]);
  });

  test("causes no finding if a capability binds it in an unchanged container", () => {
    const securityContext = { runAsUser: 20000, allowPrivilegeEscalation: false, capabilities: bind };
    expect(run({}, { ...port, securityContext }, { accept: accepted }).conflicts).toEqual([]);
  });

  test("can't be opened by a sysctl on the network of the node", () => {
    const override = [{ conflicts: PRIVILEGED_PORT, reason }];
    const accept = [{ conflicts: [HardeningConflict.HOST_NAMESPACE], reason }];
    const { conflicts, context } = run({ hostNetwork: true }, port, { accept, override });
    expect(conflicts).toEqual(PRIVILEGED_PORT);
    expect(context).not.toHaveProperty("sysctls");
  });
});

describe("the user of the image", () => {
  test("is kept if the pod sets runAsNonRoot", () => {
    for (const kind of ["Deployment", "StatefulSet"]) {
      const explicit = { securityContext: { runAsNonRoot: true } };
      const { context, contexts, conflicts } = run({ ...CLAIM, ...explicit }, MOUNT, {}, kind);
      for (const entry of [context, contexts.web]) expect(entry).not.toHaveProperty("runAsUser");
      expect(context).not.toHaveProperty("fsGroup");
      expect(conflicts).toEqual([]);
    }
  });

  test("is kept for a volume that outlives the pod, as a finding, until the options name a user", () => {
    const { context, contexts, conflicts } = run(CLAIM, MOUNT);
    expect(conflicts).toEqual(["volume-owner"]);
    expectNoUser(context, contexts.web);
    for (const key of ["fsGroup", "fsGroupChangePolicy"]) expect(context).not.toHaveProperty(key);
    const named = run(CLAIM, MOUNT, { users: [{ objects: ["Deployment/web"], user: 20000 }] });
    expect(named.conflicts).toEqual([]);
    expect(named.context).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 20000,
      runAsGroup: 20000,
      fsGroup: 20000,
      fsGroupChangePolicy: "OnRootMismatch",
    });
  });

  test("is kept for the claims of a StatefulSet and for other persistent volumes", () => {
    const claims = { volumeClaimTemplates: [{ metadata: { name: "data" } }] };
    expect(run({}, MOUNT, {}, "StatefulSet", claims).conflicts).toEqual(["volume-owner"]);
    const nfs = { volumes: [{ name: "data", nfs: { server: "nfs.example", path: "/" } }] };
    expect(run(nfs, MOUNT).conflicts).toEqual(["volume-type", "volume-owner"]);
  });

  test("is replaced if the volumes are created for each pod", () => {
    for (const source of [
      { emptyDir: { sizeLimit: "1Gi" } },
      { configMap: { name: "c" } },
      { secret: { secretName: "s", defaultMode: 0o440 } },
      { ephemeral: { volumeClaimTemplate: {} } },
    ]) {
      const { conflicts, context } = run({ volumes: [{ name: "data", ...source }] }, MOUNT);
      expect([conflicts, context.runAsUser, context.fsGroup]).toEqual([[], 65532, 65532]);
    }
  });
});

describe("files that only root may read", () => {
  const key = (source: object) => ({ volumes: [{ name: "data", ...source }] });
  const secret = key({ secret: { secretName: "ssh", defaultMode: 0o400 } });

  test("leave a pod without a user unchanged", () => {
    const { context, contexts, conflicts } = run(secret, MOUNT);
    expect(conflicts).toEqual(["file-mode"]);
    expectNoUser(context, contexts.web);
    expect(context).not.toHaveProperty("fsGroup");
  });

  test("get no group if the pod has a user, as programs may require the mode", () => {
    const { context, conflicts } = run({ ...secret, securityContext: { runAsUser: 20000 } }, MOUNT);
    expect(conflicts).toEqual([]);
    expect(context).not.toHaveProperty("fsGroup");
  });

  test("get the group of the pod by an override", () => {
    const override = [{ conflicts: [HardeningConflict.FILE_MODE], reason }];
    const { context, contexts } = run(secret, MOUNT, { override });
    expect(contexts.web.runAsUser).toBe(65532);
    expect(context.fsGroup).toBe(65532);
  });
});

describe("the groups of an explicit user", () => {
  test("are those of the image if the id is low, as it has an account there", () => {
    const accept = [{ conflicts: [HardeningConflict.LOW_ID], reason }];
    const { context } = run({ securityContext: { runAsUser: 1001 } }, {}, { accept });
    expect(context).not.toHaveProperty("runAsGroup");
  });

  test("are not set for the files of a persistent volume, which have an owner", () => {
    const { context } = run({ ...CLAIM, securityContext: { runAsUser: 20000 } }, MOUNT);
    expect(context).not.toHaveProperty("fsGroup");
  });
});

describe("users", () => {
  const two = {
    containers: ["a", "b"].map((name) => ({ name, image: `fra.ocir.io/acme/${name}@${DIGEST}` })),
  };

  test("of a container take precedence over those of its object", () => {
    const users = [
      { objects: ["Deployment/web"], user: 20000 },
      { objects: ["Deployment/web"], containers: ["b"], user: 30000 },
    ];
    const { context, contexts } = run(two, {}, { users });
    expect(context).not.toHaveProperty("runAsUser");
    expect([contexts.a.runAsUser, contexts.b.runAsUser]).toEqual([20000, 30000]);
  });

  test("below 10000 keep their reason", () => {
    const users = [{ objects: ["Deployment/web"], lowUser: SystemUserId.of(999, { reason: "redis" }) }];
    const { chart, context, report } = run(CLAIM, MOUNT, { users });
    expect(context).toMatchObject({ runAsUser: 999, runAsGroup: 999, fsGroup: 999 });
    expect(report.findings).toEqual([]);
    expect(Acknowledgements.of(chart)).toMatchObject([{ what: "the user 999", reason: "redis" }]);
    Testing.synth(chart);
    expect(warnings).not.toHaveBeenCalled();
  });

  test("without an effect are rejected at synthesis", () => {
    const chart = new Chart(new App(), "shop");
    Hardening.of(chart, { users: [{ objects: ["Deployment/none"], user: 20000 }] }).apply();
    expect(validationProblemsOf(() => Testing.synth(chart))).toMatchObject([
      { code: "HARDENING_INVALID", what: expect.stringContaining("users[0]") },
    ]);
  });

  test.each<[string, unknown, string[]]>([
    ["no user", [{ objects: ["Deployment/web"] }], ["USER_INVALID"]],
    [
      "two users",
      [{ containers: ["web"], user: 20000, lowUser: SystemUserId.of(999, { reason }) }],
      ["USER_INVALID"],
    ],
    ["a low one without a reason", [{ containers: ["web"], user: 999 }], ["USER_INVALID"]],
    ["one of nothing", [{ user: 20000 }], ["HARDENING_INVALID"]],
    ["no objects", [{ objects: [], user: 20000 }], ["HARDENING_INVALID"]],
    ["a text for a low one", [{ containers: ["web"], lowUser: "redis" }], ["VALUE_INVALID"]],
    ["a number", 20000, ["VALUE_INVALID"]],
    ["a null in the list", [null], ["ATTRIBUTE_MISSING"]],
  ])("are rejected with %s", (_, users, codes) => {
    const chart = new Chart(new App(), "shop");
    expect(
      validationProblemsOf(() => Hardening.of(chart, { users } as HardeningOptions)).map(({ code }) => code),
    ).toEqual(codes);
  });
});

describe("empty directories", () => {
  const directory = (emptyDir: object) => ({ volumes: [{ name: "data", emptyDir }] });
  const limitsOf = (spec: object, options?: HardeningOptions) =>
    run(spec, MOUNT, options).pod.containers[0].resources.limits;

  test("without a size limit cause no limit that could evict the pod", () => {
    expect(Object.keys(limitsOf(directory({})))).toEqual(["cpu", "memory"]);
    expect(Object.keys(limitsOf(directory({ medium: "Memory" })))).toEqual(["cpu", "ephemeral-storage"]);
  });

  test("get a size, which is added to the limit, by an override", () => {
    const override = [{ conflicts: [HardeningConflict.VOLUME_SIZE], reason }];
    expect(limitsOf(directory({}), { override })["ephemeral-storage"]).toBe("512Mi");
  });

  test("include volumes without a type, which Kubernetes treats as emptyDirs", () => {
    const blank = { volumes: [{ name: "data", emptyDir: null }] };
    expect(run(blank, MOUNT).conflicts).toEqual(["volume-size"]);
    expect(limitsOf(blank)).not.toHaveProperty("ephemeral-storage");
    const override = [{ conflicts: [HardeningConflict.VOLUME_SIZE], reason }];
    expect(run(blank, MOUNT, { override }).pod.volumes).toEqual([
      { name: "data", emptyDir: { sizeLimit: "256Mi" } },
    ]);
  });

  test("of an unreadable size cause no limit", () => {
    expect(limitsOf(directory({ sizeLimit: "much" }))).not.toHaveProperty("ephemeral-storage");
  });
});

describe("the token of an account that the program does not create", () => {
  const tokenOf = (spec: object) => {
    const { conflicts, pod } = run(spec);
    return [conflicts, pod.automountServiceAccountToken];
  };

  test("is kept as a finding, as the roles of the account are unknown", () => {
    expect(tokenOf({ serviceAccountName: "operator" })).toEqual([["token-automount"], undefined]);
    expect(tokenOf({ serviceAccount: "operator" })).toEqual([["token-automount"], undefined]);
  });

  test("is not mounted for the default account of a namespace", () => {
    for (const spec of [{}, { serviceAccountName: "default" }, { serviceAccountName: "" }])
      expect(tokenOf(spec)).toEqual([[], false]);
  });

  test.each([
    { kind: "Group", name: "system:serviceaccounts:shop" },
    { kind: "Group", name: "system:serviceaccounts" },
    { kind: "User", name: "system:serviceaccount:shop:default" },
  ])("is kept if the $kind $name has roles", (subject) => {
    const chart = new Chart(new App(), "shop", { namespace: "shop" });
    new ApiObject(chart, "binding", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "all" },
      roleRef: { kind: "Role", name: "reader" },
      subjects: [subject],
    });
    const { metadata, ...rest } = workload("Deployment", "shop", bare());
    new ApiObject(chart, "web", { ...rest, metadata });
    const { findings } = Hardening.of(chart).apply();
    expect(findings.map(({ conflict }) => conflict)).toContain("token-automount");
  });
});
