import { type Construct } from "constructs";
import { type IServiceBackend, portsOf } from "./service-backend";
import { shown } from "../core/display-value";
import { checkObjectName } from "../core/kubernetes-names";
import { type Problems } from "../core/validation-error";
import { checkUnused } from "../synthesis/chart-objects";
import { type NamedPort } from "../workload/pods/named-port";

/** Adds a problem for an invalid port of a Service. */
export function checkServicePort(problems: Problems, port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return;
  problems.add("PORT_INVALID", `port is ${shown(port)}`, "Give a whole number from 1 to 65535");
}

/** Adds a problem for a Service name that is invalid or taken in the chart. */
export function checkServiceName(problems: Problems, scope: Construct, name: string): void {
  checkObjectName(problems, "name", name);
  if (/^[0-9]/.test(name)) {
    problems.add(
      "NAME_INVALID",
      `name is ${name}, which begins with a digit`,
      "Begin the name of a Service with a letter",
    );
  }
  checkUnused(
    problems,
    scope,
    ["Service"],
    name,
    "Give each a name of its own; the Service of a load balancer serves inside the cluster too, so one may do",
  );
}

/** A port of a Service, which routes to a named port of the pods. */
export interface ExposedPort {
  /**
   * The name of the pods' port: that of one of the workload's `ports`, or `http`, `grpc` or `tcp` for its own
   * port.
   */
  readonly name: string;
  /** The port that clients connect to, 1 to 65535. @default - the number of the pods' port */
  readonly port?: number;
}

/** The requested ports of a Service. */
interface Asked {
  readonly port?: number;
  readonly ports?: readonly ExposedPort[];
}

/** A port of a Service: its number, and the name of the pods' port. */
export type ReadPort = Required<NamedPort>;

/** Reads the ports of a Service and adds their problems. */
export function readPorts(problems: Problems, workload: IServiceBackend, options: Asked): ReadPort[] {
  const known = portsOf(workload);
  if (known.length === 0) {
    problems.add(
      "PORT_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give it the port that the program listens on, for example port: 8080",
    );
    return [];
  }
  return options.ports
    ? chosen(problems, known, options, options.ports)
    : all(problems, known, workload, options);
}

/** All named ports, with the given number for the workload's own port. */
function all(
  problems: Problems,
  known: readonly ReadPort[],
  workload: IServiceBackend,
  { port }: Asked,
): ReadPort[] {
  const [own, ...others] = known;
  if (port === undefined || !own) return checked(problems, known);
  if (workload.port === undefined) {
    problems.add(
      "PORT_INVALID",
      `port is given, and the workload ${workload.node.path} has no port without a name`,
      `Name the one that is meant: ports: [{ name: ${JSON.stringify(own.name)}, port: ${shown(port)} }]`,
    );
  }
  return checked(problems, [{ ...own, port }, ...others]);
}

/** The chosen ports, in the order of the workload. */
function chosen(
  problems: Problems,
  known: readonly ReadPort[],
  { port }: Asked,
  ports: readonly ExposedPort[],
): ReadPort[] {
  const names = known.map(({ name }) => name);
  if (port !== undefined) {
    problems.add("PORT_INVALID", "Both port and ports are given", "Give the number in ports: { name, port }");
  }
  if (ports.length === 0) {
    problems.add(
      "PORT_INVALID",
      "ports is empty",
      `Leave it out for all, or name some of ${names.join(", ")}`,
    );
  }
  for (const { name } of ports.filter((one) => !names.includes(one.name))) {
    problems.add(
      "PORT_INVALID",
      `ports names ${shown(name)}, which is no port of the workload`,
      `Take one of ${names.join(", ")}`,
    );
  }
  for (const name of names.filter((one) => ports.filter((port) => port.name === one).length > 1)) {
    problems.add("NAME_DUPLICATE", `ports names ${name} twice`, "Serve a port of the pods once");
  }
  const read = known.flatMap((one) => {
    const found = ports.find(({ name }) => name === one.name);
    return found ? [{ ...one, port: found.port ?? one.port }] : [];
  });
  return checked(problems, read);
}

function checked(problems: Problems, ports: readonly ReadPort[]): ReadPort[] {
  for (const number of new Set(ports.map(({ port }) => port))) {
    checkServicePort(problems, number);
    // TCP and UDP numbers are independent.
    const transports = ports.filter(({ port }) => port === number).map(({ transport }) => transport);
    if (new Set(transports).size === transports.length) continue;
    problems.add(
      "PORT_INVALID",
      `Two ports of the Service are ${shown(number)}`,
      "Give each a number of its own",
    );
  }
  return [...ports];
}
