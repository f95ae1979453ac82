import { isBuiltin } from "node:module";
import * as path from "node:path";
import { bindings, importsOf, ownSources, resolveImport, type Source } from "./sources";
import manifest from "../../package.json";

// From the top down: a room may use those before it.
const ROOMS = [
  "core",
  "manifests",
  "network",
  "cluster",
  "encryption",
  "identity",
  "observability",
  "supply-chain",
  "workload",
  "platform",
  "checks",
  "cli",
];

/** The room of a file; the public surface is below all rooms. */
function depthOf(name: string): number {
  const [room = ""] = name.split(path.sep);
  return room === "index.ts" ? ROOMS.length : ROOMS.indexOf(room);
}

const files = ownSources();
const relative = (source: Source) => importsOf(source).filter((request) => request.startsWith("."));
const graph = new Map(
  files.map((source) => [source.name, relative(source).map((request) => resolveImport(source, request))]),
);

/** The first circle of imports that is found, as the files that one passes on the way. */
function findCircle(): string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (name: string): string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return undefined;
    way.push(name);
    for (const next of graph.get(name) ?? []) {
      const circle = visit(next);
      if (circle) return circle;
    }
    way.pop();
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const circle = visit(name);
    if (circle) return circle;
  }
  return undefined;
}

test("every file is in a room", () => {
  expect(files.map(({ name }) => name).filter((name) => depthOf(name) < 0)).toEqual([]);
});

test("no room imports from a room below it", () => {
  const upward = [...graph].flatMap(([name, targets]) =>
    targets.filter((target) => depthOf(target) > depthOf(name)).map((target) => `${name} imports ${target}`),
  );
  expect(upward).toEqual([]);
});

test("there is no circle of imports", () => {
  expect(findCircle()).toBeUndefined();
});

test("the bindings import nothing of ours", () => {
  const sources = bindings();
  const ours = sources.flatMap((source) =>
    relative(source)
      .map((request) => path.join(path.dirname(source.name), request))
      .filter((target) => !target.startsWith("oci"))
      .map((target) => `${source.name} imports ${target}`),
  );
  expect(sources.length).toBeGreaterThan(80);
  expect(ours).toEqual([]);
});

test("packages are imported by their public names", () => {
  const known = Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies });
  const others = [...files, ...bindings()].flatMap((source) =>
    importsOf(source)
      .filter((request) => !request.startsWith("."))
      .filter((request) => !known.includes(request) && !(request.startsWith("node:") && isBuiltin(request)))
      .map((request) => `${source.name} imports ${request}`),
  );
  expect(others).toEqual([]);
});
