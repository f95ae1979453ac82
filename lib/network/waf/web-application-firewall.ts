import { type Construct, type IConstruct } from "constructs";
import {
  readFirewall,
  type ResolvedFirewall,
  type ResolvedRequestLimits,
  type WebApplicationFirewallProps,
} from "./web-application-firewall-props";
import { type ResolvedRateLimit, type WafAccessRule } from "./web-application-firewall-rules";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { findWhenWritten, type ProgramFinding } from "../../core/warnings";
import { ResourceConstruct } from "../../core/resource-construct";
import { nameOf } from "../../core/resource-name";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { WafWebAppFirewall } from "../../oci/waf-web-app-firewall";
import {
  WafWebAppFirewallPolicy,
  type WafWebAppFirewallPolicyActions,
  type WafWebAppFirewallPolicyRequestAccessControl,
  type WafWebAppFirewallPolicyRequestProtection,
  type WafWebAppFirewallPolicyRequestRateLimiting,
} from "../../oci/waf-web-app-firewall-policy";
import { attach, checkUnattached, loadBalancerId } from "../logs/load-balancer-logs";

const JMESPATH = { conditionLanguage: "JMESPATH" };
const RATE_LIMIT_ACTION = "slow-down";
const PROTECT_ONCE = "Protect each load balancer once, by one firewall with the rules of both";
const LOAD_BALANCER = loadBalancerId("have no web application firewall");

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
  /** The OCID of the compartment of the policy and the firewalls. */
  public readonly compartmentId: string;
  /** The name of the policy. */
  public readonly displayName: string;
  private readonly id: string;
  private readonly tags: TaggingProps;
  private isUsed = false;

  constructor(scope: Construct, id: string, props: WebApplicationFirewallProps) {
    const firewall = read(scope, id, props);
    const { compartmentId, mode, accessRules, rateLimits } = firewall;
    super(scope, id);
    this.compartmentId = compartmentId;
    this.displayName = firewall.displayName ?? nameOf(this);
    this.tags = tagsOf(this, firewall);
    mode._acknowledge(this);
    const policy = new WafWebAppFirewallPolicy(this, "Resource", {
      compartmentId,
      displayName: this.displayName,
      actions: actionsOf(firewall),
      requestAccessControl: accessRules.length === 0 ? undefined : accessControl(accessRules),
      requestRateLimiting: rateLimits.length === 0 ? undefined : rateLimiting(rateLimits),
      requestProtection: protection(firewall),
      ...this.tags,
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
    const isFirewall = (construct: IConstruct) => construct instanceof WafWebAppFirewall;
    if (this.isUsed || this.node.root.node.findAll().some(isFirewall)) return [];
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
   */
  public protect(id: string, loadBalancerId: string): string {
    const problems = problemsIn(this, id);
    const balancer = LOAD_BALANCER(problems, "loadBalancerId", loadBalancerId);
    const attachment = { what: "A web application firewall protects", loadBalancerId, fix: PROTECT_ONCE };
    if (balancer !== undefined) checkUnattached(problems, this, attachment);
    problems.throwIfAny();
    attach(this, attachment);
    const firewall = new WafWebAppFirewall(this, id, {
      compartmentId: this.compartmentId,
      displayName: `${this.displayName}-${id}`.slice(0, 255),
      backendType: "LOAD_BALANCER",
      loadBalancerId,
      webAppFirewallPolicyId: this.policyId,
      ...this.tags,
    });
    return firewall.id;
  }
}

function read(scope: Construct, id: string, props: WebApplicationFirewallProps): ResolvedFirewall {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  return readFirewall(problems, props);
}

/** The actions, named after their effect, so that the logs show it. */
function actionsOf({
  blockResponse,
  rateLimitResponse,
  rateLimits,
}: ResolvedFirewall): WafWebAppFirewallPolicyActions[] {
  return [
    { name: "allow", type: "ALLOW" },
    blockResponse._action("block"),
    { name: "check", type: "CHECK" },
    ...(rateLimits.length > 0 ? [rateLimitResponse._action(RATE_LIMIT_ACTION)] : []),
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

function rateLimiting(limits: readonly ResolvedRateLimit[]): WafWebAppFirewallPolicyRequestRateLimiting {
  return {
    rules: limits.map(({ name, requests, period, blockDuration, condition }) => ({
      name,
      type: "REQUEST_RATE_LIMITING",
      actionName: RATE_LIMIT_ACTION,
      ...(condition ? { condition: condition.jmesPath, ...JMESPATH } : {}),
      configurations: [
        { requestsLimit: requests, periodInSeconds: period, actionDurationInSeconds: blockDuration },
      ],
    })),
  };
}

const BYTES_IN_KIBIBYTE = 1024;

function protection({
  capabilities,
  bodyInspection,
  requestLimits,
  mode,
}: ResolvedFirewall): WafWebAppFirewallPolicyRequestProtection {
  return {
    bodyInspectionSizeLimitInBytes: bodyInspection * BYTES_IN_KIBIBYTE,
    bodyInspectionSizeLimitExceededActionName: "check",
    rules: [
      {
        name: "protection",
        type: "PROTECTION",
        actionName: mode._action,
        isBodyInspectionEnabled: true,
        protectionCapabilities: capabilities.map((capability) => capability._config()) as never,
        protectionCapabilitySettings: settingsOf(requestLimits),
      },
    ],
  };
}

/** All limits are written explicitly, so that no plan depends on OCI's own defaults. */
function settingsOf(limits: ResolvedRequestLimits): object {
  return {
    allowedHttpMethods: [...new Set(limits.allowedMethods)].sort(),
    maxNumberOfArguments: limits.arguments,
    maxSingleArgumentLength: limits.argumentLength,
    maxTotalArgumentLength: limits.totalArgumentLength,
    maxHttpRequestHeaders: limits.headers,
    maxHttpRequestHeaderLength: limits.headerLength,
  };
}
