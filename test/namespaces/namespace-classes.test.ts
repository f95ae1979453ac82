import fc from "fast-check";
import { ApiObject, type Chart } from "cdk8s";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HardenedStatefulSet } from "../../lib/workload/hardened-stateful-set";
import { type NamespaceQuota } from "../../lib/namespaces/namespace-resources";
import { SecureNamespace, type SecureNamespaceProps } from "../../lib/namespaces/secure-namespace";
import { Tenant } from "../../lib/namespaces/tenant";
import { VolumeClaim } from "../../lib/workload/pods/persistent-volumes";
import { IMAGE, newChart, objectOf, problemsAtSynthesis, problemCodesOf } from "../workload/support";

function shop(props: Partial<SecureNamespaceProps>): Chart {
  const chart = newChart();
  new SecureNamespace(chart, "namespace", { name: "shop", ...props });
  return chart;
}

function withClaims(props: Partial<SecureNamespaceProps>, replicas = 2): Chart {
  const chart = shop(props);
  const volumeClaims = [
    VolumeClaim.of("data", "/var/lib/db", { size: "100Gi", storageClassName: "encrypted" }),
    VolumeClaim.of("log", "/var/log/db"),
  ];
  new HardenedStatefulSet(chart, "db", { image: IMAGE, replicas, volumeClaims });
  return chart;
}
const problemTexts = (chart: Chart) => problemsAtSynthesis(chart).map(({ code, what }) => `${code} ${what}`);

describe("a quota for volumes", () => {
  test("is written for all classes and for single ones, only if it is given", () => {
    const chart = shop({
      quota: {
        storageRequests: "1Ti",
        volumeClaims: 9,
        storageClasses: {
          "oci-bv": { volumeClaims: 0 },
          encrypted: { storageRequests: "500Gi", volumeClaims: 5 },
        },
      },
    });
    const { hard } = objectOf(chart, "ResourceQuota").spec;
    expect(Object.fromEntries(Object.entries(hard).filter(([key]) => /storage$|claims$/.test(key)))).toEqual({
      "limits.ephemeral-storage": "25Gi",
      "requests.ephemeral-storage": "25Gi",
      "requests.storage": "1Ti",
      persistentvolumeclaims: "9",
      "oci-bv.storageclass.storage.k8s.io/persistentvolumeclaims": "0",
      "encrypted.storageclass.storage.k8s.io/requests.storage": "500Gi",
      "encrypted.storageclass.storage.k8s.io/persistentvolumeclaims": "5",
    });
    expect(Object.keys(objectOf(shop({}), "ResourceQuota").spec.hard).join()).not.toMatch(
      /claims|ts\.storage/,
    );
  });

  test.each<[string, NamespaceQuota, string]>([
    ["claims", { volumeClaims: 3 }, "need 4 of persistentvolumeclaims, and the quota allows 3"],
    ["capacity", { storageRequests: "299Gi" }, "need 300Gi of requests.storage, and the quota allows 299Gi"],
    [
      "claims of a class",
      { storageClasses: { "oci-bv": { volumeClaims: 1 } } },
      "need 2 of oci-bv.storageclass.storage.k8s.io/persistentvolumeclaims, and the quota allows 1",
    ],
    [
      "capacity of a class",
      { storageClasses: { encrypted: { storageRequests: "150Gi" } } },
      "need 200Gi of encrypted.storageclass.storage.k8s.io/requests.storage, and the quota allows 150Gi",
    ],
  ])("limits the %s of StatefulSets", (_, quota, text) => {
    expect(problemTexts(withClaims({ quota }))).toEqual([
      `RESOURCES_INVALID The claims of StatefulSet db ${text}`,
    ]);
  });

  test("is sufficient exactly if the claims of all pods fit", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 100, max: 900 }),
        fc.integer({ min: 1, max: 12 }),
        (replicas, size, volumeClaims) => {
          const quota = { storageRequests: `${size}Gi`, volumeClaims };
          const fits = replicas * 150 <= size && replicas * 2 <= volumeClaims;
          expect(problemTexts(withClaims({ quota }, replicas)).length === 0).toBe(fits);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("allowed classes", () => {
  test("create an admission policy for storage classes and a quota for priority classes", () => {
    const chart = shop({ allowedStorageClasses: ["b", "a"], allowedPriorityClasses: ["high"] });
    const policy = objectOf(chart, "ValidatingAdmissionPolicy");
    expect(policy.metadata).toEqual({ name: "secure-oke-storage-classes-shop" });
    expect(policy.spec.matchConstraints.namespaceSelector.matchLabels).toEqual({
      "kubernetes.io/metadata.name": "shop",
    });
    expect(policy.spec.validations[0].expression).toContain('in ["a","b"]');
    expect(objectOf(chart, "ValidatingAdmissionPolicyBinding").spec).toEqual({
      policyName: "secure-oke-storage-classes-shop",
      validationActions: ["Deny"],
    });
    expect(objectOf(chart, "ResourceQuota", "priority-classes").spec).toEqual({
      hard: { pods: "0" },
      scopeSelector: {
        matchExpressions: [
          { scopeName: "PriorityClass", operator: "Exists" },
          { scopeName: "PriorityClass", operator: "NotIn", values: ["high"] },
        ],
      },
    });
  });

  test("apply to a tenant", () => {
    const chart = newChart();
    new Tenant(chart, "tenant", { allowedStorageClasses: ["oci-bv"], allowedPriorityClasses: ["high"] });
    objectOf(chart, "ValidatingAdmissionPolicy");
    objectOf(chart, "ResourceQuota", "priority-classes");
  });

  test("exclude other classes in workloads of the chart", () => {
    const chart = withClaims({ allowedStorageClasses: ["encrypted"], allowedPriorityClasses: ["high"] });
    for (const priorityClassName of ["high", "low", undefined]) {
      new HardenedDeployment(chart, `web-${priorityClassName}`, { image: IMAGE, priorityClassName });
    }
    new ApiObject(chart, "claim", {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "own" },
      spec: { storageClassName: "fss" },
    } as never);
    expect(problemTexts(chart)).toEqual([
      "CLASS_NOT_ALLOWED The Deployment web-low has the priority class low, which the namespace shop does not allow",
      "CLASS_NOT_ALLOWED The StatefulSet db has the storage class oci-bv, which the namespace shop does not allow",
      "CLASS_NOT_ALLOWED The PersistentVolumeClaim own has the storage class fss, which the namespace shop does not allow",
    ]);
  });
});

const raw = (chart: Chart, kind: string, spec: object, apiVersion = "v1") =>
  new ApiObject(chart, kind, { apiVersion, kind, metadata: { name: "raw" }, spec } as never);
const claimSpec = { storageClassName: "fss", resources: { requests: { storage: "50Gi" } } };
const rawPod = {
  containers: [{ name: "main" }],
  priorityClassName: "low",
  volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: { spec: claimSpec } } }],
};

describe("pods and claims of third-party objects", () => {
  test.each<[string, string, object, number]>([
    ["Pod", "v1", rawPod, 1],
    ["ReplicaSet", "apps/v1", { replicas: 3, template: { spec: rawPod } }, 3],
    ["ReplicationController", "v1", { replicas: 3, template: { spec: rawPod } }, 3],
  ])("are counted for a %s", (kind, apiVersion, spec, pods) => {
    const all = shop({ quota: { pods: pods, storageRequests: `${50 * pods}Gi` } });
    raw(all, kind, spec, apiVersion);
    expect(problemTexts(all)).toEqual([]);
    const quota = { volumeClaims: pods - 1, ...(pods > 1 ? { pods: pods - 1 } : {}) };
    const chart = shop({ quota, allowedStorageClasses: ["encrypted"], allowedPriorityClasses: ["high"] });
    raw(chart, kind, spec, apiVersion);
    const room = [
      ...(pods > 1
        ? [`RESOURCES_INVALID The workloads need ${pods} of pods, and the quota allows ${pods - 1}`]
        : []),
      `RESOURCES_INVALID The claims of ${kind} raw need ${pods} of persistentvolumeclaims, and the quota allows ${pods - 1}`,
    ];
    const may = "which the namespace shop does not allow";
    expect(problemTexts(chart).sort()).toEqual([
      `CLASS_NOT_ALLOWED The ${kind} raw has the priority class low, ${may}`,
      `CLASS_NOT_ALLOWED The ${kind} raw has the storage class fss, ${may}`,
      ...room.sort(),
    ]);
  });

  test("are counted in a List, without a namespace or with this one", () => {
    const chart = shop({ allowedStorageClasses: ["encrypted"] });
    const items = [undefined, "shop", "other"].map((namespace) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: `of-${namespace}`, namespace },
      spec: claimSpec,
    }));
    new ApiObject(chart, "list", { apiVersion: "v1", kind: "List", items } as never);
    expect(problemTexts(chart)).toEqual([
      "CLASS_NOT_ALLOWED The PersistentVolumeClaim of-undefined has the storage class fss, which the namespace shop does not allow",
      "CLASS_NOT_ALLOWED The PersistentVolumeClaim of-shop has the storage class fss, which the namespace shop does not allow",
    ]);
  });
});

describe("system priority classes", () => {
  test("can't be allowed for a tenant", () => {
    const make = () => new Tenant(newChart(), "tenant", { allowedPriorityClasses: ["system-node-critical"] });
    expect(problemCodesOf(make)).toEqual(["NAME_INVALID"]);
  });

  test.each<[string, Partial<SecureNamespaceProps>]>([
    ["any class is allowed", {}],
    ["other classes are", { allowedPriorityClasses: ["high"] }],
  ])("are refused for third-party pods if %s", (_, props) => {
    const chart = shop(props);
    const priorityClassName = "system-cluster-critical";
    raw(chart, "Deployment", { template: { spec: { ...rawPod, priorityClassName } } }, "apps/v1");
    expect(problemTexts(chart)).toEqual([
      `CLASS_NOT_ALLOWED The Deployment raw has the priority class ${priorityClassName}, which is for the system's own pods`,
    ]);
  });

  test("are refused for pods of a tenant", () => {
    const chart = newChart();
    new Tenant(chart, "tenant");
    raw(chart, "Pod", { ...rawPod, priorityClassName: "system-node-critical" });
    expect(problemsAtSynthesis(chart).map(({ code }) => code)).toEqual(["CLASS_NOT_ALLOWED"]);
  });
});

describe("a namespace is refused with", () => {
  const quota = (given: unknown) => ({ quota: given as NamespaceQuota });
  test.each<[string, object, string[]]>([
    ["no storage class", { allowedStorageClasses: [] }, ["VALUE_INVALID"]],
    ["no priority class", { allowedPriorityClasses: [] }, ["VALUE_INVALID"]],
    ["a class instead of a list", { allowedStorageClasses: "oci-bv" }, ["VALUE_INVALID"]],
    ["null", { allowedPriorityClasses: null }, ["VALUE_INVALID"]],
    ["an invalid class", { allowedStorageClasses: ["OCI"] }, ["NAME_INVALID"]],
    ["a class that was not given", { allowedPriorityClasses: [undefined] }, ["NAME_INVALID"]],
    ["a class named twice", { allowedPriorityClasses: ["a", "a"] }, ["NAME_DUPLICATE"]],
    ["a class of the system", { allowedPriorityClasses: ["high", "system-node-critical"] }, ["NAME_INVALID"]],
    ["half a claim", quota({ volumeClaims: 0.5 }), ["COUNT_INVALID"]],
    ["an invalid capacity", quota({ storageRequests: "much" }), ["QUANTITY_INVALID"]],
    ["invalid classes", quota({ storageClasses: ["oci-bv"] }), ["VALUE_INVALID"]],
    ["a class without a quota", quota({ storageClasses: { "oci-bv": undefined } }), ["ATTRIBUTE_MISSING"]],
    ["a class about which nothing is said", quota({ storageClasses: { a: {} } }), ["ATTRIBUTE_MISSING"]],
    ["an invalid quota of a class", quota({ storageClasses: { A: { volumeClaims: 1 } } }), ["NAME_INVALID"]],
    [
      "more for a class than for all",
      quota({
        storageRequests: "1Gi",
        volumeClaims: 1,
        storageClasses: { a: { storageRequests: "2Gi", volumeClaims: 2 } },
      }),
      ["RESOURCES_INVALID", "RESOURCES_INVALID"],
    ],
    [
      "a quota of a class that is not allowed",
      { allowedStorageClasses: ["a"], ...quota({ storageClasses: { b: { volumeClaims: 1 } } }) },
      ["VALUE_INVALID"],
    ],
  ])("%s", (_, props, codes) => {
    const chart = newChart();
    const make = () => new SecureNamespace(chart, "namespace", { name: "shop", ...props });
    expect(problemCodesOf(make)).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });
});
