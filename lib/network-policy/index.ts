export { type ConnectionOptions, Connections, type IConnectable } from "./connections";
export { ExternalPeer, type ExternalPeerProps, OracleServiceRanges } from "./external-peer";
