export { FlowLogArchive, type FlowLogArchiveProps } from "./flow-log-archive";
