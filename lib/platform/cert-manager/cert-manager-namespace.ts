import { ApiObject, Lazy } from "cdk8s";
import { Construct } from "constructs";
import { withoutNamespace } from "./private/cluster-scope";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { pathOf } from "../../core/construct-scope";
import { checkObjectName } from "../../core/kubernetes-names";
import { Port } from "../../core/port";
import { checkReason } from "../../core/reason";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import {
  checkPolicyPort,
  dnsEgress,
  outside,
  portManifests,
} from "../../network-policy/private/network-rules";
import { checkUnused } from "../../synthesis/chart-objects";
import { ApiAccess } from "../../workload/pods/api-access";

/** A range that the controller of cert-manager connects to, such as an ACME server. */
export interface CertManagerEgress {
  /** The IPv4 range, such as `203.0.113.0/24`. */
  readonly cidr: string;
  /**
   * The ports.
   *
   * @default - TCP 443
   */
  readonly ports?: Port[];
  /**
   * Why the controller may connect to every address; required for `0.0.0.0/0`, which means everything outside of the VCN.
   *
   * @default - none
   */
  readonly reason?: string;
}

/** Props for CertManagerNamespace. */
export interface CertManagerNamespaceProps {
  /**
   * The namespace of cert-manager. That OKE's add-on runs in `cert-manager` is inferred from Oracle's pages.
   *
   * @default "cert-manager"
   */
  readonly namespace?: string;
  /**
   * The range of the API endpoint's own address, such as `10.0.0.5/32` or that of its subnet, for a chart that is written without a
   * cluster.
   *
   * @default - the subnet of the API endpoint of the cluster that the chart is added to
   */
  readonly endpointCidr?: string;
  /**
   * The TCP port that the webhook listens on. It is the default of cert-manager; Oracle's pages don't name that of the add-on.
   *
   * @default 10250
   */
  readonly webhookPort?: number;
  /**
   * What the controller connects to beside the API server: ACME servers, the APIs of DNS providers, and port 53 of the DNS servers of a
   * domain, which it asks before the ACME server does.
   *
   * The pods need the same egress in the network: `egress` of the cluster or of a node pool.
   *
   * @default - nothing
   */
  readonly controllerEgress?: CertManagerEgress[];
  /**
   * Whether the restricted Pod Security Standard is enforced and not only reported. cert-manager itself complies with it; that the
   * add-on does is not confirmed.
   *
   * @default false
   */
  readonly enforceRestricted?: boolean;
}

const NAMESPACE = "cert-manager";
const WEBHOOK_PORT = 10250;
const EVERYWHERE = "0.0.0.0/0";

/**
 * The namespace of cert-manager, hardened: no connections except DNS, the API server, its webhook, and what you declare; the baseline
 * Pod Security Standard enforced, and the restricted one reported.
 *
 * The policies apply to all pods of the namespace, as the labels of the add-on's pods are not documented. Apply the chart with
 * `kubectl apply --server-side`, which adds to the namespace that the add-on created.
 *
 * @see https://cert-manager.io/docs/installation/best-practice/
 */
@checked
export class CertManagerNamespace extends Construct {
  /** The name of the namespace. */
  public readonly namespace: string;

  constructor(scope: Construct, id: string, props: CertManagerNamespaceProps = {}) {
    const api = read(scope, id, props);
    super(scope, id);
    const { webhookPort = WEBHOOK_PORT, controllerEgress = [], enforceRestricted = false } = props ?? {};
    this.namespace = props?.namespace ?? NAMESPACE;
    const namespace = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: this.namespace,
        labels: {
          "pod-security.kubernetes.io/enforce": enforceRestricted ? "restricted" : "baseline",
          "pod-security.kubernetes.io/audit": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    });
    withoutNamespace(namespace);
    this.node.defaultChild = namespace;
    // Written late: the cluster that the chart is added to says where its API endpoint is.
    const endpoint = () => api._egress(this) as { readonly to: object[] }[];
    this.policy("DenyAll", "default-deny", {});
    this.policy("Essential", "allow-dns-and-api-server", {
      egress: Lazy.any({ produce: () => [dnsEgress(), ...endpoint()] }),
    });
    this.policy("Webhook", "allow-webhook", {
      ingress: Lazy.any({
        produce: () =>
          endpoint().map(({ to }) => ({ from: to, ports: [{ port: webhookPort, protocol: "TCP" }] })),
      }),
    });
    for (const { cidr, reason } of controllerEgress) {
      if (cidr !== EVERYWHERE) continue;
      Acknowledgements._record(
        namespace,
        "network-layers",
        "egress of cert-manager to every address",
        reason ?? "",
      );
    }
    if (controllerEgress.length > 0) {
      this.policy("Egress", "allow-declared-egress", {
        egress: Lazy.any({ produce: () => controllerEgress.map((one) => this.ruleOf(one)) }),
      });
    }
    api._checkEndpoint(this);
  }

  private policy(
    id: string,
    name: string,
    rules: { readonly ingress?: unknown; readonly egress?: unknown },
  ): void {
    const isAll = rules.ingress === undefined && rules.egress === undefined;
    const policyTypes = [
      ...(isAll || rules.ingress !== undefined ? ["Ingress"] : []),
      ...(isAll || rules.egress !== undefined ? ["Egress"] : []),
    ];
    new ApiObject(this, id, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name, namespace: this.namespace },
      spec: { podSelector: {}, policyTypes, ...rules },
    });
  }

  private ruleOf({ cidr, ports = [Port.tcp(443)] }: CertManagerEgress): object {
    const to = [outside(cidr, cidr === EVERYWHERE, this)];
    return { to, ports: ports.flatMap((port) => portManifests(port) ?? []) };
  }
}

/** Throws with all that is wrong. */
function read(scope: Construct, id: string, given: CertManagerNamespaceProps): ApiAccess {
  const props: Partial<CertManagerNamespaceProps> = given ?? {};
  const problems = new Problems(pathOf(scope, id));
  const { webhookPort, controllerEgress = [], enforceRestricted, endpointCidr } = props;
  checkObjectName(problems, "namespace", props.namespace ?? NAMESPACE);
  checkUnused(problems, scope, ["Namespace"], props.namespace ?? NAMESPACE);
  if (webhookPort !== undefined) problems.collect(() => Port.tcp(webhookPort));
  if (!Array.isArray(controllerEgress)) {
    const fix = 'Write a list, for example [{ cidr: "203.0.113.0/24" }]';
    problems.add("VALUE_INVALID", `controllerEgress is ${shown(controllerEgress)}`, fix);
  } else {
    for (const one of controllerEgress) {
      readCidrs(problems, "controllerEgress.cidr", [one?.cidr], { wide: true });
      if (one?.cidr === EVERYWHERE) checkReason(problems, "Egress to every address", one.reason);
      for (const port of one?.ports ?? []) checkPolicyPort(problems, port);
    }
  }
  if (enforceRestricted !== undefined && typeof enforceRestricted !== "boolean") {
    problems.add("VALUE_INVALID", `enforceRestricted is ${shown(enforceRestricted)}`, "Write true or false");
  }
  const api = problems.collect(() => ApiAccess.token({ endpointCidr }));
  problems.throwIfAny();
  return api as ApiAccess;
}
