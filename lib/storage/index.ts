export {
  type IPrivateBucket,
  PrivateBucket,
  type PrivateBucketAttributes,
  type PrivateBucketProps,
} from "./private-bucket";
export {
  OciStateBackend,
  type OciStateBackendProps,
  StateAuthentication,
  StateBucket,
  type StateBucketProps,
} from "./terraform-state";
