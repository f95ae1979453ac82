import { type LoadBalancerProps } from "./load-balancer-props";
import { Protocol } from "../core/port";
import { type Problems } from "../core/validation-error";

/** The transports of the port of a load balancer, TCP first; what is wrong goes into the problems. */
export function transportsOf(
  problems: Problems,
  { transport, transports }: Pick<Partial<LoadBalancerProps>, "transport" | "transports">,
): readonly Protocol[] {
  if (transports === undefined) return [transport ?? Protocol.TCP];
  if (transport !== undefined) {
    problems.add("VALUE_INVALID", "Both transport and transports are given", "Leave transport out");
  }
  if (transports.length === 0) {
    problems.add(
      "VALUE_INVALID",
      "transports is empty",
      "Write [Protocol.TCP, Protocol.UDP], or leave transports out",
    );
  }
  const both = [Protocol.TCP, Protocol.UDP].filter((one) => transports.includes(one));
  return both.length > 0 ? both : [Protocol.TCP];
}
