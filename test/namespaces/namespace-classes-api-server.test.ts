import { objectsOf } from "../../lib/synthesis/chart-objects";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { type ApiAnswer, ApiServer, describeWithApiServer } from "../support/api-server";
import { combinationSet, podOf } from "../exposure/combination-set";
import { newChart } from "../workload/support";

const rejectionOf = ({ body, status }: ApiAnswer) => (status < 300 ? "" : `${status} ${body.message}`);

describeWithApiServer("classes of a namespace in a real API server", () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await ApiServer.start();
    for (const [index, name] of ["high", "low"].entries()) {
      const priority = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name } };
      expect(rejectionOf(await server.apply({ ...priority, value: index }))).toBe("");
    }
    const chart = newChart();
    new SecureNamespace(chart, "namespace", {
      name: "shop",
      allowedStorageClasses: ["encrypted"],
      allowedPriorityClasses: ["high"],
      quota: {
        storageRequests: "200Gi",
        volumeClaims: 3,
        storageClasses: { encrypted: { storageRequests: "150Gi" } },
      },
    });
    for (const object of objectsOf(chart) as any[]) {
      expect(rejectionOf(await server.apply(object))).toBe("");
      if (object.kind === "ResourceQuota") await count(object);
    }
    await server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
    await policyHolds();
  }, 90_000);
  afterAll(async () => server.stop());

  /** Does what the controller does that does not run here: without it no quota holds. */
  const count = async ({ metadata: { name }, spec: { hard } }: any) => {
    const used = Object.fromEntries(Object.keys(hard as object).map((key) => [key, "0"]));
    const url = `/api/v1/namespaces/shop/resourcequotas/${name}/status`;
    const contentType = "application/merge-patch+json";
    const answer = await server.request("PATCH", url, { status: { hard, used } }, { contentType });
    expect(rejectionOf(answer)).toBe("");
  };

  const claim = async (storageClassName: string | undefined, storage = "50Gi", namespace = "shop") => {
    const answer = await server.apply(
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data", namespace },
        spec: {
          accessModes: ["ReadWriteOnce"],
          ...(storageClassName === undefined ? {} : { storageClassName }),
          resources: { requests: { storage } },
        },
      },
      { dryRun: true },
    );
    return rejectionOf(answer);
  };

  const policyHolds = async () => {
    const deadline = Date.now() + 30_000;
    while ((await claim("oci-bv")) === "") {
      if (Date.now() > deadline) throw new Error("The policy never held");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  test("volumes must have an allowed storage class, in this namespace only", async () => {
    const refusal = /^403 .*may claim volumes of these storage classes only: encrypted\./;
    expect(await claim("encrypted")).toBe("");
    expect(await claim("oci-bv")).toMatch(refusal);
    expect(await claim("")).toMatch(refusal);
    expect(await claim(undefined)).toMatch(refusal);
    expect(await claim("oci-bv", "50Gi", "other")).toBe("");
  });

  test("volumes are limited by the quotas for all classes and for one", async () => {
    expect(await claim("encrypted", "160Gi")).toMatch(
      /^403 .*exceeded quota: quota, requested: encrypted\.storageclass\.storage\.k8s\.io\/requests\.storage=160Gi/,
    );
    expect(await claim("encrypted", "250Gi")).toMatch(/requests\.storage=250Gi.*limited: /);
  });

  test("pods must have an allowed priority class, or none", async () => {
    const [made] = combinationSet(1, 1);
    const pod = async (priorityClassName?: string) => {
      const { metadata, spec, ...rest } = podOf(made!);
      delete spec.priorityClassName;
      const named = priorityClassName === undefined ? {} : { priorityClassName };
      const object = { ...rest, metadata: { ...metadata, namespace: "shop" }, spec: { ...spec, ...named } };
      return rejectionOf(await server.apply(object, { dryRun: true }));
    };
    expect(await pod()).toBe("");
    expect(await pod("high")).toBe("");
    for (const name of ["low", "system-node-critical"]) {
      expect(await pod(name)).toMatch(/^403 .*exceeded quota: priority-classes, requested: pods=1/);
    }
  });
});
