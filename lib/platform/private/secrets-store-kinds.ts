import { definitionOf, objectOf, TEXT } from "./custom-resource";

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

/** The policy that lets no class of Oracle's provider authenticate as a user or as a node. */
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

/** What the driver needs of the API: no Secret, and no token. */
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
