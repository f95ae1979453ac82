import { Chart, JsonPatch, type ApiObject } from "cdk8s";

/** Removes the namespace, which cdk8s adds to every object, from an object of the whole cluster. */
export function withoutNamespace(object: ApiObject): void {
  if (Chart.of(object).namespace !== undefined) object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
}
