const NAME_LABEL = "app.kubernetes.io/name";
const INSTANCE_LABEL = "app.kubernetes.io/instance";
const MANAGER_LABEL = "app.kubernetes.io/managed-by";

/** The labels that a workload sets itself. */
export const OWN_LABELS = [NAME_LABEL, INSTANCE_LABEL, MANAGER_LABEL];

/** The labels that select the pods of a workload. */
export function selectorLabelsOf(id: string): { [key: string]: string } {
  return { [NAME_LABEL]: id, [INSTANCE_LABEL]: id };
}

/** All labels of a workload and its pods. */
export function labelsOf(id: string, labels: { [key: string]: string } = {}): { [key: string]: string } {
  return { ...labels, [MANAGER_LABEL]: "secure-oke", ...selectorLabelsOf(id) };
}
