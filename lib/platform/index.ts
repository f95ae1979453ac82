export { type AcceptedFinding, NodeBenchmark, type NodeBenchmarkProps } from "./node-benchmark";
