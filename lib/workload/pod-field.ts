import { isQualifiedName } from "../core/kubernetes-names";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

const KEYED = /\['([^']*)'\]$/;

/** Adds a problem where a field is of a label or an annotation that no pod can have. */
export function checkFieldKey(problems: Problems, field: string): void {
  const [, key] = KEYED.exec(field) ?? [];
  if (key === undefined || isQualifiedName(key)) return;
  problems.add(
    "ENV_INVALID",
    `${shown(field)} names a key that no label and no annotation can have`,
    "Write the key as it is on the pod, for example metadata.labels['app.kubernetes.io/name']",
  );
}
