export * from "./add-on-options";
export { AddOn } from "./add-on";
export { AddOnVersion } from "./add-on-version";
export { AutoscalerRights } from "./autoscaler-rights";
export { ClusterAddOn, type ClusterAddOnProps } from "./cluster-add-on";
export { ClusterAutoscaler, type ClusterAutoscalerProps, Expander } from "./cluster-autoscaler";
