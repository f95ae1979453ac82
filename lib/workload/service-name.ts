import { type Construct } from "constructs";
import { checkUnused } from "./chart-objects";
import { checkObjectName } from "../core/kubernetes-names";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

/** Adds a problem where a Service can't listen on a port. */
export function checkServicePort(problems: Problems, port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return;
  problems.add("PORT_INVALID", `port is ${shown(port)}`, "Give a whole number from 1 to 65535");
}

/** Adds a problem where a Service can't be named so, or the chart has one of this name. */
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
