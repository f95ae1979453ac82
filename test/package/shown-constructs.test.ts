import { Construct } from "constructs";
import * as fs from "node:fs";
import * as path from "node:path";
import * as library from "../../lib";
import { EXAMPLES, exampleFolder } from "../support/examples";

const root = path.join(__dirname, "..", "..");
const read = (...names: string[]) => fs.readFileSync(path.join(...names), "utf8");

// Constructs that the library creates, each with the code by which a program gets one.
const CREATED_BY: { readonly [construct: string]: RegExp } = {
  ClusterSecurityGroups: /\.workerSecurityGroup\b/,
  FlowLogs: /\.flowLogs\b/,
  HostScanning: /\bNodeScanning\.enabled\(/,
  ImageScanning: /\bnew PrivateRepository\(/,
  IngressRoute: /\.exposeViaIngress\(/,
  LoadBalancer: /\.exposeViaLoadBalancer\(/,
  ClusterAutoscaler: /\bautoscale: \{/,
  VaultKey: /\bKeySource\.newKey\(/,
  WorkloadService: /\.exposeViaService\(|\.exposeViaLoadBalancer\(/,
};

// Classes that other constructs extend.
const BASES = [
  "ClusterNetworkBase",
  "HardenedWorkload",
  "IngressGateway",
  "ListeningWorkload",
  "ResourceConstruct",
  "SecureOkeClusterBase",
];

const exported = library as unknown as { readonly [name: string]: unknown };
const constructs = Object.keys(exported)
  .filter((name) => {
    const value = exported[name];
    return typeof value === "function" && value.prototype instanceof Construct && !BASES.includes(name);
  })
  .sort();
const programs = EXAMPLES.map((name) => read(exampleFolder(name), "main.ts")).join("\n");
const guides = fs
  .readdirSync(path.join(root, "docs"))
  .filter((name) => name.endsWith(".md"))
  .flatMap((name) => read(root, "docs", name).match(/```ts\n[\s\S]*?```/g) ?? [])
  .join("\n");

test("the library exports constructs", () => {
  expect(constructs.length).toBeGreaterThan(60);
});

test.each(constructs)("an example or a page of docs shows %s", (name) => {
  const usage = CREATED_BY[name] ?? new RegExp(`\\bnew ${name}\\(|\\b${name}\\.\\w+\\(`);
  expect(usage.test(programs) || usage.test(guides)).toBe(true);
});
