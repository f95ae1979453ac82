// Draws the diagrams of network flows in docs. Reachability computes their arrows from the synthesized examples.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
require("./register");
const { Endpoint, Port, Reachability, Verdict } = require("../lib");
const { Yaml } = require("cdk8s");

const root = path.join(__dirname, "..");

const CLUSTER = {
  api: ["API endpoint", Endpoint.apiEndpoint()],
  nodes: ["nodes", Endpoint.nodes()],
  services: ["Oracle's services", Endpoint.oracleServices()],
  internet: ["internet", Endpoint.internet()],
};

/** The diagrams: the page, the example, and the endpoints; an arrow connects two endpoints where traffic is allowed. */
const PICTURES = [
  {
    page: "docs/reachability.md",
    example: "quickstart",
    endpoints: {
      host: ["another host of the VCN", Endpoint.addresses(["10.0.9.0/24"])],
      balancer: ["load balancer", Endpoint.loadBalancers()],
      web: ["shop/web", Endpoint.workload("shop", "web")],
      pods: ["pods without policies", Endpoint.pods()],
      ...CLUSTER,
    },
  },
  {
    page: "docs/load-balancers.md",
    example: "public-web",
    endpoints: {
      partners: ["partners, 192.0.2.0/24", Endpoint.addresses(["192.0.2.0/24"])],
      balancer: ["load balancer", Endpoint.loadBalancers()],
      web: ["catalog/web", Endpoint.workload("catalog", "web")],
      other: ["a pod of another namespace", Endpoint.pod("other", {})],
      host: ["another host of the VCN", Endpoint.addresses(["10.0.9.0/24"])],
      ...CLUSTER,
    },
    // Only the flows from and to the load balancer and the workload.
    isShown: (from, to) => to === "web" || to === "balancer" || from === "balancer" || from === "partners",
  },
  {
    page: "docs/egress.md",
    example: "controlled-egress",
    endpoints: {
      web: ["payments/web", Endpoint.workload("payments", "web")],
      other: ["another pod of payments", Endpoint.pod("payments", {})],
      bank: ["the bank, 203.0.113.0/24", Endpoint.addresses(["203.0.113.0/24"])],
      ledger: ["the ledger, 10.200.16.5", Endpoint.addresses(["10.200.16.5/32"])],
      ...CLUSTER,
    },
    isShown: (from, to) => ["bank", "ledger", "services", "internet"].includes(to),
  },
];

function synthesize(example, folder) {
  const program = path.join(root, "examples", example, "main.ts");
  const env = { ...process.env, CDKTF_OUTDIR: folder };
  execFileSync(process.execPath, [path.join(__dirname, "register.js"), program], { cwd: folder, env });
}

function filesIn(folder, ending) {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names.filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name));
}

/** All ports in rules, policies and Services. */
function portsOf(folder) {
  const found = new Map();
  const add = (port) => found.set(port.toString(), port);
  for (const file of filesIn(folder, ".tf.json")) {
    const { resource } = JSON.parse(fs.readFileSync(file, "utf8"));
    for (const rule of Object.values(resource.oci_core_network_security_group_security_rule ?? {})) {
      const options = rule.tcp_options ?? rule.udp_options;
      if (!options) continue;
      const { min, max } = options.destination_port_range;
      add(rule.tcp_options ? Port.tcpRange(min, max) : Port.udpRange(min, max));
    }
  }
  const objects = filesIn(folder, ".yaml").flatMap((file) => Yaml.load(file));
  for (const { kind, spec } of objects) {
    if (kind === "Service") for (const { port } of spec.ports) add(Port.tcp(port));
    if (kind !== "NetworkPolicy") continue;
    const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
    for (const { port, protocol } of rules.flatMap(({ ports }) => ports ?? []))
      add(protocol === "UDP" ? Port.udp(port) : Port.tcp(port));
  }
  return [...found.values()].sort((a, b) => a.from - b.from || b.to - a.to);
}

const NODE_PORTS = Port.tcpRange(30000, 32767);
// Load balancers check the health of nodes there; the cloud controller manages the rules for it.
const KUBE_PROXY_HEALTH = Port.tcp(10256);

/** The allowed traffic from one endpoint to another; undefined where none is allowed. */
function label(reach, from, to, ports) {
  const ask = (port) => reach.ask(from, to, port);
  if (ask(Port.allTraffic()).complete) return "everything";
  const open = [...ports, KUBE_PROXY_HEALTH]
    .map((port) => ({ port, ...answered(ask(port)) }))
    .filter(({ port, isOpen, isWhole }) => isOpen && (isWhole || port.from === port.to));
  // An open range includes its ports.
  const widest = open.filter(
    ({ port }) => !open.some((other) => other.port !== port && covers(other.port, port)),
  );
  const words = widest.map(({ port, isWhole }) => `${wordsOf(port)}${isWhole ? "" : " (some addresses)"}`);
  if (ask(NODE_PORTS).verdict === Verdict.UNKNOWN) words.push("the node port that Kubernetes chooses");
  return words.length > 0 ? words.join(", ") : undefined;
}

function answered({ verdict, complete }) {
  return { isOpen: verdict === Verdict.YES, isWhole: complete };
}

function covers(outer, inner) {
  return outer.protocol === inner.protocol && outer.from <= inner.from && outer.to >= inner.to;
}

function wordsOf({ protocol, from, to }) {
  return `${protocol} ${from === to ? from : `${from} to ${to}`}`;
}

/** Endpoints outside of the cluster; the diagrams show no flows between two of them. */
const OUTSIDE = new Set(["internet", "services", "host", "partners", "bank", "ledger"]);

/** The lines of a diagram. */
function draw({ example, endpoints, isShown = () => true }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "picture-"));
  try {
    synthesize(example, folder);
    const reach = Reachability.fromOutdir(folder);
    const ports = portsOf(folder);
    const arrows = Object.entries(endpoints).flatMap(([from, [, source]]) =>
      Object.entries(endpoints).flatMap(([to, [, target]]) => {
        if ((OUTSIDE.has(from) && OUTSIDE.has(to)) || !isShown(from, to)) return [];
        const text = label(reach, source, target, ports);
        return text === undefined ? [] : [{ from, to, text }];
      }),
    );
    const drawn = new Set(arrows.flatMap(({ from, to }) => [from, to]));
    const lonely = Object.entries(endpoints).filter(([id]) => !drawn.has(id));
    return [
      "```mermaid",
      "flowchart LR",
      ...Object.entries(endpoints).map(
        ([id, [name]]) => `  ${id}${OUTSIDE.has(id) ? `(["${name}"])` : `["${name}"]`}`,
      ),
      ...arrows.map(({ from, to, text }) => `  ${from} -->|"${text}"| ${to}`),
      "```",
      ...(lonely.length > 0
        ? ["", `Without connections: ${lonely.map(([, [name]]) => name).join(", ")}.`]
        : []),
    ];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const BEGIN = "<!-- picture: begin, drawn by `npm run docs` from examples/";
const END = "<!-- picture: end -->";

/** The pages with current diagrams, by path. */
function pages() {
  return Object.fromEntries(
    PICTURES.map((picture) => {
      const text = fs.readFileSync(path.join(root, picture.page), "utf8");
      const [start, end] = [text.indexOf(BEGIN), text.indexOf(END)];
      if (start < 0 || end < start)
        throw new Error(`${picture.page} has no marker for its diagram: ${BEGIN}`);
      const drawing = [`${BEGIN}${picture.example} -->`, "", ...draw(picture), "", ""].join("\n");
      return [picture.page, text.slice(0, start) + drawing + text.slice(end)];
    }),
  );
}

module.exports = { pages };
