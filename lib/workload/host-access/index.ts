export { HostAccess, type HostNetworkChoice, type HostPathChoice } from "./host-access";
