import { ApiObject, Chart } from "cdk8s";
import { Construct } from "constructs";
import { checkServiceName, type ReadPort, readPorts, type ExposedPort } from "./read-service-ports";
import { type IServiceBackend } from "./service-backend";
import { checked } from "../core/checked";
import { pathOf } from "../core/construct-scope";
import { any, kind, listOf, optional, type PropsSchema, readProps, text, valueOf } from "../core/readers";
import { Problems } from "../core/validation-error";
import { guardStaticSynthesis } from "../synthesis/chart-guards";
import { servicePort } from "../workload/pods/ports";

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
  /** The workload that it exposes. */
  public readonly workload: IServiceBackend;
  /** The name of the Service. */
  public readonly name: string;
  /** The port that clients connect to; of several, that of the workload's own port, or the first. */
  public readonly port: number;
  /** The ports that clients connect to, by their names. */
  public readonly ports: { [name: string]: number };
  /** The host name that clients connect to: `<name>.<namespace>.svc`, only the name if the chart has no namespace. */
  public readonly hostName: string;

  constructor(scope: Construct, id: string, props: WorkloadServiceProps) {
    const { workload, name, ports } = readService(scope, id, props);
    super(scope, id);
    guardStaticSynthesis(Chart.of(this));
    // A Service selects pods of its own namespace only.
    const { namespace } = Chart.of(workload);
    this.workload = workload;
    this.name = name;
    this.port = ports[0]?.port ?? 0;
    this.ports = Object.fromEntries(ports.map((port) => [port.name, port.port]));
    this.hostName = namespace === undefined ? name : `${name}.${namespace}.svc`;
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels: workload.labels },
      spec: {
        type: "ClusterIP",
        selector: workload.selectorLabels,
        ports: ports.map((port) =>
          servicePort(port.name, port.port, port.protocol, port.name, port.transport),
        ),
      },
    });
  }
}

const WORKLOAD_SERVICE = {
  workload: valueOf<IServiceBackend>("IServiceBackend"),
  name: optional(text('a name, for example "web"')),
  port: optional(any<number>()),
  ports: optional(
    listOf(
      kind<ExposedPort>(["name"], "{ name, port }"),
      'a list, for example [{ name: "metrics", port: 9090 }]',
    ),
  ),
} satisfies PropsSchema<WorkloadServiceProps>;

interface ResolvedService {
  readonly workload: IServiceBackend;
  readonly name: string;
  readonly ports: readonly ReadPort[];
}

/** Reads the props; throws an error that lists every problem. */
function readService(scope: Construct, id: string, props: WorkloadServiceProps): ResolvedService {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, WORKLOAD_SERVICE);
  const { workload, name = workload?.name } = read;
  if (name !== undefined) checkServiceName(problems, scope, name);
  const ports = workload ? readPorts(problems, workload, read) : [];
  return problems.resolved<ResolvedService>({ workload, name, ports });
}
