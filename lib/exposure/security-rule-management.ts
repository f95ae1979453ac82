import { RuleOwner } from "./load-balancer-kinds";
import { NodePorts } from "./private/node-ports";
import { checked } from "../core/checked";
import { checkTags, type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";
import { shaped } from "../core/value-readers";

/** Node ports that are not to be chosen by the library, and the tags of the group. */
export interface TerraformManagedOptions extends TaggingProps {
  /**
   * The node port that the listener leads to, 30000 to 32767.
   *
   * Free in the whole cluster: the API server refuses the Service otherwise. It gives out those from 30000 to 30085 by itself
   * only when it has no others left, so these are the safe choice.
   *
   * @default - chosen by a hash of namespace, Service and port
   */
  readonly nodePort?: number;
  /**
   * The node port of the plain HTTP listener, where there is one, 30000 to 32767.
   *
   * @default - chosen by a hash of namespace, Service and port
   */
  readonly httpNodePort?: number;
  /**
   * The node port that the health check asks with the policy Local, 30000 to 32767; it can't change later.
   *
   * @default - chosen by a hash of namespace and Service
   */
  readonly healthCheckNodePort?: number;
}

/**
 * Who writes the rules of the network security groups for a load balancer.
 *
 * In both cases no security list changes.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
 */
@checked
export class SecurityRuleManagement {
  /**
   * The cloud controller of the cluster: it makes a group for the load balancer and writes its rules and the workers' at run
   * time, TCP only.
   *
   * In the workers' group these are one for each listener and one for the health check, and with `preserveSource` one more for
   * each listener and range. They count towards the 120 rules of that group; more are refused at synthesis, by COUNT_INVALID.
   */
  public static cloudManaged(): SecurityRuleManagement {
    return new SecurityRuleManagement(RuleOwner.CLOUD, {});
  }

  /**
   * Terraform: a group for the load balancer and each rule are resources in the cluster's stack, and node ports are fixed.
   *
   * Nothing changes at run time; UDP is served too, and TCP and UDP on one port (`transports`). A node port is a hash of what it
   * is for, so it never moves; where two Services of a cluster come to the same one, the second is refused and named a free one
   * to take. A Service that was cloud-managed leaves the controller's group and rules behind: the page on load balancers has the
   * procedure.
   *
   * @throws NODE_PORT_INVALID, TAG_INVALID, TEXT_TEMPLATE, VALUE_INVALID
   */
  public static terraformManaged(options: TerraformManagedOptions = {}): SecurityRuleManagement {
    const problems = new Problems("SecurityRuleManagement.terraformManaged");
    const read = shaped(problems, options, {});
    for (const name of ["nodePort", "httpNodePort", "healthCheckNodePort"] as const) {
      if (read[name] !== undefined) NodePorts.check(problems, name, read[name]);
    }
    checkTags(problems, read);
    problems.throwIfAny();
    return new SecurityRuleManagement(RuleOwner.TERRAFORM, options);
  }

  private constructor(
    /** @internal */
    public readonly _owner: RuleOwner,
    /** @internal */
    public readonly _options: TerraformManagedOptions,
  ) {}
}
