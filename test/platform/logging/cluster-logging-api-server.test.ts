import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { ApiServer, describeWithApiServer } from "../../support/api-server";
import {
  bucketSnapshots,
  exposedDashboards,
  internalGateway,
  elasticsearchInCluster,
  FLUENTD,
  image,
  inCluster,
  secret,
  World,
} from "./support";

const COLLECTOR = {
  user: "system:serviceaccount:logging-nodes:fluent-bit",
  groups: ["system:serviceaccounts", "system:serviceaccounts:logging-nodes", "system:authenticated"],
};

/** The kinds of cert-manager, without their schemas: their own controller has these. */
function definition(plural: string, kind: string): object {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.cert-manager.io` },
    spec: {
      group: "cert-manager.io",
      scope: "Namespaced",
      names: { plural, kind },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  };
}

/** A pod of a workload's template, as its controller would make it. */
function podOf({ kind, metadata, spec }: any): any {
  const { template } = kind === "CronJob" ? spec.jobTemplate.spec : spec;
  const claims = (spec.volumeClaimTemplates ?? []).map((claim: any) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-${metadata.name}-0` },
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${metadata.name}-0`, namespace: metadata.namespace, labels: template.metadata.labels },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claims] },
  };
}

function everything(): World {
  const world = new World();
  const { chart, gateway } = internalGateway(world);
  const dashboards = exposedDashboards(gateway);
  world.logging({ destination: inCluster({ dashboards, snapshots: bucketSnapshots() }) });
  world.cluster.addCdk8sChart("gateway", chart);
  return world;
}

describeWithApiServer("a logging, at an API server", () => {
  let server: ApiServer;
  let objects: any[];

  beforeAll(async () => {
    jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    server = await ApiServer.start();
    await server.apply(definition("issuers", "Issuer"));
    await server.apply(definition("certificates", "Certificate"));
    objects = objectsOf(everything().chart);
    await server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    // A definition is served a moment after it was taken.
    await new Promise((done) => setTimeout(done, 3000));
  }, 90_000);
  afterAll(async () => server.stop());

  test("has objects that the server accepts, without warnings except for the collectors", async () => {
    for (const object of objects) {
      const { status, body, warnings } = await server.apply(object);
      const { kind, metadata } = object;
      const expected = kind === "DaemonSet" ? warnings : [];
      expect([kind, metadata.name, status, body.message, warnings]).toEqual([
        kind,
        metadata.name,
        201,
        undefined,
        expected,
      ]);
    }
  }, 60_000);

  test("has pods that the standards of their namespaces let in, and collectors that the restricted one would not", async () => {
    const runners = objects.filter(({ spec }) => (spec?.template ?? spec?.jobTemplate)?.spec);
    expect(runners.map(({ metadata }) => metadata.name).sort()).toEqual([
      "fluent-bit",
      "opensearch",
      "opensearch-dashboards",
      "opensearch-settings",
    ]);
    for (const runner of runners) {
      const { status, body } = await server.apply(podOf(runner), { dryRun: true });
      expect([runner.metadata.name, status, body.message]).toEqual([runner.metadata.name, 201, undefined]);
    }
    const other = new World();
    const kibana = { image: image("kibana"), secretFiles: secret("kibana") };
    other.logging({ collector: FLUENTD, destination: elasticsearchInCluster({ dashboards: kibana }) });
    const others = objectsOf(other.chart).filter(
      ({ spec }: any) => (spec?.template ?? spec?.jobTemplate)?.spec,
    );
    expect(others).toHaveLength(4);
    for (const runner of others) {
      const { status, body } = await server.apply(podOf(runner), { dryRun: true });
      expect([status, body.message]).toEqual([201, undefined]);
    }
    const pod = podOf(runners.find(({ kind }) => kind === "DaemonSet"));
    const moved = { ...pod, metadata: { ...pod.metadata, namespace: "logging" } };
    const { status, body } = await server.apply(moved, { dryRun: true });
    expect(status).toBe(403);
    expect(body.message).toContain("hostPath");
    expect(body.message).toContain("runAsNonRoot");
  }, 60_000);

  test("lets the collector get a pod of any namespace, and nothing else", async () => {
    const may = (verb: string, resource: string, rest: object = {}) =>
      server.canI(COLLECTOR, { verb, group: "", resource, namespace: "shop", ...rest });
    expect(await may("get", "pods")).toBe(true);
    for (const verb of ["list", "watch", "create", "delete", "patch"])
      expect(await may(verb, "pods")).toBe(false);
    for (const resource of ["secrets", "configmaps", "namespaces", "nodes"])
      expect(await may("get", resource)).toBe(false);
    expect(await may("get", "pods", { subresource: "log" })).toBe(false);
    expect(await may("create", "pods", { subresource: "exec" })).toBe(false);
  });
});
