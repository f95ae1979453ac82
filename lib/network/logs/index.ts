export { FlowLogTraffic, FlowLogging, type FlowLoggingOptions, type IFlowLogs } from "./flow-logging";
export { FlowLogs, type FlowLogsProps } from "./flow-logs";
export { LoadBalancerLog, LoadBalancerLogs, type LoadBalancerLogsProps } from "./load-balancer-logs";
export { type ILogs } from "./service-logs";
