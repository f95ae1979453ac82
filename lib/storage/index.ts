export { OciStateBackend, type OciStateBackendProps, StateAuthentication } from "./oci-state-backend";
export {
  type IPrivateBucket,
  PrivateBucket,
  type PrivateBucketAttributes,
  type PrivateBucketProps,
} from "./private-bucket";
export { StateBucket, type StateBucketProps } from "./state-bucket";
