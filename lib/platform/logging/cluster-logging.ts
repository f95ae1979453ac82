import { Chart } from "cdk8s";
import { Construct } from "constructs";
import { type ClusterLoggingProps, type Logging, readLogging } from "./cluster-logging-props";
import { type LogBuffer } from "./log-collector";
import { type ResolvedStore, type ResolvedStoreInCluster } from "./log-destination";
import { type LogRedaction } from "./log-redaction";
import { checkSnapshotBucket } from "./log-storage";
import {
  addCollector,
  collectorCapacity,
  collectorMetrics,
  COLLECTOR_SECRET,
  sizeOf,
} from "./private/collectors";
import { elasticsearchParts } from "./private/elasticsearch-config";
import { registerLogger } from "./private/loggers";
import { openSearchParts } from "./private/open-search-config";
import { STORE_PORTS, type StoreProgram } from "./private/store-parts";
import {
  addCertificates,
  addCollectorCertificate,
  addDashboards,
  addSettings,
  addStore,
  storeCapacity,
} from "./private/store-workloads";
import { acknowledgePublicExposure, checkChartCluster } from "../private/platform-readers";
import { checked } from "../../core/checked";
import { Port } from "../../core/port";
import { SecureNamespace } from "../../namespaces/secure-namespace";
import { RbacResource } from "../../rbac/rbac-resource";
import { RbacVerb } from "../../rbac/rbac-verb";
import { LeastPrivilegeRole, RoleScope } from "../../rbac/role";
import { RoleRule } from "../../rbac/role-rule";
import { Subject } from "../../rbac/subject";
import { type HardenedCronJob } from "../../workload/hardened-cron-job";
import { type HardenedDaemonSet } from "../../workload/hardened-daemon-set";
import { type HardenedDeployment } from "../../workload/hardened-deployment";
import { type HardenedStatefulSet } from "../../workload/hardened-stateful-set";
import { whenMonitored } from "../../workload/monitoring";
import { BlockVolumeClass } from "../../workload/pods/persistent-volumes";
import { PodSecurityLevel } from "../../workload/pods/pod-security";

/**
 * The logs of all containers of a cluster, collected on each node and sent to OpenSearch or Elasticsearch.
 *
 * It creates the namespace `<namespace>-nodes` for the collectors, which alone have access to their nodes: two directories of log files,
 * read-only, as root without capabilities. For a store in the cluster, it also creates the namespace of its chart, restricted. Lines
 * contain the pod, the namespace and the labels; stack traces are one message; values that look like credentials are redacted on the
 * node. Only OpenSearch Dashboards or Kibana can be exposed outside of the cluster.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengbestpractices_topic-Cluster-Management-best-practices.htm
 */
@checked
export class ClusterLogging extends Construct {
  /** The namespace of the chart, in which the store runs. */
  public readonly namespace: string;
  /** The namespace of the collectors. */
  public readonly nodesNamespace: string;
  /** The buffer on each node. */
  public readonly buffer: LogBuffer;
  /** The redaction of lines. */
  public readonly redaction: LogRedaction;
  /** The collectors. */
  public readonly collector: HardenedDaemonSet;
  /** OpenSearch or Elasticsearch; undefined for a store outside of the ClusterLogging. */
  public readonly store?: HardenedStatefulSet;
  /** The job that writes the settings of the store, such as the lifecycle of indices, if it runs in the cluster. */
  public readonly settings?: HardenedCronJob;
  /** OpenSearch Dashboards or Kibana, if requested. */
  public readonly dashboards?: HardenedDeployment;

  private readonly logging: Logging;

  /** @param id the names of objects of the whole cluster begin with it: up to 30 lower-case letters, digits and dashes */
  constructor(scope: Construct, id: string, props: ClusterLoggingProps) {
    const logging = readLogging(scope, id, props);
    super(scope, id);
    this.logging = logging;
    this.namespace = logging.namespace;
    this.nodesNamespace = logging.nodesNamespace;
    this.buffer = logging.buffer;
    this.redaction = logging.redaction;
    const { destination, redaction } = logging;
    try {
      const nodes = this.addNodesNamespace();
      const storeInCluster = destination._inCluster;
      if (storeInCluster) {
        new SecureNamespace(this, "Namespace", {
          ...this.namespaceProps(logging.namespace),
          ...storeCapacity(storeInCluster),
        });
        const { store, settings, dashboards } = this.addStore(storeInCluster);
        this.store = store;
        this.settings = settings;
        this.dashboards = dashboards;
      }
      if (storeInCluster) {
        const program = destination.program as StoreProgram;
        addCollectorCertificate(nodes, program, storeInCluster, COLLECTOR_SECRET);
      }
      this.collector = addCollector(nodes, logging);
      this.node.defaultChild = this.collector;
      this.allowReading(nodes);
      if (this.store) this.collector.connections.allowTo(this.store, Port.tcp(STORE_PORTS.http));
      if (destination._external) this.connect(destination._external);
    } catch (error) {
      // Its parts validate their own props: remove what was created.
      scope.node.tryRemoveChild(id);
      throw error;
    }
    redaction._acknowledge(this);
    destination._inCluster?.retention._acknowledge(this);
    checkChartCluster(this, logging.cluster);
    const snapshots = destination._inCluster?.snapshots;
    if (snapshots) checkSnapshotBucket(this, logging.cluster, snapshots);
    whenMonitored(this.collector, (monitor) => {
      monitor._scrape({ workload: this.collector, ...collectorMetrics(logging.collector.program) });
    });
    registerLogger(logging.cluster, this);
  }

  private namespaceProps(name: string) {
    const { imagePullSecrets, podSecurityVersion } = this.logging;
    return { name, imagePullSecrets, podSecurityVersion };
  }

  private addNodesNamespace(): Chart {
    const { buffer, collector, nodesNamespace } = this.logging;
    const nodes = new Chart(this, "Nodes", { namespace: nodesNamespace });
    new SecureNamespace(nodes, "Namespace", {
      ...this.namespaceProps(nodesNamespace),
      ...collectorCapacity(sizeOf(collector.program, buffer)),
      podSecurity: PodSecurityLevel.privilegedFor({
        reason: "Collectors read the log files of their nodes, which stricter levels reject",
      }),
    });
    return nodes;
  }

  private addStore(read: ResolvedStoreInCluster) {
    const { id } = this.node;
    const { destination, namespace } = this.logging;
    const parts = (destination.program === "opensearch" ? openSearchParts : elasticsearchParts)(
      read,
      namespace,
    );
    const { program } = parts;
    const storageClassName = new BlockVolumeClass(this, "Volumes", {
      name: `${id}-encrypted`,
      kmsKeyId: read.kmsKeyId,
      keyCompartmentId: read.keyCompartmentId,
    }).name;
    addCertificates(this, program, read, namespace);
    const store = addStore(this, parts, read, storageClassName);
    store.exposeViaService();
    store.connections.allowTo(store, Port.tcp(STORE_PORTS.transport));
    if (read.snapshots) store.connections.allowToOracleServices(read.snapshots._oracleServices);
    const settings = addSettings(this, parts, read);
    settings.connections.allowTo(store, Port.tcp(STORE_PORTS.http));
    const dashboards = read.dashboards && addDashboards(this, parts, read.dashboards);
    if (dashboards && read.dashboards) {
      dashboards.connections.allowTo(store, Port.tcp(STORE_PORTS.http));
      dashboards.exposeViaService();
      if (read.dashboards.exposure) dashboards.exposeViaIngress(read.dashboards.exposure);
      const name = program === "opensearch" ? "OpenSearch Dashboards" : "Kibana";
      acknowledgePublicExposure(this, name, read.dashboards);
    }
    return { store, settings, dashboards };
  }

  /** Lets the collector get the pod of a log file. */
  private allowReading(nodes: Chart): void {
    new LeastPrivilegeRole(nodes, `${this.node.id}-collector`, {
      allow: [RoleRule.verbs(RbacResource.PODS, RbacVerb.GET)],
      roleScope: RoleScope.cluster({
        reason: "The collector reads the pod of each log file, in any namespace",
      }),
    }).grantTo(Subject.serviceAccountOf(this.collector));
  }

  /** Allows connections to a destination outside of the ClusterLogging. */
  private connect({ egress, peer, port }: ResolvedStore): void {
    const reason = "Log lines of all containers go to their store";
    if (peer) this.collector.connections.allowTo(peer, Port.tcp(port), { reason });
    for (const target of egress) this.collector.connections.allowEgress(target);
  }
}
