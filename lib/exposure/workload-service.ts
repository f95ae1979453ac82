import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import { checkServiceName, type ReadPort, readPorts, type ExposedPort } from "./read-service-ports";
import { type IServiceBackend } from "./service-backend";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { Problems } from "../core/validation-error";
import { kind, listOf, shaped } from "../core/value-readers";
import { guardStaticSynthesis } from "../synthesis/static-synthesis";
import { servicePort } from "../workload/pods/app-protocol";

/** Options of `exposeViaService`. */
export interface ServiceOptions {
  /**
   * The port that clients connect to instead of the workload's own port, 1 to 65535; excludes `ports`.
   *
   * @default - the port of the workload
   */
  readonly port?: number;
  /**
   * The ports that clients connect to, by the names of the pods' ports.
   *
   * @default - all named ports of the workload
   */
  readonly ports?: ExposedPort[];
  /**
   * The name of the Service.
   *
   * @default - the name of the workload
   */
  readonly name?: string;
}

/** Props for WorkloadService. */
export interface WorkloadServiceProps extends ServiceOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}

/**
 * A Service inside the cluster: one name and address for the pods of a workload.
 *
 * It allows no connections: allow clients on the `connections` of the workload, with the port of its pods.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#type-clusterip
 */
@checked
export class WorkloadService extends Construct {
  /** The name of the Service. */
  public readonly name: string;
  /** The port that clients connect to; of several, that of the workload's own port, or the first. */
  public readonly port: number;
  /** The ports that clients connect to, by their names. */
  public readonly ports: { [name: string]: number };
  /** The host name that clients connect to: `<name>.<namespace>.svc`, the name alone where the chart has no namespace. */
  public readonly hostName: string;

  constructor(scope: Construct, id: string, props: WorkloadServiceProps) {
    const { workload, name, ports } = read(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    // That of the pods, which a Service finds in its own namespace only.
    const { namespace } = Chart.of(workload);
    this.name = name;
    this.port = ports[0]?.port ?? 0;
    this.ports = Object.fromEntries(ports.map((one) => [one.name, one.port]));
    this.hostName = namespace === undefined ? name : `${name}.${namespace}.svc`;
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels: workload.labels },
      spec: {
        type: "ClusterIP",
        selector: workload.selectorLabels,
        ports: ports.map((one) => servicePort(one.name, one.port, one.protocol, one.name, one.transport)),
      },
    });
  }
}

const SHAPES = {
  workload: kind(["connections", "selectorLabels"], "a HardenedDeployment, or another workload that listens"),
  ports: listOf(kind(["name"], "{ name, port }"), 'a list, for example [{ name: "metrics", port: 9090 }]'),
};

interface Read {
  readonly workload: IServiceBackend;
  readonly name: string;
  readonly ports: readonly ReadPort[];
}

/** Validates the props; throws an error that lists every problem. */
function read(scope: Construct, id: string, given: WorkloadServiceProps): Read {
  const problems = new Problems(pathOf(scope, id));
  const props = shaped(problems, given, SHAPES, ["workload"]);
  const { workload, name = workload?.name } = props;
  if (workload || name !== undefined) checkServiceName(problems, scope, name ?? "");
  const ports = workload ? readPorts(problems, workload, props) : [];
  problems.throwIfAny();
  return { workload: workload as IServiceBackend, name: name ?? "", ports };
}
