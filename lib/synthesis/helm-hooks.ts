import { type ApiObject } from "cdk8s";
import { type Problems } from "../core/validation-error";
import { MarkOn } from "../core/construct-state";

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
const kept = new MarkOn<ApiObject>();

/** Keeps an object that is a Helm hook. */
export function keepHook(object: ApiObject): void {
  kept.once(object);
}

/** The events for which Helm would run an object; empty if it is not a hook. */
export function hooksOf(data: unknown): string[] {
  const { metadata } = (data ?? {}) as { metadata?: { annotations?: { [key: string]: unknown } } | null };
  const annotation = metadata?.annotations?.[HOOK];
  if (typeof annotation !== "string") return [];
  const hooks = annotation.split(",").map((hook) => hook.trim());
  // Helm 2 had this hook for definitions, which Helm 3 applies like all other objects.
  return hooks.filter((hook) => hook !== "" && hook !== "crd-install");
}

/** Whether Helm never applies an object with these hooks when it installs or upgrades a release. */
export function isNeverInstalled(hooks: readonly string[]): boolean {
  return hooks.length > 0 && hooks.every((hook) => LATER.includes(hook));
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
