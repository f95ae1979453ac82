/**
 * How much access a policy statement grants; each verb includes those before it.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policysyntax/verbs.htm
 */
export enum PolicyVerb {
  /** List resources, without their content. */
  INSPECT = "inspect",
  /** Get a resource, with its content where the resource type has any. */
  READ = "read",
  /** Work with resources that exist. What this includes depends on the resource type. */
  USE = "use",
  /** Everything, including creation and deletion. */
  MANAGE = "manage",
}
