import { RuleOwner } from "./load-balancer-settings";
import { checked } from "../core/checked";
import { optional, type PropsSchema, readProps, taggingReaders, wholeNumber } from "../core/readers";
import { type TaggingProps } from "../core/tagging";
import { Problems } from "../core/validation-error";

/** Options of Terraform-managed rules: fixed node ports, and the tags of the group. */
export interface TerraformManagedOptions extends TaggingProps {
  /**
   * The node port of the listener, 30000 to 32767.
   *
   * It must be unused in the whole cluster: otherwise the API server rejects the Service. The API server
   * allocates ports from 30000 to 30085 only after all others are used, so these are the safe choice.
   *
   * @default - derived from a hash of namespace, Service and port
   */
  readonly nodePort?: number;
  /**
   * The node port of the plain HTTP listener, if there is one, 30000 to 32767.
   *
   * @default - derived from a hash of namespace, Service and port
   */
  readonly httpNodePort?: number;
  /**
   * The node port of the health check with the policy Local, 30000 to 32767; it can't be changed later.
   *
   * @default - derived from a hash of namespace and Service
   */
  readonly healthCheckNodePort?: number;
}

/** The range of node ports. */
export const NODE_PORTS = { first: 30_000, last: 32_767 };

const nodePort = wholeNumber({ least: NODE_PORTS.first, most: NODE_PORTS.last, code: "NODE_PORT_INVALID" });

const TERRAFORM_MANAGED = {
  nodePort: optional(nodePort),
  httpNodePort: optional(nodePort),
  healthCheckNodePort: optional(nodePort),
  ...taggingReaders(),
} satisfies PropsSchema<TerraformManagedOptions>;

/**
 * What manages the rules of a load balancer's network security groups: the cloud controller or Terraform.
 *
 * In both cases, security lists are unchanged.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
 */
@checked
export class SecurityRuleManagement {
  /**
   * The cloud controller of the cluster: it creates a group for the load balancer and writes its rules and
   * the workers' at run time, TCP only.
   *
   * It adds one rule to the workers' group for each listener and one for the health check, and with
   * `preserveSource` one more for each listener and range. They count towards the limit of 120 rules of that
   * group; more are rejected at synthesis with COUNT_INVALID.
   */
  public static cloudManaged(): SecurityRuleManagement {
    return new SecurityRuleManagement(RuleOwner.CLOUD, {});
  }

  /**
   * Terraform: a group for the load balancer and each rule are resources in the cluster's stack, and node
   * ports are fixed.
   *
   * Nothing changes at run time; UDP is supported too, as are TCP and UDP on one port (`transports`). A node
   * port is a hash of its purpose, so it is stable; if two Services of a cluster collide, the second is
   * rejected and the message suggests a free port. A Service that was cloud-managed leaves the controller's
   * group and rules behind: the page on load balancers has the procedure.
   */
  public static terraformManaged(options: TerraformManagedOptions = {}): SecurityRuleManagement {
    const problems = new Problems("SecurityRuleManagement.terraformManaged");
    const read = readProps(problems, options, TERRAFORM_MANAGED);
    return new SecurityRuleManagement(RuleOwner.TERRAFORM, problems.resolved<TerraformManagedOptions>(read));
  }

  private constructor(
    /** @internal */
    public readonly _owner: RuleOwner,
    /** @internal */
    public readonly _options: TerraformManagedOptions,
  ) {}
}
