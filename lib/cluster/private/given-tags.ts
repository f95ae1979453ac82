import { type TaggingProps } from "../../core/tagging";

/** The tags among the props of a construct, for its parts. */
export function tagsGiven({ freeformTags, definedTags }: TaggingProps): TaggingProps {
  return { freeformTags, definedTags };
}
