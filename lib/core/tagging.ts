import { type IConstruct } from "constructs";

/** Tags of the OCI resources that a construct makes. */
export interface TaggingProps {
  /**
   * Free-form tags, put on every resource that can have them.
   *
   * @default - only `managed-by: secure-oke` and `construct`, the path of the construct
   * @see https://docs.oracle.com/iaas/Content/Tagging/Concepts/taggingoverview.htm
   */
  readonly freeformTags?: { [key: string]: string };

  /**
   * Defined tags, `namespace.key` to value, put on every resource that can have them.
   *
   * The namespaces and keys must exist in the tenancy.
   *
   * @default - none
   */
  readonly definedTags?: { [key: string]: string };
}

/** The tags of one resource: what the user gave, over what says where the resource comes from. */
export function tagsOf(scope: IConstruct, props: TaggingProps): TaggingProps {
  return {
    freeformTags: { "managed-by": "secure-oke", construct: scope.node.path, ...props.freeformTags },
    definedTags: props.definedTags,
  };
}
