import { Yaml } from "cdk8s";
import { PodManagementPolicy } from "cdk8s-plus-27";
import { Port } from "../../lib/core/port";
import { AppProtocol } from "../../lib/workload/pods/ports";
import { BlockVolumeClass, VolumeClaim } from "../../lib/workload/pods/persistent-volumes";
import { ConfigFile } from "../../lib/workload/pods/mounted-files";
import { HardenedStatefulSet, type HardenedStatefulSetProps } from "../../lib/workload/hardened-stateful-set";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { IMAGE, newChart, objectOf, problemsAtSynthesis, problemCodesOf } from "./support";

const any = (value: unknown) => value as never;
const DATA = VolumeClaim.of("data", "/var/lib/db");

describe("a hardened stateful set", () => {
  test("with an image, a port, and a volume creates six objects", () => {
    const chart = newChart();
    new HardenedStatefulSet(chart, "db", {
      image: IMAGE,
      port: 5432,
      protocol: AppProtocol.TCP,
      volumeClaims: [DATA],
    });
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("with an image only has neither volumes nor ports", () => {
    const chart = newChart();
    const set = new HardenedStatefulSet(chart, "db", { image: IMAGE });
    const { spec } = objectOf(chart, "StatefulSet");
    expect("volumeClaimTemplates" in spec).toBe(false);
    expect("fsGroupChangePolicy" in spec.template.spec.securityContext).toBe(false);
    expect(spec.serviceName).toBe(set.headlessServiceName);
    const service = objectOf(chart, "Service", "db-headless").spec;
    expect([service.clusterIP, service.ports]).toEqual(["None", undefined]);
  });

  test("contains all its props, independently of the order of its volumes", () => {
    const props = (volumeClaims: VolumeClaim[]): HardenedStatefulSetProps => ({
      image: IMAGE,
      replicas: 3,
      podManagementPolicy: PodManagementPolicy.PARALLEL,
      volumeClaims,
    });
    const log = VolumeClaim.of("log", "/var/log/db", { size: "64Gi", storageClassName: "encrypted" });
    const [entry, other] = [newChart(), newChart()];
    new HardenedStatefulSet(entry, "db", props([DATA, log]));
    new HardenedStatefulSet(other, "db", props([log, DATA]));
    expect(JSON.stringify(other.toJson())).toBe(JSON.stringify(entry.toJson()));
    const { spec } = objectOf(entry, "StatefulSet");
    expect(spec).toMatchObject({ replicas: 3, podManagementPolicy: "Parallel" });
    const claims = spec.volumeClaimTemplates.map(({ metadata, spec: claim }: any) => [
      metadata.name,
      claim.storageClassName,
      claim.resources.requests.storage,
      claim.accessModes,
    ]);
    expect(claims).toEqual([
      ["data", "oci-bv", "50Gi", ["ReadWriteOncePod"]],
      ["log", "encrypted", "64Gi", ["ReadWriteOncePod"]],
    ]);
  });

  test("mounts its volumes in the program's container only", () => {
    const chart = newChart();
    new HardenedStatefulSet(chart, "db", {
      image: IMAGE,
      volumeClaims: [DATA],
      sidecars: [{ name: "exporter", image: IMAGE }],
    });
    const { containers, initContainers } = objectOf(chart, "StatefulSet").spec.template.spec;
    expect(containers[0].volumeMounts).toEqual([{ name: "data", mountPath: "/var/lib/db" }]);
    expect(initContainers[0].volumeMounts).toBeUndefined();
  });

  test("has no changeable labels in its claim templates, which are immutable", () => {
    const chart = newChart();
    new HardenedStatefulSet(chart, "db", { image: IMAGE, volumeClaims: [DATA], labels: { version: "2" } });
    const [claim] = objectOf(chart, "StatefulSet").spec.volumeClaimTemplates;
    expect(Object.keys(claim.metadata.labels).sort()).toEqual([
      "app.kubernetes.io/instance",
      "app.kubernetes.io/name",
    ]);
  });

  test("has host names for its pods, and a headless Service", () => {
    const chart = newChart();
    const set = new HardenedStatefulSet(chart, "db", { image: IMAGE, port: 5432 });
    expect(set.hostNameOf(1)).toBe("db-1.db-headless.shop.svc");
    expect(set.exposeViaService().hostName).toBe("db.shop.svc");
    const nameless = new HardenedStatefulSet(newChart(""), "db", { image: IMAGE });
    expect(nameless.hostNameOf(0)).toBe("db-0.db-headless");
    for (const ordinal of [-1, 0.5, any("0")]) {
      expect(problemCodesOf(() => set.hostNameOf(ordinal))).toEqual(["COUNT_INVALID"]);
    }
    expect(problemCodesOf(() => set.hostNameOf(any(undefined)))).toEqual(["ATTRIBUTE_MISSING"]);
  });

  test("allows connections between its pods if they are declared", () => {
    const chart = newChart();
    const set = new HardenedStatefulSet(chart, "db", { image: IMAGE, port: 5432 });
    set.connections.allowTo(set, Port.tcp(5432));
    const { egress, ingress } = objectOf(chart, "NetworkPolicy").spec;
    expect([egress.length, ingress.length]).toEqual([2, 1]);
  });

  test("can be autoscaled from one pod, and counts with its maximum in the quota", () => {
    const chart = newChart();
    new SecureNamespace(chart, "namespace", { name: "shop", quota: { pods: 4 } });
    new HardenedStatefulSet(chart, "db", { image: IMAGE, autoscale: { min: 1, max: 4 } });
    expect(problemsAtSynthesis(chart)).toEqual([]);
    expect("replicas" in objectOf(chart, "StatefulSet").spec).toBe(false);
    expect(objectOf(chart, "HorizontalPodAutoscaler").spec.scaleTargetRef).toEqual({
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      name: "db",
    });
    new HardenedStatefulSet(chart, "queue", { image: IMAGE });
    expect(problemsAtSynthesis(chart)).toHaveLength(1);
  });
});

describe("a stateful set is refused with", () => {
  const file = ConfigFile.of("/etc/db/a.conf", "a");
  test.each<[string, Partial<HardenedStatefulSetProps>, string[]]>([
    ["no replicas", { replicas: 0 }, ["REPLICAS_INVALID"]],
    ["replicas and an autoscaler", { replicas: 2, autoscale: { min: 1, max: 2 } }, ["REPLICAS_INVALID"]],
    [
      "a volume in a writable path",
      { volumeClaims: [DATA], writablePaths: [WritablePath.of("/var/lib/db/tmp")] },
      ["PATH_INVALID"],
    ],
    [
      "two volumes of one name",
      { volumeClaims: [DATA, VolumeClaim.of("data", "/srv/data")] },
      ["NAME_DUPLICATE"],
    ],
    [
      "a volume that is named as that of the files",
      { volumeClaims: [VolumeClaim.of("config", "/srv/data")], files: [file] },
      ["NAME_DUPLICATE"],
    ],
    [
      "two volumes at one path",
      { volumeClaims: [DATA, VolumeClaim.of("log", "/var/lib/db")] },
      ["PATH_INVALID"],
    ],
    ["a volume of a text", { volumeClaims: any(["data"]) }, ["VALUE_INVALID"]],
    ["another policy", { podManagementPolicy: any("Ordered") }, ["VALUE_INVALID"]],
  ])("%s", (_, props, codes) => {
    const chart = newChart();
    expect(problemCodesOf(() => new HardenedStatefulSet(chart, "db", { image: IMAGE, ...props }))).toEqual(
      codes,
    );
    expect(chart.node.children).toEqual([]);
  });

  test("an id that is too long, or invalid for a Service", () => {
    const set = (id: string) => () => new HardenedStatefulSet(newChart(), id, { image: IMAGE });
    expect(set("d".repeat(52))).not.toThrow();
    expect(problemCodesOf(set("d".repeat(53)))).toEqual(["NAME_INVALID"]);
    expect(problemCodesOf(set("1db"))).toEqual(["NAME_INVALID"]);
    expect(problemCodesOf(set("DB"))).toEqual(["NAME_INVALID"]);
  });

  test.each<[string, () => unknown, string[]]>([
    ["a claim in a system directory", () => VolumeClaim.of("data", "/etc"), ["PATH_INVALID"]],
    ["a claim without a name", () => VolumeClaim.of("", "/data"), ["NAME_INVALID"]],
    ["10Gi", () => VolumeClaim.of("data", "/data", { size: "10Gi" }), ["QUANTITY_INVALID"]],
    ["64Ti", () => VolumeClaim.of("data", "/data", { size: "64Ti" }), ["QUANTITY_INVALID"]],
    ["a size without a unit", () => VolumeClaim.of("data", "/data", { size: "100" }), ["QUANTITY_INVALID"]],
    ["a size of a number", () => VolumeClaim.of("data", "/data", any({ size: 100 })), ["QUANTITY_INVALID"]],
    ["a class of no name", () => VolumeClaim.of("data", "/data", { storageClassName: "" }), ["NAME_INVALID"]],
    ["options of a text", () => VolumeClaim.of("data", "/data", any("100Gi")), ["VALUE_INVALID"]],
  ])("%s", (_, call, codes) => {
    expect(problemCodesOf(call)).toEqual(codes);
  });
});

describe("a class of block volumes", () => {
  test("encrypts in transit, retains volumes, and has no namespace", () => {
    const chart = newChart();
    const { name } = new BlockVolumeClass(chart, "class", {
      name: "encrypted",
      kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.example",
    });
    expect(name).toBe("encrypted");
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("is the same in a chart without a namespace, and uses Oracle's key by default", () => {
    const chart = newChart("");
    new BlockVolumeClass(chart, "class", { name: "encrypted" });
    const { metadata, parameters } = objectOf(chart, "StorageClass");
    expect(metadata).toEqual({ name: "encrypted" });
    expect(parameters).toEqual({ "attachment-type": "paravirtualized", vpusPerGB: "10" });
  });

  test.each<[string, object, string[]]>([
    ["a class of OKE", { name: "oci-bv" }, ["NAME_DUPLICATE"]],
    ["no name", {}, ["NAME_INVALID"]],
    ["an invalid key", { name: "a", kmsKeyId: "ocid1.vault.oc1..x" }, ["OCID_INVALID"]],
    ["another performance", { name: "a", performance: 30 }, ["VALUE_INVALID"]],
    ["another policy", { name: "a", reclaimPolicy: "Recycle" }, ["VALUE_INVALID"]],
  ])("is refused with %s", (_, props, codes) => {
    expect(problemCodesOf(() => new BlockVolumeClass(newChart(), "class", any(props)))).toEqual(codes);
  });

  test("is refused with the name of another class of the chart", () => {
    const chart = newChart();
    new BlockVolumeClass(chart, "one", { name: "encrypted" });
    const call = () => new BlockVolumeClass(chart, "two", { name: "encrypted" });
    expect(problemCodesOf(call)).toEqual(["NAME_DUPLICATE"]);
  });
});
