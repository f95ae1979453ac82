export {
  type AcceptedSetting,
  type ExistingClusterGap,
  ExistingClusterSetting,
  type ExistingClusterSettings,
  ExistingClusterSettingState,
} from "./existing-cluster-gap";
export { HardenedExistingCluster, type HardenedExistingClusterProps } from "./hardened-existing-cluster";
