import { type IConstruct } from "constructs";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { isDnsLabel } from "../core/kubernetes-names";
import { checkedBy, text } from "../core/readers";
import { readReason, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

const MAX_HOST_LENGTH = 253;

function checkHost(problems: Problems, property: string, name: string): void {
  const labels = name.length <= MAX_HOST_LENGTH ? name.split(".") : [];
  // An IPv4 address ends in a number, a host name never does.
  if (labels.length > 1 && labels.every(isDnsLabel) && !/^\d+$/.test(labels.at(-1) ?? "")) return;
  problems.add(
    "NAME_INVALID",
    `${property} is ${shown(name)}, which is not a fully qualified host name`,
    'Use lower-case letters, digits, dashes and dots, for example "shop.example.com"; for all hosts of a domain, use ' +
      'IngressHost.wildcard("*.example.com", { reason })',
  );
}

const HOST = checkedBy(text(), checkHost);
const WILDCARD = checkedBy(text(), (problems, property, name) => {
  if (name.startsWith("*.")) return checkHost(problems, property, name.slice(2));
  problems.add(
    "NAME_INVALID",
    `${property} is ${shown(name)}, which is not a wildcard`,
    'Give an asterisk and a dot before the domain, for example "*.example.com"',
  );
});

/**
 * The host name under which an ingress gateway serves a workload.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
 */
@checked
export class IngressHost {
  /**
   * A single host.
   *
   * @param name such as `shop.example.com`: lower-case letters, digits, dashes and dots, with at least one
   * dot
   */
  public static of(name: string): IngressHost {
    const problems = new Problems("IngressHost.of");
    HOST(problems, "name", name);
    problems.throwIfAny();
    return new IngressHost(name);
  }

  /**
   * All hosts with one more label, including future ones.
   *
   * @param name such as `*.shop.example.com`: an asterisk and a dot before a name of at least two labels
   */
  public static wildcard(name: string, choice: ReasonedChoice): IngressHost {
    const problems = new Problems("IngressHost.wildcard");
    WILDCARD(problems, "name", name);
    const reason = readReason(problems, "A wildcard host", choice);
    problems.throwIfAny();
    return new IngressHost(name, reason);
  }

  private constructor(
    /** The host name, with an asterisk for a wildcard. */
    public readonly name: string,
    /** The reason for a wildcard, if it is one. */
    public readonly reason?: string,
  ) {}

  /** @internal */
  public _acknowledge(scope: IConstruct): void {
    if (this.reason === undefined) return;
    Acknowledgements._record(scope, "exposure", `wildcard host ${this.name}`, this.reason);
  }
}
