import { type Construct } from "constructs";
import { chartOf } from "./chart-objects";
import { type LoadBalancerProps } from "./load-balancer-props";
import { checkServiceName, checkServicePort } from "./service-name";
import { kind, shaped } from "./shapes";
import { pathOf } from "../core/construct-path";
import { checkGiven } from "../core/required";
import { Problems } from "../core/validation-error";

/** What a load balancer needs of its props, of its workload and of its cluster. */
export interface ReadLoadBalancer {
  readonly name: string;
  readonly targetPort: number;
  readonly subnetId: string;
  readonly nodesCidr: string;
  readonly nodesGroup: string;
}

const LONGEST_IDLE_SECONDS = 7200;

const SHAPES = {
  cluster: kind(["network", "workersSecurityGroup"], "the SecureOkeCluster that the workload runs in"),
  access: kind(["isInternal", "sourceRanges"], 'LoadBalancerAccess.internalFrom(["10.0.0.0/8"])'),
  tls: kind(["secret", "minimumVersion"], 'TlsTermination.atLoadBalancer({ secretName: "web-tls" })'),
  workload: kind(["connections", "selectorLabels"], "the HardenedDeployment"),
  shape: kind(["minimumMbps", "maximumMbps"], "LoadBalancerShape.flexible(10, 100)"),
};

/** Validates the props and reads the cluster; throws with all that is wrong. */
export function readLoadBalancer(scope: Construct, id: string, given: LoadBalancerProps): ReadLoadBalancer {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, ["cluster", "access", "tls", "workload"]);
  const { workload, port = 443, idleTimeoutSeconds = 60 } = props;
  const name = props.name ?? workload?.name ?? "";
  if (workload || props.name !== undefined) checkServiceName(problems, scope, name);
  checkWorkload(problems, scope, workload);
  checkServicePort(problems, port);
  if (
    !Number.isInteger(idleTimeoutSeconds) ||
    idleTimeoutSeconds < 1 ||
    idleTimeoutSeconds > LONGEST_IDLE_SECONDS
  ) {
    problems.add(
      "COUNT_INVALID",
      `idleTimeoutSeconds is ${JSON.stringify(idleTimeoutSeconds)}`,
      `Give a whole number from 1 to ${LONGEST_IDLE_SECONDS}`,
    );
  }
  const read = readCluster(problems, props);
  problems.throwIfAny();
  return { name, targetPort: workload?.port ?? 0, ...read };
}

function checkWorkload(
  problems: Problems,
  scope: Construct,
  workload: LoadBalancerProps["workload"] | undefined,
): void {
  if (!workload) return;
  if (workload.port === undefined) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give it the port that the program listens on, for example port: 8080",
    );
  }
  if (chartOf(workload) !== chartOf(scope)) {
    problems.add(
      "LOAD_BALANCER_INVALID",
      `The workload ${workload.node.path} is in another chart`,
      "Call exposeViaLoadBalancer of the workload",
    );
  }
}

function readCluster(problems: Problems, { cluster, access }: Partial<LoadBalancerProps>) {
  const subnet = problems.collect(() => cluster?.network.loadBalancerSubnet);
  const nodesCidr = problems.collect(() => cluster?.network.workersSubnet.cidr);
  const nodesGroup = problems.collect(() => cluster?.workersSecurityGroup.networkSecurityGroupId);
  // Nothing of it may come into an annotation as the word undefined.
  if (cluster && !problems.any) checkGiven(problems, { subnetId: subnet?.subnetId, nodesCidr, nodesGroup });
  if (subnet && access && !access.isInternal && !subnet.isPublic) {
    problems.add(
      "SUBNET_NOT_PUBLIC",
      `The load balancer is public, and the subnet of the load balancers of ${cluster?.node.path} forbids public addresses`,
      'Make it public: new ClusterNetwork(stack, "network", { loadBalancerSubnet: SubnetExposure.publicWith({ reason: "..." }), ' +
        "... }), given to the cluster as network; or take LoadBalancerAccess.internalFrom(cidrs)",
    );
  }
  return { subnetId: subnet?.subnetId ?? "", nodesCidr: nodesCidr ?? "", nodesGroup: nodesGroup ?? "" };
}
