import { Size } from "cdk8s";
import {
  KubernetesVersion,
  NodeImage,
  NodeShape,
  PrivateNodePool,
  SecureOkeCluster,
  type PrivateNodePoolProps,
  type SecureOkeClusterProps,
} from "secure-oke";
import { COMPARTMENT, newStack, onlyResource, validationProblemsOf } from "../support/stack";

export const image = NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.test");
export const shape = NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) });

export function newCluster(stack = newStack(), props: Partial<SecureOkeClusterProps> = {}) {
  const kubernetesVersion = KubernetesVersion.V1_35;
  return new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion, ...props });
}

export function newPool(props: Partial<PrivateNodePoolProps> = {}, stack = newStack(), id = "pool") {
  const cluster = props.cluster ?? newCluster(stack);
  const size = props.autoscale === undefined && !("size" in props) ? { size: 3 } : {};
  return new PrivateNodePool(stack, id, { cluster, image, shape, ...size, ...props });
}

/** The resource of a pool with these props. */
export function createdPool(props: Partial<PrivateNodePoolProps>): any {
  const stack = newStack();
  newPool(props, stack);
  return onlyResource(stack, "oci_containerengine_node_pool");
}

/** The problems of a pool with these props, each with its code. */
export const problemTexts = (props: Partial<PrivateNodePoolProps>) =>
  validationProblemsOf(() => newPool(props)).map(({ code, what }) => `${code} ${what}`);
