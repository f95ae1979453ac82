import { type Construct } from "constructs";
import { type IServiceBackend, portsOf } from "./service-backend";
import { shown } from "../core/display-value";
import { checkObjectName } from "../core/kubernetes-names";
import { portNumber } from "../core/readers";
import { type Problems } from "../core/validation-error";
import { checkUnused } from "../synthesis/chart-objects";
import { type NamedPort } from "../workload/pods/ports";

/** Adds a problem for a Service name that is invalid or taken in the chart. */
export function checkServiceName(problems: Problems, scope: Construct, name: string): void {
  checkObjectName(problems, "name", name);
  if (/^[0-9]/.test(name)) {
    problems.add(
      "NAME_INVALID",
      `name is ${name}, which begins with a digit`,
      "Give a name that begins with a letter, for example web",
    );
  }
  checkUnused(
    problems,
    scope,
    ["Service"],
    name,
    "Give each Service its own name; the Service of a load balancer also works inside the cluster",
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

/** The ports of the options of a Service. */
interface PortOptions {
  readonly port?: number;
  readonly ports?: readonly ExposedPort[];
}

/** A port of a Service: its number, and the name of the pods' port. */
export type ReadPort = Required<NamedPort>;

/** Reads the ports of a Service and adds their problems. */
export function readPorts(problems: Problems, workload: IServiceBackend, options: PortOptions): ReadPort[] {
  const available = portsOf(workload);
  if (available.length === 0) {
    problems.add(
      "PORT_INVALID",
      `The workload ${workload.node.path} has no port`,
      "Give the workload the port that the program listens on, for example port: 8080",
    );
    return [];
  }
  return options.ports
    ? selectedPorts(problems, available, options, options.ports)
    : allPorts(problems, available, workload, options);
}

/** All named ports, with the given number for the workload's own port. */
function allPorts(
  problems: Problems,
  available: readonly ReadPort[],
  workload: IServiceBackend,
  { port }: PortOptions,
): ReadPort[] {
  const [own, ...others] = available;
  if (port === undefined || !own) return checkNumbers(problems, available);
  if (workload.port === undefined) {
    problems.add(
      "PORT_INVALID",
      `port is set, but the workload ${workload.node.path} has only named ports`,
      `Select the port by its name: ports: [{ name: ${JSON.stringify(own.name)}, port: ${shown(port)} }]`,
    );
  }
  return checkNumbers(problems, [{ ...own, port }, ...others]);
}

/** The chosen ports, in the order of the workload. */
function selectedPorts(
  problems: Problems,
  available: readonly ReadPort[],
  { port }: PortOptions,
  ports: readonly ExposedPort[],
): ReadPort[] {
  const names = available.map(({ name }) => name);
  if (port !== undefined) {
    problems.add("PORT_INVALID", "port and ports are both set", "Give the number in ports: [{ name, port }]");
  }
  if (ports.length === 0) {
    problems.add(
      "PORT_INVALID",
      "ports is empty",
      `Leave ports out for all ports, or select some of ${names.join(", ")}`,
    );
  }
  for (const { name } of ports.filter((candidate) => !names.includes(candidate.name))) {
    problems.add(
      "PORT_INVALID",
      `ports contains ${shown(name)}, which is not a port of the workload`,
      `Use one of ${names.join(", ")}`,
    );
  }
  for (const name of names.filter(
    (candidate) => ports.filter((port) => port.name === candidate).length > 1,
  )) {
    problems.add("NAME_DUPLICATE", `ports contains ${name} twice`, "Remove one of the entries");
  }
  const selected = available.flatMap((own) => {
    const exposed = ports.find(({ name }) => name === own.name);
    return exposed ? [{ ...own, port: exposed.port ?? own.port }] : [];
  });
  return checkNumbers(problems, selected);
}

/** Adds a problem for each invalid or duplicate number. */
function checkNumbers(problems: Problems, ports: readonly ReadPort[]): ReadPort[] {
  for (const number of new Set(ports.map(({ port }) => port))) {
    portNumber()(problems, "port", number);
    // TCP and UDP numbers are independent.
    const transports = ports.filter(({ port }) => port === number).map(({ transport }) => transport);
    if (new Set(transports).size === transports.length) continue;
    problems.add(
      "PORT_INVALID",
      `Two ports of the Service have the number ${shown(number)}`,
      "Give each port its own number",
    );
  }
  return [...ports];
}
