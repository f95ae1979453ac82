import { Testing, TerraformStack } from "cdktf";
import {
  ClusterNetwork,
  EndpointAccess,
  KubernetesVersion,
  SubnetRole,
  SecureOkeCluster,
  oci,
} from "../../lib";

const emitted = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
afterEach(() => emitted.mockClear());

const compartmentId = "ocid1.compartment.oc1..example";
const drgId = "ocid1.drg.oc1.eu-frankfurt-1.example";

/** The ranges that the warning names, where the endpoint lets in those given. */
function unreached(
  cidrs: string[],
  connect: (network: ClusterNetwork, stack: TerraformStack) => void,
): (string | undefined)[] {
  const app = Testing.app();
  const stack = new TerraformStack(app, "shop");
  new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
  const network = new ClusterNetwork(stack, "network", { compartmentId });
  new SecureOkeCluster(stack, "cluster", {
    compartmentId,
    kubernetesVersion: KubernetesVersion.V1_35,
    network,
    endpointAccess: EndpointAccess.privateFrom(cidrs),
  });
  connect(network, stack);
  app.synth();
  return emitted.mock.calls
    .filter(([, options]) => (options as { code?: string }).code === "endpoint-unreachable")
    .map(([text]) => /clients in (.*) can't connect/.exec(String(text))?.[1]);
}

test("a range that the network does not route to its DRG gives a warning", () => {
  const connect = (network: ClusterNetwork) =>
    network.attachDrg({ drgId, onPremisesCidrs: ["10.200.0.0/16"] });
  expect(unreached(["10.99.8.0/24", "10.200.8.0/24"], connect)).toEqual(["10.99.8.0/24"]);
});

test("a range outside of the peering of the network gives a warning, but not one inside", () => {
  const connect = (network: ClusterNetwork) => {
    const subnets = [SubnetRole.API_ENDPOINT];
    network.peerLocally("tools", { peerCidrs: ["10.90.0.0/16"], subnets });
  };
  expect(unreached(["10.90.1.0/24", "10.91.1.0/24"], connect)).toEqual(["10.91.1.0/24"]);
});

test("a DRG attachment that the program creates directly, with unknown routes, gives no warning", () => {
  const connect = (network: ClusterNetwork, stack: TerraformStack) =>
    new oci.coreDrgAttachment.CoreDrgAttachment(stack, "attachment", { drgId, vcnId: network.vcnId });
  expect(unreached(["10.99.8.0/24"], connect)).toEqual([]);
});
