import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { addRules, API, cluster, deployment, id, loadBalancer, NODES, nsg, policy, rule } from "./support";
import { Endpoint, Reachability, Verdict } from "../../lib/checks";
import { Port } from "../../lib/core/port";
import { problemCodesOf } from "../support/stack";

const { YES, NO, UNKNOWN } = Verdict;
const KUBE = Port.tcp(6443);
const HTTP = Port.tcp(8080);
const WEB = Endpoint.workload("shop", "web");
const CLUSTER = "oci_containerengine_cluster.main";
const BALANCER = Endpoint.loadBalancer("shop", "web");
const POOL = "oci_containerengine_node_pool.main";
const VNIC = Endpoint.vnic("oci_core_subnet.main", [nsg("nodes")]);
const FROM_API = { from: [{ podSelector: { matchLabels: { app: "api" } } }] };
const pods = [deployment("web", { app: "web" }), deployment("api", { app: "api" })];

interface Stage {
  readonly terraform: object;
  readonly manifests: readonly object[];
}

/** A cluster whose nodes and pods, all of one group, reach the API endpoint and each other. */
function stage(manifests: readonly object[], ...more: object[]): Stage {
  const terraform = cluster((resource) =>
    addRules(
      resource,
      rule("nodes", "out", id(nsg("api")), "6", 6443),
      rule("api", "in", id(nsg("nodes")), "6", 6443),
      rule("nodes", "out", id(nsg("nodes")), "6"),
      rule("nodes", "in", id(nsg("nodes")), "6"),
      ...more,
    ),
  );
  return { terraform, manifests };
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true })));

/** What cdktf and the previews write. */
function outdirOf(stages: { readonly [name: string]: Stage }): string {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "stages-"));
  folders.push(outdir);
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(outdir, file)), { recursive: true });
    fs.writeFileSync(path.join(outdir, file), text);
  };
  for (const [name, { terraform, manifests }] of Object.entries(stages)) {
    write(`stacks/${name}/cdk.tf.json`, JSON.stringify(terraform));
    write(
      `manifests/${name}/shop.yaml`,
      JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }),
    );
  }
  return outdir;
}

describe("two identical stages", () => {
  const open = [...pods, policy({ podSelector: {}, ingress: [FROM_API] }), loadBalancer({})];
  const outdir = outdirOf({ staging: stage(open), prod: stage(open) });
  const questions: [string, Endpoint, Endpoint, Port][] = [
    ["workloads", Endpoint.workload("shop", "api"), WEB, HTTP],
    ["nodes and an endpoint by their addresses", Endpoint.nodes(POOL), Endpoint.apiEndpoint(CLUSTER), KUBE],
    ["an interface", VNIC, Endpoint.apiEndpoint(CLUSTER), KUBE],
    ["a load balancer", BALANCER, NODES, Port.tcp(30443)],
  ];

  test.each(["staging", "prod"])("have a known verdict when read alone: %s", (name) => {
    const reach = Reachability.fromOutdir(outdir, { stacks: [name] });
    for (const [, from, to, port] of questions) expect(reach.ask(from, to, port).verdict).toBe(YES);
    expect(reach.ask(Endpoint.pod("shop", {}), WEB, HTTP).verdict).toBe(NO);
    expect(reach.ask(NODES, API, KUBE).complete).toBe(true);
  });

  test.each(questions)("are ambiguous when read together: %s", (_, from, to, port) => {
    const answer = Reachability.fromOutdir(outdir).ask(from, to, port);
    expect(answer.verdict).toBe(UNKNOWN);
    expect(answer.reasons.length).toBeGreaterThan(0);
  });

  test("are closed when read together if no stage allows the packets", () => {
    const reach = Reachability.fromOutdir(outdir);
    expect(reach.ask(Endpoint.nodes(POOL), Endpoint.apiEndpoint(CLUSTER), Port.tcp(22)).verdict).toBe(NO);
  });
});

describe("two different stages, read together", () => {
  const deny = policy({ podSelector: {} });

  test("do not share policies", () => {
    const outdir = outdirOf({ staging: stage(pods), prod: stage([...pods, deny]) });
    const ask = (stacks?: string[]) =>
      Reachability.fromOutdir(outdir, stacks ? { stacks } : {}).ask(
        Endpoint.workload("shop", "api"),
        WEB,
        HTTP,
      ).verdict;
    expect([ask(["staging"]), ask(["prod"]), ask()]).toEqual([YES, NO, UNKNOWN]);
  });

  test("do not share rules", () => {
    const ssh = rule("nodes", "in", "10.0.0.0/8", "6", 22);
    const outdir = outdirOf({ prod: stage([]), staging: stage([], ssh) });
    const host = Endpoint.addresses(["10.0.1.200/32"]);
    const ask = (to: Endpoint, stacks?: string[]) =>
      Reachability.fromOutdir(outdir, stacks ? { stacks } : {}).ask(host, to, Port.tcp(22)).verdict;
    for (const to of [VNIC, Endpoint.nodes(POOL)]) {
      expect([ask(to, ["staging"]), ask(to, ["prod"]), ask(to)]).toEqual([YES, NO, UNKNOWN]);
    }
    // All nodes are meant, and those of one stage are reached.
    expect(ask(NODES)).toBe(YES);
  });
});

test("a stage of several stacks is selected by all of its stacks", () => {
  const both = outdirOf({ network: { terraform: {}, manifests: [] }, platform: stage(pods) });
  const reach = Reachability.fromOutdir(both, { stacks: ["network", "platform"] });
  expect(reach.ask(NODES, API, KUBE).verdict).toBe(YES);
});

test.each<[string, unknown, string[]]>([
  ["a stack that is not there", ["prod", "stagign"], ["VALUE_INVALID"]],
  ["every stack that is not there", ["a", null], ["VALUE_INVALID", "VALUE_INVALID"]],
  ["no stack", [], ["VALUE_INVALID"]],
  ["a text", "prod", ["VALUE_INVALID"]],
  ["null", null, ["VALUE_INVALID"]],
])("invalid stacks are rejected: %s", (_, stacks, codes) => {
  const outdir = outdirOf({ prod: stage([]) });
  expect(problemCodesOf(() => Reachability.fromOutdir(outdir, { stacks: stacks as any }))).toEqual(codes);
});

test("the fix names the existing stacks", () => {
  const outdir = outdirOf({ prod: stage([]), staging: stage([]) });
  expect(() => Reachability.fromOutdir(outdir, { stacks: ["live"] })).toThrow('["prod","staging"]');
});
