import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { ApiServer, describeWithApiServer } from "../../support/api-server";
import { World } from "./support";

const callerOf = (name: string) => ({
  user: `system:serviceaccount:monitoring:${name}`,
  groups: ["system:serviceaccounts", "system:serviceaccounts:monitoring", "system:authenticated"],
});

/** A pod of a workload's template, as its controller would make it. */
function podOf({ metadata, spec }: any): object {
  const { labels } = spec.template.metadata;
  const claims = (spec.volumeClaimTemplates ?? []).map((claim: any) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-${metadata.name}-0` },
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${metadata.name}-0`, namespace: metadata.namespace, labels },
    spec: { ...spec.template.spec, volumes: [...(spec.template.spec.volumes ?? []), ...claims] },
  };
}

describeWithApiServer("a monitoring, at an API server", () => {
  let server: ApiServer;
  let objects: any[];

  beforeAll(async () => {
    jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    server = await ApiServer.start();
    const world = new World();
    world.monitoring();
    const shop = world.namespace();
    const web = world.web(shop);
    web.scrapeMetrics();
    web.traces();
    world.cluster.addCdk8sChart("shop", shop);
    objects = [...objectsOf(world.chart), ...objectsOf(shop)];
    await server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
  }, 90_000);
  afterAll(async () => server.stop());

  test("has objects that the server accepts, without warnings except for the node exporters", async () => {
    for (const object of objects) {
      const { status, body, warnings } = await server.apply(object);
      const expected =
        object.metadata.name === "node-exporter" && object.kind === "DaemonSet" ? warnings : [];
      expect([object.kind, object.metadata.name, status, body.message, warnings]).toEqual([
        object.kind,
        object.metadata.name,
        201,
        undefined,
        expected,
      ]);
    }
  }, 60_000);

  test("has pods that the standards of their namespaces let in, and node exporters that the restricted one would not", async () => {
    const runners = objects.filter(({ spec }) => spec?.template?.spec?.containers);
    expect(runners).toHaveLength(8);
    for (const runner of runners) {
      const { status, body } = await server.apply(podOf(runner), { dryRun: true });
      expect([runner.metadata.name, status, body.message]).toEqual([runner.metadata.name, 201, undefined]);
    }
    const exporter: any = podOf(runners.find(({ kind }) => kind === "DaemonSet"));
    const moved = { ...exporter, metadata: { ...exporter.metadata, namespace: "monitoring" } };
    const { status, body } = await server.apply(moved, { dryRun: true });
    expect([status, body.message]).toEqual([
      403,
      expect.stringContaining("host namespaces (hostNetwork=true)"),
    ]);
  }, 60_000);

  test("lets Prometheus find pods where something is scraped, nodes, and metrics of kubelets, and nothing else", async () => {
    const may = (verb: string, resource: string, rest: object = {}) =>
      server.canI(callerOf("prometheus"), { verb, group: "", resource, ...rest });
    for (const verb of ["get", "list", "watch"]) {
      expect(await may(verb, "pods", { namespace: "monitoring" })).toBe(true);
      expect(await may(verb, "pods", { namespace: "shop" })).toBe(true);
      expect(await may(verb, "pods", { namespace: "other" })).toBe(false);
      expect(await may(verb, "nodes")).toBe(true);
      for (const resource of ["secrets", "configmaps"]) {
        expect(await may(verb, resource, { namespace: "monitoring" })).toBe(false);
        expect(await may(verb, resource, { namespace: "shop" })).toBe(false);
      }
    }
    expect(await may("get", "nodes", { subresource: "metrics" })).toBe(true);
    for (const subresource of ["proxy", "stats", "log", "status"])
      expect(await may("get", "nodes", { subresource })).toBe(false);
    for (const verb of ["create", "update", "patch", "delete"]) {
      expect(await may(verb, "pods", { namespace: "shop" })).toBe(false);
      expect(await may(verb, "nodes")).toBe(false);
    }
  });

  test("lets kube-state-metrics list what it counts, in all namespaces, and no Secret", async () => {
    const may = (verb: string, group: string, resource: string) =>
      server.canI(callerOf("kube-state-metrics"), { verb, group, resource });
    expect(await may("list", "", "pods")).toBe(true);
    expect(await may("watch", "apps", "deployments")).toBe(true);
    expect(await may("list", "autoscaling", "horizontalpodautoscalers")).toBe(true);
    for (const resource of ["secrets", "configmaps", "serviceaccounts"]) {
      expect(await may("list", "", resource)).toBe(false);
      expect(await may("watch", "", resource)).toBe(false);
    }
    expect(await may("delete", "", "pods")).toBe(false);
  });
});
