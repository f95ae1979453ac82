import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "./sources";
import lock from "../../package-lock.json";
import manifest from "../../package.json";

test("the bindings are generated from the current resource list and schema", () => {
  const script = path.join(root, "scripts", "bindings.js");
  // Compares with the committed schema, whatever OCI_PROVIDER_SCHEMA names on this machine.
  const env = { ...process.env, OCI_PROVIDER_SCHEMA: "" };
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8", env });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
}, 120_000);

test("the lock file contains no download URLs", () => {
  expect(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")).not.toContain('"resolved"');
});

test("the lock file contains the optional packages of all platforms, so that npm ci works on each", () => {
  const packages = Object.entries<any>(lock.packages);
  const missing = packages.flatMap(([folder, { optionalDependencies = {}, inBundle }]) =>
    Object.keys(inBundle ? {} : optionalDependencies)
      .filter((name) => !packages.some(([other]) => other.endsWith(`node_modules/${name}`)))
      .map((name) => `${folder} wants ${name}`),
  );
  expect(missing).toEqual([]);
});

test("installing the package runs no scripts", () => {
  const hooks = [
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
  ];
  expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  // npm runs node-gyp where this file exists.
  expect(fs.existsSync(path.join(root, "binding.gyp"))).toBe(false);
});

test("the package bundles all of its dependencies", () => {
  expect(manifest.bundledDependencies).toEqual(Object.keys(manifest.dependencies));
});
