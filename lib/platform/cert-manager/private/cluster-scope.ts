import { Chart, JsonPatch, type ApiObject } from "cdk8s";

/** What belongs to the cluster is in no namespace, but cdk8s puts that of the chart into every object. */
export function withoutNamespace(object: ApiObject): void {
  if (Chart.of(object).namespace !== undefined) object.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
}
