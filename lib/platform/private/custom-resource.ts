/** A kind of objects, as a CustomResourceDefinition declares it. */
export interface CustomResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  /** The schema of the spec, where objects have one. */
  readonly spec?: object;
  /** Whether the program of the kind writes a status. @default false */
  readonly hasStatus?: boolean;
}

/** A text. */
export const TEXT = { type: "string" };

/** An object with members; all others are pruned. */
export function objectOf(properties: object, required: readonly string[] = []): object {
  return { type: "object", properties, ...(required.length > 0 ? { required: [...required] } : {}) };
}

/** A list of values of one kind. */
export function listOf(items: object): object {
  return { type: "array", items };
}

/** One of some texts. */
export function oneOf(values: readonly string[], defaultValue?: string): object {
  return {
    type: "string",
    enum: [...values],
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  };
}

/** The spec of a CustomResourceDefinition of a kind in namespaces. */
export function definitionOf(resource: CustomResource): { readonly name: string; readonly spec: object } {
  const { group, hasStatus = false, kind, plural, singular, spec, version } = resource;
  const properties = {
    apiVersion: TEXT,
    kind: TEXT,
    metadata: { type: "object" },
    ...(spec ? { spec } : {}),
    // Only the program of the kind writes it, and newer releases write more.
    status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  };
  return {
    name: `${plural}.${group}`,
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular },
      scope: "Namespaced",
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: objectOf(properties, spec ? ["spec"] : []) },
          ...(hasStatus ? { subresources: { status: {} } } : {}),
        },
      ],
    },
  };
}
