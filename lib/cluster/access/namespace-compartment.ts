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
  /** The namespace; another one is another mapping. */
  readonly namespace: string;
  /** The OCID of the compartment that the namespace belongs to. */
  readonly compartmentId: string;
}

/**
 * Says to which compartment of OCI a namespace of a cluster belongs, such as that of a tenant.
 *
 * Workloads keep the rights that statements name them for. Oracle maps namespaces for virtual nodes and for costs by compartment.
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

/** Before the construct is made, so that a refused one leaves its id free. */
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
