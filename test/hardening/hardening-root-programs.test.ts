import { ApiObject, App, Chart } from "cdk8s";
import { HardeningConflict } from "../../lib/hardening/conflict";
import { Hardening } from "../../lib/hardening/hardening";
import { IMAGE } from "../workload/support";
import { bare } from "./hardening-cases";
import { workload } from "../guardrails/support";

const warnings = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
afterAll(() => warnings.mockRestore());

const script = (text: string) => ["sh", "-c", text];

function conflictsOf(object: any): HardeningConflict[] {
  const chart = new Chart(new App(), "shop", { namespace: "shop" });
  new ApiObject(chart, "object", object);
  return Hardening.of(chart)
    .apply()
    .findings.map(({ conflict }) => conflict);
}
const ofCommand = (command: string[]) => conflictsOf(workload("Deployment", "shop", bare({}, { command })));
const custom = (apiVersion: string, kind: string, spec: object) => ({
  apiVersion,
  kind,
  metadata: { name: "one" },
  spec,
});

describe("a command that needs root is found if it", () => {
  test.each<[string, string[]]>([
    ["changes to another user by gosu", ["gosu", "postgres", "postgres"]],
    ["changes to another user behind an init", ["dumb-init", "--", "su-exec", "node", "server"]],
    ["changes to another user by chpst", script("chpst -u app /app")],
    ["changes to another user by s6", script("s6-setuidgid abc /app")],
    ["changes to another user by runuser", script("runuser -u app -- /app")],
    ["changes to another user by start-stop-daemon", script("start-stop-daemon --chuid app --exec /app")],
    ["changes to another user by doas", ["doas", "sh"]],
    ["writes packet filters of an edition", ["iptables-legacy", "-t", "nat", "-A", "X"]],
    ["restores packet filters", script("ip6tables-nft-restore < /rules")],
    ["mounts by the program of a file system", script("mount.nfs4 server:/x /mnt")],
    ["makes a file system", script("mkfs.ext4 /dev/xvdb")],
    ["makes namespaces", ["unshare", "-m", "sh"]],
    ["names the program by its path", script("exec /usr/sbin/chown 1000 /data")],
  ])("%s", (_, command) => {
    expect(ofCommand(command)).toEqual([HardeningConflict.IMPLIED_ROOT]);
  });

  test.each<[string, string[]]>([
    ["an address ends in its name", ["server", "--url=http://files/chown"]],
    ["an option has its name", ["server", "--chown-files=false", "--mount-path=/x"]],
    ["a file has its name", ["server", "/etc/chown.conf"]],
  ])("and not if %s", (_, command) => {
    expect(ofCommand(command)).toEqual([]);
  });
});

describe("a custom resource creates pods if it", () => {
  test.each<[string, object]>([
    ["counts replicas of its parts", custom("kafka.strimzi.io/v1beta2", "Kafka", { kafka: { replicas: 3 } })],
    ["counts members", custom("mongodbcommunity.mongodb.com/v1", "MongoDBCommunity", { members: 3 })],
    [
      "counts instances, in a group that looks like one of Kubernetes",
      custom("sparkoperator.k8s.io/v1beta2", "SparkApplication", { executor: { instances: 2 } }),
    ],
    [
      "adds a container to pods of others",
      custom("kyverno.io/v1", "ClusterPolicy", {
        rules: [{ mutate: { patchStrategicMerge: { spec: { containers: [{ image: IMAGE.reference }] } } } }],
      }),
    ],
  ])("%s", (_, object) => {
    expect(conflictsOf(object)).toEqual([HardeningConflict.UNREADABLE]);
  });

  test.each<[string, object]>([
    [
      "counts copies of data",
      custom("kafka.strimzi.io/v1beta2", "KafkaTopic", { partitions: 3, replicas: 3 }),
    ],
    ["has a key of some size", custom("cert-manager.io/v1", "Certificate", { privateKey: { size: 4096 } })],
    [
      "compares images with a pattern",
      custom("kyverno.io/v1", "ClusterPolicy", {
        rules: [{ validate: { pattern: { spec: { containers: [{ image: "!*:latest" }] } } } }],
      }),
    ],
  ])("and not if it %s", (_, object) => {
    expect(conflictsOf(object)).toEqual([]);
  });
});
