/** A pod in an object, reduced to what concerns pulling its images. */
export interface PodSpec {
  readonly images: readonly string[];
  readonly serviceAccountName: string;
  readonly hasPullSecrets: boolean;
  readonly nodeSelector: { readonly [key: string]: unknown };
}

interface Fields {
  readonly [key: string]: unknown;
}
const LISTS = ["containers", "initContainers", "ephemeralContainers"];
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The pods anywhere in an object.
 *
 * They are found by their containers and not by the kind of the object, so that those in custom resources of operators are found too.
 */
export function podSpecsOf(value: unknown): PodSpec[] {
  if (Array.isArray(value)) return value.flatMap(podSpecsOf);
  if (!isFields(value)) return [];
  const own = Array.isArray(value.containers)
    ? [readPod(value)].filter(({ images }) => images.length > 0)
    : [];
  const inside = Object.entries(value).filter(([key]) => !LISTS.includes(key));
  return [...own, ...inside.flatMap(([, each]) => podSpecsOf(each))];
}

function readPod(spec: Fields): PodSpec {
  const { serviceAccountName, serviceAccount, imagePullSecrets, nodeSelector } = spec;
  const name = [serviceAccountName, serviceAccount].find((each) => typeof each === "string" && each !== "");
  return {
    images: LISTS.flatMap((list) => imagesIn(spec[list])),
    serviceAccountName: (name as string | undefined) ?? "default",
    hasPullSecrets: Array.isArray(imagePullSecrets) && imagePullSecrets.length > 0,
    nodeSelector: isFields(nodeSelector) ? nodeSelector : {},
  };
}

function imagesIn(containers: unknown): string[] {
  if (!Array.isArray(containers)) return [];
  return containers
    .map((one: unknown) => (isFields(one) ? one.image : undefined))
    .filter((image) => typeof image === "string");
}
