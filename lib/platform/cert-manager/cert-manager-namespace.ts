import { ApiObject, Lazy } from "cdk8s";
import { Construct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checked } from "../../core/checked";
import { readCidrs } from "../../core/cidr";
import { pathOf } from "../../core/construct-scope";
import { Port } from "../../core/port";
import {
  boolean,
  checkedBy,
  listOf,
  objectName,
  objectOf,
  optional,
  passing,
  portNumber,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { checkReason } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import {
  checkPolicyPort,
  dnsEgress,
  outside,
  portManifests,
} from "../../network-policy/private/network-rules";
import { checkUnused, removeNamespace } from "../../synthesis/chart-objects";
import { ApiAccess } from "../../workload/pods/service-account";

/** Egress of the controller of cert-manager, such as to an ACME server. */
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
   * Why the controller may connect to every address; required for `0.0.0.0/0`, which means every address outside of the VCN.
   *
   * @default - none
   */
  readonly reason?: string;
}

/** Props for CertManagerNamespace. */
export interface CertManagerNamespaceProps {
  /**
   * The namespace of cert-manager. The default is inferred from Oracle's documentation of the add-on.
   *
   * @default "cert-manager"
   */
  readonly namespace?: string;
  /**
   * The CIDR of the API endpoint's own address, such as `10.0.0.5/32` or that of its subnet, for a chart that is written without a
   * cluster.
   *
   * @default - the subnet of the API endpoint of the cluster that the chart is added to
   */
  readonly endpointCidr?: string;
  /**
   * The TCP port of the webhook. The default is cert-manager's; Oracle doesn't document the port of the add-on.
   *
   * @default 10250
   */
  readonly webhookPort?: number;
  /**
   * The egress of the controller in addition to the API server: ACME servers, the APIs of DNS providers, and port 53 of the DNS servers
   * of a domain, which it queries before the ACME server does.
   *
   * The pods need the same egress in the network: `egress` of the cluster or of a node pool.
   *
   * @default - none
   */
  readonly controllerEgress?: CertManagerEgress[];
  /**
   * Whether to enforce the restricted Pod Security Standard instead of reporting violations only. cert-manager itself complies with it;
   * the add-on is not confirmed to.
   *
   * @default false
   */
  readonly enforceRestricted?: boolean;
}

const EVERYWHERE = "0.0.0.0/0";

const EGRESS = {
  cidr: passing<string>((problems, name, cidr) => readCidrs(problems, name, [cidr], { wide: true })),
  ports: withDefault(
    listOf(
      checkedBy(valueOf(Port), (problems, name, port) => {
        checkPolicyPort(problems, port, name);
      }),
      "a list of ports, for example [Port.tcp(443)]",
    ),
    [Port.tcp(443)],
  ),
  reason: optional(text()),
} satisfies PropsSchema<CertManagerEgress>;

type ResolvedEgress = Resolved<typeof EGRESS>;

const CERT_MANAGER_NAMESPACE = {
  namespace: withDefault(objectName(), "cert-manager"),
  endpointCidr: optional(text()),
  webhookPort: withDefault(portNumber(), 10250),
  controllerEgress: withDefault(
    listOf(
      checkedBy(objectOf(EGRESS), (problems, name, { cidr, reason }) => {
        if (cidr === EVERYWHERE) checkReason(problems, "Egress to every address", reason, `${name}.reason`);
      }),
      'a list, for example [{ cidr: "203.0.113.0/24" }]',
    ),
    [],
  ),
  enforceRestricted: withDefault(boolean(), false),
} satisfies PropsSchema<CertManagerNamespaceProps>;

interface ResolvedNamespace extends Resolved<typeof CERT_MANAGER_NAMESPACE> {
  /** The access to the API server, whose address may be known at synthesis only. */
  readonly api: ApiAccess;
}

/** Reads the props before anything is created; throws all problems together. */
function readNamespace(scope: Construct, id: string, props: CertManagerNamespaceProps): ResolvedNamespace {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, CERT_MANAGER_NAMESPACE);
  const { endpointCidr, namespace } = read;
  if (namespace !== undefined) checkUnused(problems, scope, ["Namespace"], namespace);
  const api = problems.collect(() => ApiAccess.token({ endpointCidr }));
  return problems.resolved<ResolvedNamespace>({ ...read, api });
}

/**
 * The namespace of cert-manager, hardened: it allows DNS, the API server, the webhook, and declared egress only, enforces the baseline
 * Pod Security Standard, and reports violations of the restricted one.
 *
 * The policies apply to all pods of the namespace, as the labels of the add-on's pods are not documented. Apply the chart with
 * `kubectl apply --server-side`, which merges it into the namespace that the add-on created.
 *
 * @see https://cert-manager.io/docs/installation/best-practice/
 */
@checked
export class CertManagerNamespace extends Construct {
  /** The name of the namespace. */
  public readonly namespace: string;
  /** The TCP port of the webhook. */
  public readonly webhookPort: number;

  constructor(scope: Construct, id: string, props: CertManagerNamespaceProps = {}) {
    const read = readNamespace(scope, id, props);
    super(scope, id);
    const { api, controllerEgress, enforceRestricted, webhookPort } = read;
    this.namespace = read.namespace;
    this.webhookPort = webhookPort;
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
    removeNamespace(namespace);
    this.node.defaultChild = namespace;
    // Rendered late: the range of the API endpoint is that of the cluster that the chart is added to.
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
        egress: Lazy.any({ produce: () => controllerEgress.map((egress) => this.ruleOf(egress)) }),
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

  private ruleOf({ cidr, ports }: ResolvedEgress): object {
    const to = [outside(cidr, cidr === EVERYWHERE, this)];
    return { to, ports: ports.flatMap((port) => portManifests(port) ?? []) };
  }
}
