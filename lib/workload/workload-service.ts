import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import { portName, servicePort } from "./app-protocol";
import { type IServiceBackend } from "./service-backend";
import { checkServiceName, checkServicePort } from "./service-name";
import { kind, shaped } from "./shapes";
import { pathOf } from "../core/construct-path";
import { Problems } from "../core/validation-error";
import { guardStaticSynthesis } from "../manifests/static-synthesis";

/** How a workload is reached inside the cluster. */
export interface ServiceOptions {
  /**
   * The port that clients connect to, 1 to 65535.
   *
   * @default - the port of the workload
   */
  readonly port?: number;
  /**
   * The name of the Service.
   *
   * @default - the name of the workload
   */
  readonly name?: string;
}

/** How a workload is reached inside the cluster, and which one. */
export interface WorkloadServiceProps extends ServiceOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}

/**
 * A Service inside the cluster: one name and address for the pods of a workload.
 *
 * It opens nothing: who may connect is declared on the `connections` of the workload, with the port of its pods.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#type-clusterip
 */
export class WorkloadService extends Construct {
  /** The name of the Service. */
  public readonly name: string;
  /** The port that clients connect to. */
  public readonly port: number;
  /** The host name that clients connect to: `<name>.<namespace>.svc`, the name alone where the chart has no namespace. */
  public readonly hostName: string;

  /** @throws NAME_INVALID, NAME_DUPLICATE, ATTRIBUTE_MISSING, VALUE_INVALID; PORT_INVALID, also where the workload has no port */
  constructor(scope: Construct, id: string, props: WorkloadServiceProps) {
    const { workload, name, port } = read(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    // That of the pods, which a Service finds in its own namespace only.
    const { namespace } = Chart.of(workload);
    this.name = name;
    this.port = port;
    this.hostName = namespace === undefined ? name : `${name}.${namespace}.svc`;
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels: workload.labels },
      spec: {
        type: "ClusterIP",
        selector: workload.selectorLabels,
        ports: [servicePort(portName(workload.protocol), port, workload.protocol)],
      },
    });
  }
}

const SHAPES = {
  workload: kind(["connections", "selectorLabels"], "a HardenedDeployment, or another workload that listens"),
};

interface Read {
  readonly workload: IServiceBackend;
  readonly name: string;
  readonly port: number;
}

/** Validates the props; throws with all that is wrong. */
function read(scope: Construct, id: string, given: WorkloadServiceProps): Read {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, ["workload"]);
  const { workload, name = workload?.name, port = workload?.port ?? 0 } = props;
  if (workload || name !== undefined) checkServiceName(problems, scope, name ?? "");
  if (workload && workload.port === undefined) {
    problems.add(
      "PORT_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give it the port that the program listens on, for example port: 8080",
    );
  } else if (workload) {
    checkServicePort(problems, port);
  }
  problems.throwIfAny();
  return { workload: workload as IServiceBackend, name: name ?? "", port };
}
