import { type Construct } from "constructs";
import { checked } from "../../core/checked";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import {
  objectName,
  ocid,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
} from "../../core/readers";
import { ResourceConstruct } from "../../core/resource-construct";
import { type TaggingProps, tagsOf } from "../../core/tagging";
import { ContainerengineClusterWorkloadMapping } from "../../oci/containerengine-cluster-workload-mapping";
import { type ISecureOkeCluster } from "../cluster-base";
import { clusterValue } from "../private/cluster-readers";

/** Props for NamespaceCompartment. */
export interface NamespaceCompartmentProps extends TaggingProps {
  /** The cluster. */
  readonly cluster: ISecureOkeCluster;
  /** The Kubernetes namespace; a change replaces the mapping. */
  readonly namespace: string;
  /** The OCID of the compartment that the namespace is mapped to. */
  readonly compartmentId: string;
}

const NAMESPACE_COMPARTMENT = {
  cluster: clusterValue(),
  namespace: objectName(),
  compartmentId: ocid("compartment"),
  ...taggingReaders(),
} satisfies PropsSchema<NamespaceCompartmentProps>;

/**
 * Maps a Kubernetes namespace of a cluster to an OCI compartment, such as that of a tenant.
 *
 * The mapping doesn't change the rights that IAM statements grant to workloads. Oracle uses it for virtual nodes and for cost tracking by
 * compartment.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengmanagingworkloadmappings.htm
 */
@checked
export class NamespaceCompartment extends ResourceConstruct {
  /** The Kubernetes namespace. */
  public readonly namespace: string;
  /** The OCID of the compartment that the namespace is mapped to. */
  public readonly compartmentId: string;

  constructor(scope: Construct, id: string, props: NamespaceCompartmentProps) {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    const read = readProps(problems, props, NAMESPACE_COMPARTMENT);
    const { cluster, namespace, compartmentId, ...tags } =
      problems.resolved<Resolved<typeof NAMESPACE_COMPARTMENT>>(read);
    super(scope, id);
    this.namespace = namespace;
    this.compartmentId = compartmentId;
    this.node.defaultChild = new ContainerengineClusterWorkloadMapping(this, "Resource", {
      clusterId: cluster.clusterId,
      namespace,
      mappedCompartmentId: compartmentId,
      ...tagsOf(this, tags),
    });
  }
}
