import { type Construct } from "constructs";
import { checked } from "../../core/checked";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { checkObjectName } from "../../core/kubernetes-names";
import { checkOcid } from "../../core/ocid";
import { checkGiven, checkMembers } from "../../core/required";
import { ResourceConstruct } from "../../core/resource-construct";
import { checkTags, type TaggingProps, tagsOf } from "../../core/tagging";
import { ContainerengineClusterWorkloadMapping } from "../../oci/containerengine-cluster-workload-mapping";
import { type ISecureOkeCluster } from "../cluster-base";

/** Props for NamespaceCompartment. */
export interface NamespaceCompartmentProps extends TaggingProps {
  /** The cluster. */
  readonly cluster: ISecureOkeCluster;
  /** The Kubernetes namespace; a change replaces the mapping. */
  readonly namespace: string;
  /** The OCID of the compartment that the namespace is mapped to. */
  readonly compartmentId: string;
}

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
  /** @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, ATTRIBUTE_MISSING, VALUE_INVALID, TAG_INVALID */
  constructor(scope: Construct, id: string, props: NamespaceCompartmentProps) {
    check(scope, id, props);
    super(scope, id);
    this.node.defaultChild = new ContainerengineClusterWorkloadMapping(this, "Resource", {
      clusterId: props.cluster.clusterId,
      namespace: props.namespace,
      mappedCompartmentId: props.compartmentId,
      ...tagsOf(this, props),
    });
  }
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function check(scope: Construct, id: string, given: NamespaceCompartmentProps): void {
  const props: Partial<NamespaceCompartmentProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { cluster, namespace, compartmentId } = props;
  if (checkGiven(problems, { cluster, namespace })) checkObjectName(problems, "namespace", namespace ?? "");
  checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster");
  checkOcid(problems, "compartmentId", compartmentId, "compartment");
  checkTags(problems, props);
  problems.throwIfAny();
}
