import { type Construct } from "constructs";
import {
  CERT_MANAGER,
  checkOnce,
  installCertManager,
} from "../../cluster/add-ons/private/add-ons-of-cluster";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { readBytes, readCpu } from "../../core/quantity";
import {
  checkedBy,
  mapOf,
  matching,
  objectOf,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  valueOf,
  wholeNumber,
  withDefault,
} from "../../core/readers";
import { ResourceConstruct } from "../../core/resource-construct";
import { sortedByKey } from "../../core/stable-order";

/** The CPU and the memory of a component of cert-manager. */
export interface CertManagerResources {
  /** The CPU request, such as `50m`. */
  readonly cpuRequest: string;
  /** The memory request and limit, such as `128Mi`. */
  readonly memory: string;
}

/** Props for CertManagerAddOn. */
export interface CertManagerAddOnProps {
  /** The cluster, which must be an enhanced one. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The replica count of each component, 1 to 5. One controller is active; the others take over if it fails.
   *
   * @default 2
   */
  readonly replicas?: number;
  /**
   * The version of the add-on, such as `v1.16.2`, which you then upgrade yourself.
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

const RESOURCES = {
  cpuRequest: checkedBy(text(), readCpu),
  memory: checkedBy(text(), readBytes),
} satisfies PropsSchema<CertManagerResources>;

const resources = (cpuRequest: string, memory: string) =>
  withDefault(objectOf(RESOURCES), { cpuRequest, memory });

const ADD_ON = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  replicas: withDefault(wholeNumber({ least: 1, most: 5 }), 2),
  version: optional(
    matching(
      /^v\d+\.\d+\.\d+[\w.-]*$/,
      'Write it as OKE lists it, for example "v1.16.2", or remove it so that Oracle keeps the add-on current',
      { code: "VALUE_INVALID" },
    ),
  ),
  controllerResources: resources("50m", "256Mi"),
  webhookResources: resources("25m", "128Mi"),
  caInjectorResources: resources("25m", "256Mi"),
  nodeSelector: optional(mapOf(text(), 'an object, for example { pool: "system" }')),
} satisfies PropsSchema<CertManagerAddOnProps>;

type ResolvedAddOn = Resolved<typeof ADD_ON>;

/** Reads the props before anything is created; throws all problems together. */
function readAddOn(scope: Construct, id: string, props: CertManagerAddOnProps): ResolvedAddOn {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, ADD_ON);
  if (read.cluster) {
    const fix =
      "Remove one of the two; a NativeIngressController installs none with installCertManager: false";
    checkOnce(problems, read.cluster, CERT_MANAGER, fix);
  }
  return problems.resolved<ResolvedAddOn>(read);
}

/**
 * cert-manager as an add-on of OKE, with two replicas and memory limits.
 *
 * Use this construct for the certificates of programs; a ClusterAddOn with `AddOn.certManager` offers all settings of the add-on and no
 * memory limits by default. A cluster has the add-on once: the second of the two is rejected.
 *
 * It needs nodes to run on: create it after a node pool, `certManager.node.addDependency(pool)`. `CertManagerNamespace` adds the network
 * policies and the Pod Security Standard of its namespace.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/configuration-arguments-certificate-manager.htm
 */
@checked
export class CertManagerAddOn extends ResourceConstruct {
  /** The cluster. */
  public readonly cluster: ISecureOkeCluster;
  /** The replica count of each component. */
  public readonly replicas: number;

  constructor(scope: Construct, id: string, props: CertManagerAddOnProps) {
    const { cluster, replicas, version, nodeSelector, ...read } = readAddOn(scope, id, props);
    super(scope, id);
    this.cluster = cluster;
    this.replicas = replicas;
    const configurations: [string, string][] = [
      ["numOfReplicas", String(replicas)],
      ["cert-manager-controller.ContainerResources", resourcesText(read.controllerResources)],
      ["cert-manager-webhook.ContainerResources", resourcesText(read.webhookResources)],
      ["cert-manager-cainjector.ContainerResources", resourcesText(read.caInjectorResources)],
    ];
    if (nodeSelector) configurations.push(["nodeSelectors", JSON.stringify(sortedByKey(nodeSelector))]);
    this.node.defaultChild = installCertManager(this, "Resource", cluster, { version, configurations });
  }
}

function resourcesText({ cpuRequest, memory }: CertManagerResources): string {
  return JSON.stringify({ requests: { cpu: cpuRequest, memory }, limits: { memory } });
}
