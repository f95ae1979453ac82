// The readers for props schemas, in one place to import them from.
export { cidr, cidrOrReference, cidrs, type GivenCidr, literalCidrs } from "./cidr";
export { annotations, labels, objectName, subdomainName } from "./kubernetes-names";
export { ocid } from "./ocid";
export {
  objectOf,
  partsOf,
  type PropsSchema,
  readArgument,
  readArguments,
  readProps,
  type Resolved,
} from "./props-schema";
export { readChoice, readReason, reasonFor, ruleReasonFor } from "./reason";
export { displayName } from "./resource-name";
export { taggingReaders } from "./tagging";
export {
  any,
  boolean,
  checkedBy,
  choice,
  complete,
  type DefaultReader,
  kind,
  listOf,
  mapOf,
  mapped,
  matching,
  optional,
  passing,
  type PropReader,
  portNumber,
  type Reader,
  text,
  uniqueListOf,
  valueOf,
  wholeNumber,
  withDefault,
} from "./value-readers";
export { duration, wholeDuration } from "./whole-duration";
export { size, wholeSize } from "./whole-size";
