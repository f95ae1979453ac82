export { type ConnectionOptions, Connections, type IConnectable } from "./connections";
export { ExternalPeer, type ExternalPeerProps } from "./external-peer";
export { OracleServiceRanges } from "./oracle-service-ranges";
