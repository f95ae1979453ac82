import { type ApiObject } from "cdk8s";
import { type Problems } from "../core/validation-error";

const HOOK = "helm.sh/hook";
// kubectl has no equivalent of these events; Helm runs the hooks when it removes, rolls back or tests a release.
const LATER = [
  "post-delete",
  "post-rollback",
  "pre-delete",
  "pre-rollback",
  "test",
  "test-failure",
  "test-success",
];

/** Hooks that are kept deliberately, because a reason was given for each. */
const kept = new WeakSet<ApiObject>();

/** Keeps an object that is a Helm hook. */
export function keepHook(object: ApiObject): void {
  kept.add(object);
}

/** The events for which Helm would run an object; empty if it is not a hook. */
export function hooksOf(data: unknown): string[] {
  const { metadata } = (data ?? {}) as { metadata?: { annotations?: { [key: string]: unknown } } | null };
  const said = metadata?.annotations?.[HOOK];
  if (typeof said !== "string") return [];
  const hooks = said.split(",").map((one) => one.trim());
  // Which Helm 2 had for definitions, and which are applied like all others since.
  return hooks.filter((one) => one !== "" && one !== "crd-install");
}

/** Whether Helm never applies an object with these hooks when it installs or upgrades a release. */
export function isNeverInstalled(hooks: readonly string[]): boolean {
  return hooks.length > 0 && hooks.every((one) => LATER.includes(one));
}

/** Adds a problem for an object that kubectl would apply every time, but that Helm runs for its events only. */
export function checkHook(problems: Problems, object: ApiObject, data: unknown): void {
  const hooks = hooksOf(data);
  if (hooks.length === 0 || (kept.has(object) && !isNeverInstalled(hooks))) return;
  problems.add(
    "MANIFEST_HOOK",
    `The ${object.kind} ${object.name} is a hook of Helm (${hooks.join(", ")}), and would be applied like any other object`,
    'Render the chart without hooks: helmFlags: ["--no-hooks"], or leave it out with Hardening: override: ' +
      "[{ conflicts: [HardeningConflict.HELM_HOOK], reason }]" +
      (isNeverInstalled(hooks) ? "" : "; accept it there where it may run at every apply"),
  );
}
