import { type Construct } from "constructs";
import { WafCapability } from "./web-application-firewall-capability";
import {
  checkFirewall,
  MAX_INSPECTED,
  WafMode,
  type WafRequestLimits,
  WafResponse,
  type WebApplicationFirewallProps,
} from "./web-application-firewall-props";
import { type WafAccessRule, type WafRateLimit } from "./web-application-firewall-rules";
import { checked } from "../../core/checked";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { findWhenWritten, type ProgramFinding } from "../../core/program-findings";
import { checkGiven } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf } from "../../core/resource-name";
import { tagsOf } from "../../core/tagging";
import { WafWebAppFirewall } from "../../oci/waf-web-app-firewall";
import {
  WafWebAppFirewallPolicy,
  type WafWebAppFirewallPolicyActions,
  type WafWebAppFirewallPolicyRequestAccessControl,
  type WafWebAppFirewallPolicyRequestProtection,
  type WafWebAppFirewallPolicyRequestRateLimiting,
} from "../../oci/waf-web-app-firewall-policy";
import { attach, checkLoadBalancerId, checkUnattached } from "../logs/load-balancer-logs";

const JMESPATH = { conditionLanguage: "JMESPATH" };
const RATE_LIMIT_ACTION = "slow-down";
const PROTECT_ONCE = "Protect each load balancer once; one firewall may have the rules of both";

/**
 * A web application firewall: a policy that detects attacks in requests, limits the rate of requests from an address and controls access,
 * attached to load balancers.
 *
 * It inspects HTTP, so it needs a load balancer that terminates TLS; network load balancers and TCP listeners can't have one. Attach it
 * with `protect` to a load balancer whose OCID is known, or pass `policyId` to something that takes the OCID of a policy, such as the
 * annotation `oci-native-ingress.oraclecloud.com/waf-policy-ocid` of an IngressClass. The cloud controller, which creates load balancers
 * for Services, has no annotation for it.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/Policies/getting_started_with_waf-policies.htm
 */
@checked
export class WebApplicationFirewall extends ResourceConstruct {
  private readonly id: string;
  private isUsed = false;

  /**
   * @throws OCID_INVALID, ATTRIBUTE_MISSING, NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID, COUNT_INVALID, TAG_INVALID, TEXT_TEMPLATE
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: WebApplicationFirewallProps,
  ) {
    check(scope, id, props);
    super(scope, id);
    const { mode = WafMode.block(), accessRules = [], rateLimits = [] } = props;
    mode._acknowledge(this);
    const policy = new WafWebAppFirewallPolicy(this, "Resource", {
      compartmentId: props.compartmentId,
      displayName: props.displayName ?? nameOf(this),
      actions: actionsOf(props),
      requestAccessControl: accessRules.length === 0 ? undefined : accessControl(accessRules),
      requestRateLimiting: rateLimits.length === 0 ? undefined : rateLimiting(rateLimits),
      requestProtection: protection(props, mode),
      ...tagsOf(this, props),
    });
    this.id = policy.id;
    findWhenWritten(this, () => this.findings());
  }

  /** The OCID of the policy. */
  public get policyId(): string {
    this.isUsed = true;
    return this.id;
  }

  /** Reports a policy that is not attached to anything. */
  private findings(): ProgramFinding[] {
    // A firewall resource that the program creates directly may refer to the policy.
    if (this.isUsed || this.node.root.node.findAll().some((one) => one instanceof WafWebAppFirewall))
      return [];
    return [
      {
        id: "firewall-unused",
        construct: this,
        what: "the web application firewall protects nothing: protect() was not called, and nothing takes its policyId",
        why: "A policy does nothing until a firewall of a load balancer names it.",
        fix: 'Call firewall.protect("shop", loadBalancerId), or give policyId to what makes the load balancer, such as wafPolicyId of OciNativeIngress',
      },
    ];
  }

  /**
   * Attaches the firewall to a load balancer, which may have no other firewall in the whole app.
   *
   * The load balancer of a Service has an OCID after the cloud controller has created it: `oci lb load-balancer list` prints it. If the
   * controller replaces the load balancer, its OCID changes too.
   *
   * @param id the id of the resource; change it for a different load balancer
   * @param loadBalancerId the OCID of the load balancer, which can have one firewall
   * @returns the OCID of the firewall
   * @throws NAME_INVALID, NAME_DUPLICATE, OCID_INVALID, ATTRIBUTE_MISSING, LOAD_BALANCER_INVALID for a network load balancer
   */
  public protect(id: string, loadBalancerId: string): string {
    const problems = problemsIn(this, id);
    checkLoadBalancerId(problems, loadBalancerId, "have no web application firewall");
    const attachment = { what: "A web application firewall protects", loadBalancerId, fix: PROTECT_ONCE };
    checkUnattached(problems, this, attachment);
    problems.throwIfAny();
    attach(this, attachment);
    const firewall = new WafWebAppFirewall(this, id, {
      compartmentId: this.props.compartmentId,
      displayName: `${this.props.displayName ?? nameOf(this)}-${id}`.slice(0, 255),
      backendType: "LOAD_BALANCER",
      loadBalancerId,
      webAppFirewallPolicyId: this.policyId,
      ...tagsOf(this, this.props),
    });
    return firewall.id;
  }
}

function check(scope: Construct, id: string, props: WebApplicationFirewallProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  if (checkGiven(problems, { props })) checkFirewall(problems, props);
  problems.throwIfAny();
}

/** The actions, named after their effect, so that the logs show it. */
function actionsOf(props: WebApplicationFirewallProps): WafWebAppFirewallPolicyActions[] {
  const { blockResponse = WafResponse.of(403), rateLimitResponse = WafResponse.of(503) } = props;
  return [
    { name: "allow", type: "ALLOW" },
    blockResponse._action("block"),
    { name: "check", type: "CHECK" },
    ...(props.rateLimits?.length ? [rateLimitResponse._action(RATE_LIMIT_ACTION)] : []),
  ] as WafWebAppFirewallPolicyActions[];
}

function accessControl(rules: readonly WafAccessRule[]): WafWebAppFirewallPolicyRequestAccessControl {
  return {
    defaultActionName: "allow",
    rules: rules.map(({ name, condition, _action }) => ({
      name,
      type: "ACCESS_CONTROL",
      actionName: _action,
      condition: condition.jmesPath,
      ...JMESPATH,
    })),
  };
}

function rateLimiting(limits: readonly WafRateLimit[]): WafWebAppFirewallPolicyRequestRateLimiting {
  return {
    rules: limits.map(({ name, requests, periodInSeconds, blockInSeconds = 0, condition }) => ({
      name,
      type: "REQUEST_RATE_LIMITING",
      actionName: RATE_LIMIT_ACTION,
      ...(condition ? { condition: condition.jmesPath, ...JMESPATH } : {}),
      configurations: [{ requestsLimit: requests, periodInSeconds, actionDurationInSeconds: blockInSeconds }],
    })),
  };
}

function protection(
  { capabilities, bodyInspectionInBytes = MAX_INSPECTED, requestLimits = {} }: WebApplicationFirewallProps,
  mode: WafMode,
): WafWebAppFirewallPolicyRequestProtection {
  const found = capabilities ?? WafCapability.recommended();
  return {
    bodyInspectionSizeLimitInBytes: bodyInspectionInBytes,
    bodyInspectionSizeLimitExceededActionName: "check",
    rules: [
      {
        name: "protection",
        type: "PROTECTION",
        actionName: mode._action,
        isBodyInspectionEnabled: true,
        protectionCapabilities: found.map((capability) => capability._config()) as never,
        protectionCapabilitySettings: limitsOf(requestLimits),
      },
    ],
  };
}

/** All limits are written explicitly, so that no plan depends on OCI's own defaults. */
function limitsOf(limits: WafRequestLimits): object {
  return {
    allowedHttpMethods: [...new Set(limits.allowedMethods ?? ["GET", "HEAD", "OPTIONS", "POST"])].sort(),
    maxNumberOfArguments: limits.arguments ?? 255,
    maxSingleArgumentLength: limits.argumentLength ?? 400,
    maxTotalArgumentLength: limits.totalArgumentLength ?? 64_000,
    maxHttpRequestHeaders: limits.headers ?? 25,
    maxHttpRequestHeaderLength: limits.headerLength ?? 8000,
  };
}
