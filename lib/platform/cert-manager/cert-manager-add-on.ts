import { type Construct } from "constructs";
import { installCertManager } from "../../cluster/add-ons/private/cert-manager";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { checked } from "../../core/checked";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { compareOcids } from "../../core/ocid";
import { readBytes, readCpu } from "../../core/quantity";
import { checkGiven, checkMembers } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { shown } from "../../core/display-value";
import { type Problems } from "../../core/validation-error";
import { ContainerengineAddon } from "../../oci/containerengine-addon";

/** The CPU and the memory of a component of cert-manager. */
export interface CertManagerResources {
  /** The CPU that is reserved, such as `50m`. */
  readonly cpuRequest: string;
  /** The memory that is reserved and the most that may be used, such as `128Mi`. */
  readonly memory: string;
}

/** Props for CertManagerAddOn. */
export interface CertManagerAddOnProps {
  /** The cluster, which must be an enhanced one. */
  readonly cluster: ISecureOkeCluster;
  /**
   * How many pods of each component run, 1 to 5. One of the controllers works, the others take over if it fails.
   *
   * @default 2
   */
  readonly replicas?: number;
  /**
   * The version of the add-on, such as `v1.16.2`. Then you upgrade it yourself.
   *
   * @default - Oracle keeps the add-on current
   */
  readonly version?: string;
  /**
   * The CPU and the memory of the controller.
   *
   * @default - 50m CPU, 256Mi memory
   */
  readonly controllerResources?: CertManagerResources;
  /**
   * The CPU and the memory of the webhook.
   *
   * @default - 25m CPU, 128Mi memory
   */
  readonly webhookResources?: CertManagerResources;
  /**
   * The CPU and the memory of the CA injector.
   *
   * @default - 25m CPU, 256Mi memory
   */
  readonly caInjectorResources?: CertManagerResources;
  /**
   * Labels of the nodes that the pods run on.
   *
   * @default - any node
   */
  readonly nodeSelector?: { [key: string]: string };
}

const ADD_ON = "CertManager";
const DEFAULT_REPLICAS = 2;
const MAX_REPLICAS = 5;
const VERSION = /^v\d+\.\d+\.\d+[\w.-]*$/;
const COMPONENTS = [
  ["controllerResources", "cert-manager-controller", { cpuRequest: "50m", memory: "256Mi" }],
  ["webhookResources", "cert-manager-webhook", { cpuRequest: "25m", memory: "128Mi" }],
  ["caInjectorResources", "cert-manager-cainjector", { cpuRequest: "25m", memory: "256Mi" }],
] as const;

/**
 * cert-manager as an add-on of OKE, with two replicas and limits of memory.
 *
 * It runs on nodes: create it after a node pool, `certManager.node.addDependency(pool)`. `CertManagerNamespace` adds the network
 * policies and the Pod Security Standard of its namespace.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/configuration-arguments-certificate-manager.htm
 */
@checked
export class CertManagerAddOn extends ResourceConstruct {
  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;
  /** How many pods of each component run. */
  public readonly replicas: number;

  constructor(scope: Construct, id: string, props: CertManagerAddOnProps) {
    check(scope, id, props);
    super(scope, id);
    const { cluster, version, replicas = DEFAULT_REPLICAS, nodeSelector } = props;
    this.cluster = cluster;
    this.replicas = replicas;
    const configurations: [string, string][] = [
      ["numOfReplicas", String(replicas)],
      ...COMPONENTS.map(([prop, component, defaults]): [string, string] => [
        `${component}.ContainerResources`,
        resourcesText(props[prop] ?? defaults),
      ]),
      ...(nodeSelector
        ? ([["nodeSelectors", JSON.stringify(sorted(nodeSelector))]] as [string, string][])
        : []),
    ];
    this.node.defaultChild = installCertManager(this, "Resource", cluster, { version, configurations });
  }
}

function resourcesText({ cpuRequest, memory }: CertManagerResources): string {
  return JSON.stringify({ requests: { cpu: cpuRequest, memory }, limits: { memory } });
}

function sorted(labels: { [key: string]: string }): { [key: string]: string } {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Before the construct is created, so that a refused one leaves its id free. */
function check(scope: Construct, id: string, given: CertManagerAddOnProps): void {
  const props: Partial<CertManagerAddOnProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { cluster, version, replicas = DEFAULT_REPLICAS } = props;
  checkGiven(problems, { cluster });
  const isCluster = checkMembers(
    problems,
    "cluster",
    cluster,
    ["clusterId", "addCdk8sChart"],
    "a SecureOkeCluster",
  );
  if (isCluster && cluster) checkOnly(problems, scope, cluster);
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MAX_REPLICAS) {
    const fix = `Give a whole number from 1 to ${MAX_REPLICAS}`;
    problems.add("COUNT_INVALID", `replicas is ${shown(replicas)}`, fix);
  }
  if (version !== undefined && (typeof version !== "string" || !VERSION.test(version))) {
    const fix = 'Write it as OKE lists it, such as "v1.16.2", or leave it out to have Oracle keep it current';
    problems.add("VALUE_INVALID", `version is ${shown(version)}`, fix);
  }
  for (const [prop] of COMPONENTS) {
    const resources = props[prop];
    if (resources === undefined) continue;
    if (
      !checkMembers(
        problems,
        prop,
        resources,
        ["cpuRequest", "memory"],
        '{ cpuRequest: "50m", memory: "256Mi" }',
      )
    )
      continue;
    readCpu(problems, `${prop}.cpuRequest`, resources.cpuRequest);
    readBytes(problems, `${prop}.memory`, resources.memory);
  }
  problems.throwIfAny();
}

/** Adds a problem where the cluster has the add-on already: OKE knows each add-on of a cluster once. */
function checkOnly(problems: Problems, scope: Construct, cluster: ISecureOkeCluster): void {
  const own = { scope: cluster, id: cluster.clusterId };
  const other = scope.node.root.node
    .findAll()
    .filter((one): one is ContainerengineAddon => one instanceof ContainerengineAddon)
    .filter(({ addonNameInput }) => addonNameInput === ADD_ON)
    .find((one) => compareOcids({ scope: one, id: one.clusterIdInput ?? "" }, own) === "same");
  if (!other) return;
  const path = other.node.scope?.node.path ?? other.node.path;
  problems.add(
    "NAME_DUPLICATE",
    `${cluster.node.path} has the add-on ${ADD_ON} already, of ${path}`,
    "Keep one of the two; a NativeIngressController creates none with installCertManager: false",
  );
}
