import {
  EndpointAccess,
  Kubeconfig,
  KubernetesEndpoint,
  KubernetesVersion,
  SecureOkeCluster,
  type SecureOkeClusterProps,
} from "../../../lib";
import { COMPARTMENT, newStack, validationProblemsOf } from "../../support/stack";

function kubeconfigOf(props: Partial<SecureOkeClusterProps>): Kubeconfig {
  const stack = newStack();
  const cluster = new SecureOkeCluster(stack, "cluster", {
    compartmentId: COMPARTMENT,
    kubernetesVersion: KubernetesVersion.V1_35,
    ...props,
  });
  return new Kubeconfig(stack, "kubectl", { cluster, endpoint: KubernetesEndpoint.PUBLIC });
}

describe("a kubeconfig of the public endpoint", () => {
  test("is refused for a cluster without a public endpoint", () => {
    expect(validationProblemsOf(() => kubeconfigOf({}))).toMatchObject([
      { code: "VALUE_INVALID", property: "endpoint" },
    ]);
  });

  test("contains the public endpoint of a cluster that has one", () => {
    const endpointAccess = EndpointAccess.publicFrom(["192.0.2.0/24"], { reason: "A test" });
    expect(kubeconfigOf({ endpointAccess }).kubeconfigCommand).toContain("--kube-endpoint PUBLIC_ENDPOINT");
  });
});
