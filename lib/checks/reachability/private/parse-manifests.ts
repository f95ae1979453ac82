import { Yaml } from "cdk8s";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Json } from "./terraform-model";
import { Problems } from "../../../core/validation-error";

/** The objects of manifests in YAML or JSON. */
export function parseManifests(texts: readonly string[]): Json[] {
  const parsed = texts.map((text) => parseJson(text) ?? text);
  const yaml = parsed.filter((text) => typeof text === "string" && text.trim() !== "");
  const objects = parsed.filter((objects) => typeof objects !== "string").flat();
  return yaml.length === 0 ? objects : [...objects, ...parseYaml(yaml)];
}

function parseJson(text: string): Json | undefined {
  if (typeof text !== "string" || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Flow-style YAML begins with the same characters.
    return undefined;
  }
}

/** cdk8s reads YAML from files only. */
function parseYaml(texts: readonly string[]): Json[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manifests-"));
  try {
    const file = path.join(folder, "manifests.yaml");
    fs.writeFileSync(file, texts.join("\n---\n"));
    return Yaml.load(file);
  } catch (error) {
    const problems = new Problems("Reachability");
    const what = `manifests is not valid YAML: ${(error as Error).message}`;
    problems.add("CONFIGURATION_UNREADABLE", what, "Give the text of manifests as kubectl would apply them");
    problems.throwIfAny();
    throw error;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
