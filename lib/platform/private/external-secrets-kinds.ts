import { definitionOf, listOf, objectOf, oneOf, TEXT } from "./custom-resource";

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
    // The operator watches this kind and does not start without it; nothing here makes such an object.
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

/** What the operator needs in the namespace that it watches; tokens of single service accounts are granted beside. */
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

/** What replicas of the operator need in its own namespace, so that one of them works at a time. */
export const LEADER_RULES: readonly object[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "patch", "update"] },
];
