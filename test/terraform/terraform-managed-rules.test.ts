import * as path from "node:path";
import { App as KubernetesApp, Chart } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import {
  ContainerImage,
  ExternalTrafficPolicy,
  HardenedDeployment,
  KubernetesVersion,
  LoadBalancerAccess,
  LoadBalancerType,
  IpProtocol,
  SecureOkeCluster,
  SecurityRuleManagement,
  TlsTermination,
  oci,
} from "secure-oke";
import { describeWithTerraform, synthInto, withProvider, type TerraformStackRun } from "./terraform";
import { runLoadBalancerController } from "./load-balancer-controller";
import { parseYaml } from "./yaml-readers";

jest.setTimeout(120_000);

const GROUP = "oci_core_network_security_group";
const RULE = "oci_core_network_security_group_security_rule";
const image = ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"0".repeat(64)}`);

/** A cluster whose chart has a workload for each name. Names that end with `udp` use UDP and preserve client addresses. */
function program(names: readonly string[]): (app: App) => void {
  return (app) => {
    const stack = new TerraformStack(app, "platform");
    new oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    const cluster = new SecureOkeCluster(stack, "cluster", {
      compartmentId: "ocid1.compartment.oc1..example",
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    const chart = new Chart(new KubernetesApp(), "edge", { namespace: "edge" });
    for (const name of names) {
      const isUdp = name.endsWith("udp");
      new HardenedDeployment(chart, name, { image, port: 8080 }).exposeViaLoadBalancer({
        cluster,
        access: LoadBalancerAccess.internalFrom(["10.200.0.0/16", "10.201.0.0/16"]),
        tls: isUdp ? TlsTermination.none({ reason: "A test" }) : TlsTermination.atPod(),
        type: LoadBalancerType.NETWORK_LOAD_BALANCER,
        transport: isUdp ? IpProtocol.UDP : IpProtocol.TCP,
        externalTrafficPolicy: isUdp ? ExternalTrafficPolicy.LOCAL : ExternalTrafficPolicy.CLUSTER,
        preserveSource: isUdp,
        securityRules: SecurityRuleManagement.terraformManaged(),
      });
    }
    cluster.addCdk8sChart("edge", chart);
  };
}

async function servicesOf(run: TerraformStackRun): Promise<Map<string, any>> {
  const objects = parseYaml(await run.output("edge_manifests"), "1.2") as any[];
  return new Map(
    objects.filter(({ kind }) => kind === "Service").map((service) => [service.metadata.name, service]),
  );
}

describeWithTerraform("load balancers whose rules Terraform manages", () => {
  test("keep their security groups and rules when other load balancers are added, removed and reordered", async () => {
    await withProvider(async (terraform) => {
      const { account } = terraform.provider;
      const stackOf = (...names: string[]) =>
        terraform.init(path.join(synthInto(terraform.outdir(), program(names)), "stacks/platform"));
      const first = await stackOf("web", "dns-udp");
      await first.apply();
      runLoadBalancerController(account);
      expect(await first.planExitCode()).toBe(0);
      const before = await servicesOf(first);
      const group =
        before.get("web").metadata.annotations[
          "oci-network-load-balancer.oraclecloud.com/oci-network-security-groups"
        ];
      expect(account.get(GROUP, group)).toMatchObject({ display_name: "platform-cluster-lb-edge-web" });

      // Another order, with further load balancers before, between and after the first two: those stay unchanged.
      const more = await stackOf("admin", "dns-udp", "ntp-udp", "web", "zone");
      const changes = await more.changes();
      expect([...new Set(Object.values(changes).flat())]).toEqual(["create"]);
      const rules = Object.keys(changes).filter((address) => address.startsWith(`${RULE}.`));
      // TCP: two ranges, and node port and health check on both sides. UDP: two ranges on both sides, one egress rule, health check.
      expect([Object.keys(changes).length - rules.length, rules.length]).toEqual([3, 2 * 6 + 7]);
      await more.apply();
      const after = await servicesOf(more);
      for (const [name, service] of before) expect(after.get(name)).toEqual(service);

      // Without one of them, Terraform deletes its group and its rules only.
      const fewer = await (await stackOf("admin", "dns-udp", "web", "zone")).changes();
      expect(new Set(Object.values(fewer).flat())).toEqual(new Set(["delete"]));
      const own = Object.keys(fewer).filter((address) => address.startsWith(`${GROUP}.`));
      expect(own).toEqual([expect.stringContaining("LoadBalancers_edge_ntp-udp")]);
      expect(Object.keys(fewer)).toHaveLength(1 + 7);
    });
  });
});
