import { isBuiltin } from "node:module";
import * as path from "node:path";
import { bindings, importsOf, ownSources, resolveImport, type Source } from "./sources";
import manifest from "../../package.json";
import layers from "../../scripts/layers.json";

const folders = layers.map(({ folder }) => folder);

/** The layer of a file: the longest folder of the list that contains it. */
function layerOf(name: string): number {
  const folder = folders
    .filter((each) => name.startsWith(`${each}/`))
    .sort((a, b) => b.length - a.length)
    .at(0);
  return folder === undefined ? -1 : folders.indexOf(folder);
}

const isIndex = (name: string) => path.basename(name) === "index.ts";
const files = ownSources();
const relative = (source: Source) => importsOf(source).filter((request) => request.startsWith("."));
const graph = new Map(
  files.map((source) => [source.name, relative(source).map((request) => resolveImport(source, request))]),
);

/** The files of the first cycle of imports. */
function findCycle(): string[] | undefined {
  const done = new Set<string>();
  const current: string[] = [];
  const visit = (name: string): string[] | undefined => {
    if (current.includes(name)) return [...current.slice(current.indexOf(name)), name];
    if (done.has(name)) return undefined;
    current.push(name);
    for (const next of graph.get(name) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    current.pop();
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const cycle = visit(name);
    if (cycle) return cycle;
  }
  return undefined;
}

test("every file belongs to a layer", () => {
  expect(files.map(({ name }) => name).filter((name) => name !== "index.ts" && layerOf(name) < 0)).toEqual(
    [],
  );
});

test("every layer contains files", () => {
  const used = new Set([...files, ...bindings()].map(({ name }) => layerOf(name)));
  expect(folders.filter((_, index) => !used.has(index))).toEqual([]);
});

test("no file imports from a later layer", () => {
  const upward = [...graph]
    .filter(([name]) => !isIndex(name))
    .flatMap(([name, targets]) =>
      targets
        .filter((target) => layerOf(target) > layerOf(name))
        .map((target) => `${name} imports ${target}`),
    );
  expect(upward).toEqual([]);
});

test("no file imports from an index file of the library, except other index files", () => {
  const lazy = [...graph]
    .filter(([name]) => !isIndex(name))
    .flatMap(([name, targets]) =>
      targets
        .filter((target) => isIndex(target) && !target.startsWith("oci/"))
        .map((target) => `${name} imports ${target}`),
    );
  expect(lazy).toEqual([]);
});

test("no imports form a cycle", () => {
  expect(findCycle()).toBeUndefined();
});

test("no file has more than 400 lines", () => {
  expect(files.filter(({ text }) => text.split("\n").length > 401).map(({ name }) => name)).toEqual([]);
});

test("the bindings import no other files of the library", () => {
  const sources = bindings();
  const imported = sources.flatMap((source) =>
    relative(source)
      .map((request) => path.join(path.dirname(source.name), request))
      .filter((target) => !target.startsWith("oci"))
      .map((target) => `${source.name} imports ${target}`),
  );
  expect(sources.length).toBeGreaterThan(80);
  expect(imported).toEqual([]);
});

test("files import only dependencies and peer dependencies, by their public names", () => {
  const packages = Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies });
  const others = [...files, ...bindings()].flatMap((source) =>
    importsOf(source)
      .filter((request) => !request.startsWith("."))
      .filter(
        (request) => !packages.includes(request) && !(request.startsWith("node:") && isBuiltin(request)),
      )
      .map((request) => `${source.name} imports ${request}`),
  );
  expect(others).toEqual([]);
});
