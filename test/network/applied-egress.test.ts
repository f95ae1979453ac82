import { TerraformStack, type App } from "cdktf";
import { Port } from "../../lib/core/port";
import { Bastion, BastionClients } from "../../lib/network/bastion/bastion";
import { Egress, EgressSource } from "../../lib/network/egress/egress";
import { FlowLogging, FlowLogs } from "../../lib/network/logs/flow-logs";
import { SubnetRole } from "../../lib/network/vcn/cluster-subnet";
import { OracleServices } from "../../lib/network/vcn/oracle-services";
import { OciProvider } from "../../lib/oci/provider";
import { COMPARTMENT } from "../support/stack";
import { describeWithTerraform, synthInto, withProvider, type Terraform } from "../terraform/terraform";
import { DRG, networkIn } from "./support";

jest.setTimeout(120_000);

type Parts = ReturnType<typeof networkIn>;
type Step = (parts: Parts) => unknown;

const reason = { reason: "A test" };
const HTTPS = Port.tcp(443);
const toBank: Step = ({ network, pods }) =>
  network.addEgress(EgressSource.pods(pods), Egress.to("203.0.113.0/24", HTTPS, reason));
const toAnywhere: Step = ({ network, workers }) =>
  network.addEgress(EgressSource.workers(workers), Egress.toAnywhere(HTTPS, reason));
const toOffice: Step = ({ network, pods }) =>
  network.addEgress(EgressSource.pods(pods), Egress.to("10.200.7.0/24", Port.tcp(1521), reason));
const toDrg: Step = ({ network }) => {
  network.attachDrg({ drgId: DRG, onPremisesCidrs: ["10.200.0.0/16"] });
  network.peerRemotely("far", { peerCidrs: ["10.70.0.0/16"] });
};
const toPeer: Step = ({ network, pods }) => {
  network.peerLocally("near", { peerCidrs: ["10.60.0.0/16"], subnets: [SubnetRole.PODS] });
  network.addEgress(EgressSource.pods(pods), Egress.to("10.60.0.0/16", Port.tcp(5432), reason));
};

const bastion: Step = ({ network, api }) =>
  new Bastion(TerraformStack.of(network), "bastion", {
    compartmentId: COMPARTMENT,
    network,
    apiEndpointSecurityGroup: api,
    apiEndpoint: "10.0.0.5:6443",
    clients: BastionClients.from(["192.0.2.0/24"]),
  });

const flowLogs: Step = ({ network }) => new FlowLogs(TerraformStack.of(network), "flows", { network });
const toStorage: Step = ({ network, pods }) =>
  pods.allowTo(OracleServices.objectStorageOnlyOf(network), HTTPS, reason);

function program(steps: readonly Step[]): (app: App) => void {
  return (app) => {
    const stack = new TerraformStack(app, "stack");
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    const parts = networkIn(stack, { flowLogs: FlowLogging.none(reason) });
    for (const step of steps) step(parts);
  };
}

async function stackWith(terraform: Terraform, ...steps: Step[]) {
  const [run] = await terraform.initAll(synthInto(terraform.outdir(), program(steps)));
  return run!;
}

/** What Terraform does to each type of resource. */
function byType(changes: { [address: string]: string[] }): { [type: string]: string[] } {
  const types: { [type: string]: string[] } = {};
  for (const [address, actions] of Object.entries(changes)) {
    const [type = ""] = address.split(".");
    types[type] = [...(types[type] ?? []), actions.join("+")].sort();
  }
  return types;
}

const RULE = "oci_core_network_security_group_security_rule";

describeWithTerraform("egress and a bastion of an existing network", () => {
  test("are added and removed without replacing a resource, with an empty plan after each apply", async () => {
    await withProvider(async (terraform) => {
      await (await stackWith(terraform)).apply();

      const first = await stackWith(terraform, toBank);
      expect(byType(await first.changes())).toEqual({
        oci_core_nat_gateway: ["create"],
        oci_core_route_table: ["create"],
        oci_core_subnet: ["update"],
        [RULE]: ["create"],
      });
      await first.apply();

      const steps = [toDrg, toPeer, toOffice, toAnywhere, toBank, bastion, flowLogs, toStorage];
      const more = await stackWith(terraform, ...steps);
      expect(byType(await more.changes())).toEqual({
        data: ["read"],
        oci_bastion_bastion: ["create"],
        oci_core_capture_filter: ["create"],
        oci_core_drg_attachment: ["create"],
        oci_core_local_peering_gateway: ["create"],
        oci_core_remote_peering_connection: ["create"],
        // Those of the API endpoint, the load balancers and the workers; that of the pods is there.
        oci_core_route_table: ["create", "create", "create", "update"],
        oci_core_security_list: ["create"],
        oci_core_subnet: ["update", "update", "update"],
        oci_logging_log: ["create", "create", "create", "create"],
        oci_logging_log_group: ["create"],
        terraform_data: ["create"],
        [RULE]: ["create", "create", "create", "create", "create"],
      });
      await more.apply();
      expect(await more.output("bastion_session_command")).toMatch(
        /--bastion-id ocid1\.bastion\.\S+ --target-private-ip 10\.0\.0\.5 /,
      );
      expect(await (await stackWith(terraform, ...steps.reverse())).changes()).toEqual({});

      const log = await (await stackWith(terraform)).apply();
      // OCI deletes no route table and no security list that a subnet uses, and no gateway that a route leads to.
      expectInOrder(log, [
        /oci_core_subnet\.\S+Pods\S+ Modifications complete/,
        /oci_core_route_table\.\S+Pods\S+ Destroying/,
        /oci_core_route_table\.\S+Pods\S+ Destruction complete/,
        /oci_core_nat_gateway\.\S+ Destroying/,
      ]);
      expectInOrder(log, [
        /oci_core_route_table\.\S+Pods\S+ Destruction complete/,
        /oci_core_local_peering_gateway\.\S+ Destroying/,
      ]);
      expectInOrder(log, [
        /oci_core_subnet\.\S+ApiEndpoint\S+ Modifications complete/,
        /oci_core_security_list\.\S+ Destroying/,
      ]);
    });
  });
});

function expectInOrder(log: string, lines: readonly RegExp[]): void {
  const at = lines.map((line) => log.search(line));
  expect(at).not.toContain(-1);
  expect(at).toEqual([...at].sort((a, b) => a - b));
}
