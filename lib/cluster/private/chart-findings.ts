import { Token } from "cdktf";
import { poolsOf } from "./pools-of-cluster";
import { type ProgramFinding } from "../../core/warnings";
import { type ChartOutput } from "../../synthesis/chart-output";
import { type ISecureOkeCluster } from "../cluster-base";

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
