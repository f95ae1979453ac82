/** A kind of custom resource. */
export interface CustomResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  /** The schema of the spec. @default - objects have no spec */
  readonly spec?: object;
  /** Whether the controller of the kind writes a status. @default false */
  readonly hasStatus?: boolean;
}

/** The schema of a text. */
export const TEXT = { type: "string" };

/** The schema of an object; the API server prunes all other members. */
export function objectOf(properties: object, required: readonly string[] = []): object {
  return { type: "object", properties, ...(required.length > 0 ? { required: [...required] } : {}) };
}

/** The schema of a list. */
export function listOf(items: object): object {
  return { type: "array", items };
}

/** The schema of an enumeration. */
export function oneOf(values: readonly string[], defaultValue?: string): object {
  return {
    type: "string",
    enum: [...values],
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  };
}

/** The spec of the CustomResourceDefinition of a namespaced kind. */
export function definitionOf(resource: CustomResource): { readonly name: string; readonly spec: object } {
  const { group, hasStatus = false, kind, plural, singular, spec, version } = resource;
  const properties = {
    apiVersion: TEXT,
    kind: TEXT,
    metadata: { type: "object" },
    ...(spec ? { spec } : {}),
    // Only the controller of the kind writes it, and newer releases write more members.
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

const GROUP = "external-secrets.io";
const GENERATORS = "generators.external-secrets.io";
const READ = ["get", "list", "watch"];

/**
 * The kinds that External Secrets needs for OCI Vault, narrower than the operator's own.
 *
 * A store is one of OCI Vault with workload identity as a named service account: the schema has no other provider and no other kind of
 * principal.
 */
export function externalSecretsDefinitions(): { readonly name: string; readonly spec: object }[] {
  return [
    definitionOf({
      group: GROUP,
      version: "v1",
      kind: "SecretStore",
      plural: "secretstores",
      singular: "secretstore",
      spec: storeSpec(),
      hasStatus: true,
    }),
    definitionOf({
      group: GROUP,
      version: "v1",
      kind: "ExternalSecret",
      plural: "externalsecrets",
      singular: "externalsecret",
      spec: externalSecretSpec(),
      hasStatus: true,
    }),
    // The operator watches this kind and does not start without it; the library creates no such object.
    definitionOf({
      group: GENERATORS,
      version: "v1alpha1",
      kind: "GeneratorState",
      plural: "generatorstates",
      singular: "generatorstate",
      hasStatus: true,
    }),
  ];
}

function storeSpec(): object {
  const oracle = objectOf(
    {
      vault: TEXT,
      region: TEXT,
      principalType: oneOf(["Workload"]),
      serviceAccountRef: objectOf({ name: TEXT }, ["name"]),
    },
    ["vault", "region", "principalType", "serviceAccountRef"],
  );
  const retrySettings = objectOf({ maxRetries: { type: "integer" }, retryInterval: TEXT });
  return objectOf(
    {
      controller: TEXT,
      provider: objectOf({ oracle }, ["oracle"]),
      refreshInterval: { type: "integer" },
      retrySettings,
    },
    ["provider"],
  );
}

function externalSecretSpec(): object {
  const remoteRef = objectOf(
    {
      key: TEXT,
      property: TEXT,
      version: TEXT,
      conversionStrategy: oneOf(["Default", "Unicode"], "Default"),
      decodingStrategy: oneOf(["Auto", "Base64", "Base64URL", "None"], "None"),
      metadataPolicy: oneOf(["None", "Fetch"], "None"),
    },
    ["key"],
  );
  const target = {
    ...objectOf({
      name: TEXT,
      creationPolicy: oneOf(["Owner", "Orphan", "Merge", "None"], "Owner"),
      deletionPolicy: oneOf(["Delete", "Merge", "Retain"], "Retain"),
      immutable: { type: "boolean" },
    }),
    default: { creationPolicy: "Owner", deletionPolicy: "Retain" },
  };
  return objectOf(
    {
      data: listOf(objectOf({ secretKey: TEXT, remoteRef }, ["remoteRef", "secretKey"])),
      refreshInterval: { ...TEXT, default: "1h0m0s" },
      refreshPolicy: oneOf(["CreatedOnce", "Periodic", "OnChange"]),
      secretStoreRef: objectOf({ kind: oneOf(["SecretStore"], "SecretStore"), name: TEXT }, ["name"]),
      target,
    },
    ["data", "secretStoreRef"],
  );
}

/** The permissions of the operator in the watched namespace; `mountSecret` adds those for tokens of single service accounts. */
export const WATCHED_RULES: readonly object[] = [
  { apiGroups: [GROUP], resources: ["externalsecrets", "secretstores"], verbs: [...READ, "patch", "update"] },
  {
    apiGroups: [GROUP],
    resources: ["externalsecrets/status", "secretstores/status"],
    verbs: ["get", "patch", "update"],
  },
  { apiGroups: [GENERATORS], resources: ["generatorstates"], verbs: READ },
  { apiGroups: [""], resources: ["secrets"], verbs: ["create", "delete", ...READ, "patch", "update"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

/** The permissions of the operator in its own namespace, for the election of the active replica. */
export const LEADER_RULES: readonly object[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "patch", "update"] },
];

export const SECRETS_STORE_GROUP = "secrets-store.csi.x-k8s.io";

const VERSION = "v1";
const texts = { type: "object", additionalProperties: TEXT };

/**
 * The two kinds of the Secrets Store CSI driver.
 *
 * A class can't mirror its secrets into Secrets of Kubernetes: the member `secretObjects` is left out, and pruned.
 */
export function secretsStoreDefinitions(): { readonly name: string; readonly spec: object }[] {
  const group = SECRETS_STORE_GROUP;
  return [
    definitionOf({
      group,
      version: VERSION,
      kind: "SecretProviderClass",
      plural: "secretproviderclasses",
      singular: "secretproviderclass",
      spec: objectOf({ provider: TEXT, parameters: texts }, ["provider"]),
    }),
    {
      // The driver writes what it mounted into the status of an object without a spec, and not as a subresource.
      ...definitionOf({
        group,
        version: VERSION,
        kind: "SecretProviderClassPodStatus",
        plural: "secretproviderclasspodstatuses",
        singular: "secretproviderclasspodstatus",
      }),
    },
  ];
}

/** The admission policy that rejects classes of Oracle's provider that authenticate as a user or as a node. */
export function workloadIdentityPolicy(): object {
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: [SECRETS_STORE_GROUP],
          apiVersions: ["*"],
          operations: ["CREATE", "UPDATE"],
          resources: ["secretproviderclasses"],
        },
      ],
    },
    validations: [
      {
        expression:
          "object.spec.provider != 'oci' || (has(object.spec.parameters) && 'authType' in object.spec.parameters && " +
          "object.spec.parameters['authType'] == 'workload')",
        message:
          "authType must be workload: with user, an API key is in a Secret, and with instance, every pod of the node has the same rights.",
        reason: "Forbidden",
      },
    ],
  };
}

/** The permissions of the driver, without Secrets and tokens. */
export const DRIVER_RULES: readonly object[] = [
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
  { apiGroups: [SECRETS_STORE_GROUP], resources: ["secretproviderclasses"], verbs: ["get", "list", "watch"] },
  {
    apiGroups: [SECRETS_STORE_GROUP],
    resources: ["secretproviderclasspodstatuses"],
    verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  },
  {
    apiGroups: [SECRETS_STORE_GROUP],
    resources: ["secretproviderclasspodstatuses/status"],
    verbs: ["get", "patch", "update"],
  },
  {
    apiGroups: ["storage.k8s.io"],
    resources: ["csidrivers"],
    resourceNames: ["secrets-store.csi.k8s.io"],
    verbs: ["get", "list", "watch"],
  },
];
