export * from "./add-on-options";
export { AddOn } from "./add-on";
export { AddOnVersion, ClusterAddOn, type ClusterAddOnProps } from "./cluster-add-on";
export { AutoscalerRights } from "./autoscaler-rights";
export { ClusterAutoscaler, type ClusterAutoscalerProps, Expander } from "./cluster-autoscaler";
