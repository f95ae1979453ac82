import { ApiObject } from "cdk8s";
import { Token } from "cdktf";
import { addWarning } from "../core/warnings";
import { type Construct } from "constructs";
import { type LoadBalancerProps } from "./load-balancer-props";
import { type ReadLoadBalancer } from "./read-load-balancer";
import { certificateStatement } from "../cluster/certificate-policies";
import { type ISecureOkeCluster } from "../cluster/cluster";
import { type SecureOkeCluster } from "../cluster/secure-oke-cluster";
import { checkRegionWhenWritten } from "../core/region-of-ocid";

/** The finding where a cluster may lack the right to use certificates, in the style of the catalogue. */
const UNGRANTED = "certificate-access";

/**
 * Maps the listener with TLS to its certificate of the OCI Certificates service, and lets the cluster use it.
 *
 * The cloud controller reads the ConfigMap in the namespace of the Service: ports as keys, lists of OCIDs in JSON as values.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengcreatingloadbalancers-subtopic.htm
 */
export function addCertificates(
  scope: Construct,
  { cluster, tls, workload }: LoadBalancerProps,
  { certificates, port }: ReadLoadBalancer,
): void {
  const { certificateId, certificateCompartmentId } = tls;
  if (certificateId === undefined) return;
  new ApiObject(scope, "Certificates", {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: certificates, labels: workload.labels },
    data: { [String(port)]: `["${certificateId}"]` },
  });
  checkRegionWhenWritten(cluster, `certificateId of ${scope.node.path}`, certificateId);
  const { _allowCertificates: allow } = cluster as Partial<SecureOkeCluster>;
  if (allow) allow.call(cluster, certificateCompartmentId);
  else warnOfGrant(cluster, certificateCompartmentId);
}

/** An imported cluster has policies that nobody sees here; whether this one is among them is not known. */
function warnOfGrant(cluster: ISecureOkeCluster, compartmentId: string | undefined): void {
  const known = (id: string | undefined, otherwise: string) =>
    id === undefined || Token.isUnresolved(id) ? otherwise : id;
  const statement = certificateStatement(
    known(cluster.clusterId, "<OCID of the cluster>"),
    known(compartmentId, "<OCID of the compartment of the certificate>"),
  );
  const text =
    `[${UNGRANTED}] ${cluster.node.path}: an imported cluster may lack the right to use the certificates of its load balancers\n` +
    "  Why: Without it the cloud controller makes no load balancer, and says so in an event of the Service only.\n" +
    `  Instead: See that a policy has the statement ${statement}`;
  if (!cluster.node.metadata.some(({ data }) => data === text)) addWarning(cluster, text);
}
