import { type Construct } from "constructs";
import { INGRESS_SERVICE_PORT } from "./ingress-gateway";
import { type IServiceBackend } from "../service-backend";
import { WorkloadService } from "../workload-service";
import { shortHash } from "../../core/short-hash";

const SUFFIX = "-ingress";
const LONGEST_NAME = 63;
/** The id of the Service below its workload. */
export const INGRESS_SERVICE = "IngressService";

/** The Service inside the cluster that all routes of a workload lead to. */
export function serviceOf(workload: IServiceBackend): WorkloadService {
  const known = workload.node.tryFindChild(INGRESS_SERVICE) as WorkloadService | undefined;
  if (known) return known;
  const name = serviceNameOf(workload.name);
  return new WorkloadService(workload as unknown as Construct, INGRESS_SERVICE, {
    workload,
    name,
    port: INGRESS_SERVICE_PORT,
  });
}

/** The name of the Service of a workload. */
export function serviceNameOf(workload: string): string {
  const name = `${workload}${SUFFIX}`;
  if (name.length <= LONGEST_NAME) return name;
  return `${workload.slice(0, LONGEST_NAME - SUFFIX.length - 9)}-${shortHash(workload)}${SUFFIX}`;
}
