import { type Chart } from "cdk8s";
import { type ISynthesisSession, TerraformStack, Token } from "cdktf";
import { type IConstruct } from "constructs";
import { poolsOf } from "./pools-of-cluster";
import { warnOfChart } from "./pull-warnings";
import { countIncludedBalancers, tagObjectsOf } from "./run-time-load-balancers";
import { StateOf } from "../../core/construct-state";
import { type GuardrailText } from "../../core/guardrail-catalogue";
import { addWarning, findWhenWritten, type ProgramFinding } from "../../core/warnings";
import { apiObjectsIn } from "../../synthesis/chart-objects";
import { ChartOutput } from "../../synthesis/chart-output";
import { type IChartScope, isSameCluster, scopeOf } from "../../synthesis/chart-scopes";
import { type ISecureOkeCluster } from "../cluster-base";

/** The cluster that a scope of charts is; undefined for a stack that is given charts without a cluster. */
export function asCluster(scope: IChartScope | undefined): ISecureOkeCluster | undefined {
  // Only clusters have an OCID of a cluster, and all of them implement the interface.
  return scope?.clusterId === undefined ? undefined : (scope as ISecureOkeCluster);
}

/** The cluster that a chart, or one around it, was added to. */
export function clusterOfChart(chart: Chart): ISecureOkeCluster | undefined {
  return asCluster(scopeOf(chart));
}

/** The id of the finding, in the style of the catalogue. */
export const UNENFORCED_POLICIES = "network-policy-engine";

const FINDING: GuardrailText = {
  title: "NetworkPolicies that nothing enforces",
  why: "OKE has no policy engine of its own: without one, the API server stores NetworkPolicies, but they have no effect.",
  fix: "Set networkPolicyEngine of the cluster: NetworkPolicyEngine.calico(), .cilium(), or .existing({ reason }) for an engine that is installed already",
  practice: "network-layers",
};

const charts = new StateOf<ISecureOkeCluster, Chart[]>((cluster) => {
  warnAtSynthesis(cluster);
  countIncludedBalancers(cluster);
  return [];
});

/** Adds a chart to a cluster, with a warning at synthesis if no engine enforces its NetworkPolicies. */
export function addChart(cluster: ISecureOkeCluster, id: string, chart: Chart): void {
  const output = new ChartOutput(cluster, id, chart);
  outputs.of(cluster).push(output);
  warnOfChart(cluster, chart);
  tagObjectsOf(cluster, chart);
  charts.of(cluster).push(chart);
}

const outputs = new StateOf<ISecureOkeCluster, ChartOutput[]>((cluster) => {
  const own: ChartOutput[] = [];
  findWhenWritten(cluster, () => findingsOf(cluster, own));
  return own;
});

/** Warns before the stack is written, so that the warning is in the manifest of the app, which the cdktf command shows. */
function warnAtSynthesis(cluster: ISecureOkeCluster): void {
  const stack = TerraformStack.of(cluster);
  const inner = stack.synthesizer;
  let isWarned = false;
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      const warning = isWarned ? undefined : warningOf(cluster);
      if (warning !== undefined) {
        isWarned = true;
        addWarning(cluster, `[${UNENFORCED_POLICIES}] ${warning}`);
      }
      inner.synthesize(session);
    },
  };
}

function warningOf(cluster: ISecureOkeCluster): string | undefined {
  const own = charts.of(cluster).filter(holdsPolicies);
  if (own.length === 0 || hasEngine(cluster)) return undefined;
  const names = own.map(({ node }) => node.path).sort();
  const what = `${cluster.node.path}: NetworkPolicies of ${names.join(", ")} have no effect, because the cluster has no policy engine`;
  return [what, `  Why: ${FINDING.why}`, `  Instead: ${FINDING.fix}`].join("\n");
}

function holdsPolicies(chart: Chart): boolean {
  return apiObjectsIn(chart).some(
    ({ kind, apiGroup }) => kind === "NetworkPolicy" && apiGroup === "networking.k8s.io",
  );
}

/** Whether the cluster has an engine, here or in another construct for the same cluster. */
function hasEngine(cluster: ISecureOkeCluster): boolean {
  if (cluster.networkPolicyEngine) return true;
  return cluster.node.root.node
    .findAll()
    .some((other) => isCluster(other) && other.networkPolicyEngine && isSameCluster(other, cluster));
}

function isCluster(construct: IConstruct): construct is ISecureOkeCluster {
  return "addCdk8sChart" in construct && "networkPolicyEngine" in construct;
}

interface Manifest {
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: { readonly [key: string]: string };
  };
  readonly spec?: {
    readonly replicas?: unknown;
    readonly policyTypes?: readonly string[];
    readonly podSelector?: { readonly matchLabels?: { readonly [key: string]: string } };
    readonly ingress?: readonly { readonly from?: readonly Peer[] }[];
    readonly template?: {
      readonly metadata?: { readonly labels?: { readonly [key: string]: string } };
      readonly spec?: { readonly nodeSelector?: { readonly [key: string]: string } };
    };
  };
  readonly roleRef?: { readonly name?: string };
  readonly subjects?: readonly {
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  }[];
}

interface Peer {
  readonly podSelector?: { readonly matchLabels?: { readonly [key: string]: string } };
  readonly namespaceSelector?: object;
  readonly ipBlock?: object;
}

const WORKLOADS = new Set(["DaemonSet", "Deployment", "StatefulSet"]);
const ENFORCE = "pod-security.kubernetes.io/enforce";

/** The likely problems in the charts of a cluster, found in the written objects in one pass. */
export function findingsOf(cluster: ISecureOkeCluster, outputs: readonly ChartOutput[]): ProgramFinding[] {
  const byOutput = outputs.map((output) => ({
    output,
    objects: output.written as readonly Manifest[],
  }));
  const all = byOutput.flatMap(({ objects }) => objects);
  const namespaces = new Set(
    all.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata?.name),
  );
  const accounts = new Set(all.filter(({ kind }) => kind === "ServiceAccount").map(keyOf));
  return byOutput.flatMap(({ output, objects }) => [
    ...namespaceFindings(output, objects, namespaces),
    ...selectorFindings(cluster, output, objects),
    ...accountFindings(output, objects, namespaces, accounts),
    ...deliveryFindings(output, objects, accounts),
    ...replicaFindings(output, objects),
  ]);
}

const keyOf = ({ metadata }: Manifest) => `${metadata?.namespace ?? "default"}/${metadata?.name ?? ""}`;

const nameOf = ({ kind = "object", metadata }: Manifest) => `${kind} ${metadata?.name ?? ""}`;

/** Finds workloads without a namespace, or in one that no chart of the cluster creates. */
function namespaceFindings(
  construct: ChartOutput,
  objects: readonly Manifest[],
  namespaces: ReadonlySet<string | undefined>,
): ProgramFinding[] {
  const workloads = objects.filter(({ kind }) => WORKLOADS.has(kind ?? ""));
  const nameless = workloads.filter(({ metadata }) => metadata?.namespace === undefined);
  const missing = new Set(
    workloads.flatMap(({ metadata }) => {
      const { namespace } = metadata ?? {};
      if (namespace === undefined || Token.isUnresolved(namespace) || namespaces.has(namespace)) return [];
      return [namespace];
    }),
  );
  const findings: ProgramFinding[] = [];
  if (nameless.length > 0) {
    findings.push({
      id: "chart-namespace",
      construct,
      what: `${nameless.map(nameOf).sort().join(", ")} have no namespace`,
      why: "They run in the current namespace of kubectl, usually default, which has no quota and no Pod Security Standard.",
      fix: 'Set the namespace of the chart, new Chart(app, "shop", { namespace: "shop" }), and add a SecureNamespace of that name',
    });
  }
  if (missing.size > 0) {
    findings.push({
      id: "chart-namespace",
      construct,
      what: `no chart of the cluster creates the namespace ${[...missing].sort().join(", ")}`,
      why: "Unless it exists already, the objects can't be applied, and a namespace created by hand enforces no Pod Security Standard.",
      fix: `Add new SecureNamespace(chart, "namespace", { name: "${[...missing].sort()[0] ?? ""}" }) to a chart; if somebody else creates it, make sure that it has the label ${ENFORCE}: restricted`,
    });
  }
  return findings;
}

/** Finds pods that select nodes which no pool of the program has. */
function selectorFindings(
  cluster: ISecureOkeCluster,
  construct: ChartOutput,
  objects: readonly Manifest[],
): ProgramFinding[] {
  const pools = poolsOf(cluster);
  // If no pool is created here, all of them are elsewhere.
  if (pools.length === 0) return [];
  const offered = (key: string, value: string) =>
    isOfKubernetes(key) ||
    [key, value].some((text) => Token.isUnresolved(text)) ||
    pools.some(({ labels }) => labels[key] === value || Token.isUnresolved(labels[key]));
  return objects.flatMap((manifest) => {
    const selector = Object.entries(manifest.spec?.template?.spec?.nodeSelector ?? {});
    const missing = selector.filter(([key, value]) => !offered(key, value));
    if (missing.length === 0) return [];
    const texts = missing.map(([key, value]) => `${key}=${value}`).join(", ");
    return [
      {
        id: "node-selector",
        construct,
        what: `${nameOf(manifest)} selects nodes with ${texts}, which no node pool of the program has`,
        why: "Its pods stay pending, unless a pool outside of the program has nodes with this label.",
        fix:
          `Give a pool the label: labels: { ${missing.map(([key, value]) => `"${key}": "${value}"`).join(", ")} }` +
          otherValues(pools, missing),
      },
    ];
  });
}

/** The values that pools have for the keys of a selector, as a misspelt value is as likely as a missing label. */
function otherValues(
  pools: readonly { readonly labels: { readonly [key: string]: string } }[],
  missing: readonly (readonly [string, string])[],
): string {
  const offered = missing.flatMap(([key]) =>
    pools.flatMap(({ labels }) => (labels[key] === undefined ? [] : [`${key}=${labels[key]}`])),
  );
  return offered.length === 0
    ? ""
    : `; or select a label that a pool has: ${[...new Set(offered)].sort().join(", ")}`;
}

/** Whether the kubelet or the cloud controller writes the label. */
function isOfKubernetes(key: string): boolean {
  return (
    /(?:^|[./])(?:kubernetes\.io|k8s\.io|oraclecloud\.com|oci\.com)\//.test(`/${key}`) ||
    (!key.includes("/") &&
      /^(?:displayName|hostname|internal_addr|last-migration-failure|name|node\.info)/.test(key))
  );
}

/** Finds roles for service accounts that no chart creates, in namespaces that the charts create. */
function accountFindings(
  construct: ChartOutput,
  objects: readonly Manifest[],
  namespaces: ReadonlySet<string | undefined>,
  accounts: ReadonlySet<string>,
): ProgramFinding[] {
  return objects.flatMap((binding) =>
    (binding.subjects ?? []).flatMap(
      ({ kind, name = "", namespace = binding.metadata?.namespace ?? "default" }) => {
        if (kind !== "ServiceAccount" || [name, namespace].some((text) => Token.isUnresolved(text)))
          return [];
        // Every namespace has a default account; and objects in a foreign namespace belong to its owner.
        if (name === "default" || !namespaces.has(namespace) || accounts.has(`${namespace}/${name}`))
          return [];
        return [
          {
            id: "role-subject",
            construct,
            what: `${nameOf(binding)} refers to the service account ${name} of the namespace ${namespace}, which no chart creates`,
            why: "Everyone who may create an account of that name gets the role, and until then nobody has it.",
            fix: "Use Subject.serviceAccountOf(workload), or correct the name",
          },
        ];
      },
    ),
  );
}

// The default readers of OCI Vault for workloads, and what installs them.
const SECRET_READERS = [
  {
    namespace: "secrets-store",
    name: "oci-secrets-store-csi-driver-provider",
    install: 'new SecretsStoreDriver(chart, "driver", { … })',
    elsewhere: "SecretDelivery.secretsStore({ providerNamespace })",
  },
  {
    namespace: "external-secrets",
    name: "external-secrets",
    install: 'new ExternalSecrets(chart, "external-secrets", { … })',
    elsewhere: "SecretDelivery.externalSecrets({ operatorNamespace })",
  },
];

/** Finds secrets of OCI Vault that nothing in the program delivers to their workloads. */
function deliveryFindings(
  construct: ChartOutput,
  objects: readonly Manifest[],
  accounts: ReadonlySet<string>,
): ProgramFinding[] {
  const subjects = objects.flatMap((binding) => binding.subjects ?? []);
  return SECRET_READERS.flatMap(({ elsewhere, install, name, namespace }) => {
    const isUsed = subjects.some((subject) => subject.name === name && subject.namespace === namespace);
    if (!isUsed || accounts.has(`${namespace}/${name}`)) return [];
    return [
      {
        id: "secret-delivery",
        construct,
        what: `workloads mount secrets through ${namespace}/${name}, which no chart of the cluster installs`,
        why: "Their pods wait in ContainerCreating until something delivers the secrets.",
        fix: `Add ${install} to a separate chart; if it is installed elsewhere, give its namespace: ${elsewhere}`,
      },
    ];
  });
}

/** Finds StatefulSets with several replicas, which are usually one system whose members communicate. */
function replicaFindings(construct: ChartOutput, objects: readonly Manifest[]): ProgramFinding[] {
  const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
  return objects.flatMap((set) => {
    const { replicas, template } = set.spec ?? {};
    if (set.kind !== "StatefulSet" || typeof replicas !== "number" || replicas < 2) return [];
    const labels = template?.metadata?.labels ?? {};
    const own = policies.filter(
      (policy) =>
        policy.metadata?.namespace === set.metadata?.namespace && selects(policy.spec?.podSelector, labels),
    );
    const peers = own.flatMap(({ spec }) => spec?.ingress ?? []);
    const reaches = ({ from }: { readonly from?: readonly Peer[] }) =>
      from === undefined || from.some((peer) => peer.ipBlock ?? selects(peer.podSelector, labels));
    if (own.length === 0 || peers.some(reaches)) return [];
    return [
      {
        id: "stateful-replicas",
        construct,
        what: `the ${replicas} replicas of ${nameOf(set)} can't connect to each other`,
        why: "Members of a database or a queue replicate over the network, and the workload's policy denies what was not declared.",
        fix: "Allow it: set.connections.allowTo(set, Port.tcp(port)); ignore this if the replicas don't need to communicate",
      },
    ];
  });
}

function selects(
  selector: { readonly matchLabels?: { readonly [key: string]: string } } | undefined,
  labels: { readonly [key: string]: string },
): boolean {
  if (!selector) return false;
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}
