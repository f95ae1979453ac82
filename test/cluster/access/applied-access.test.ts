import { App as KubernetesApp, Chart } from "cdk8s";
import { TerraformStack, type App } from "cdktf";
import {
  CiAccess,
  CiCredentials,
  Egress,
  KubernetesAccess,
  KubernetesVersion,
  PipelineIdentity,
  PolicyLocation,
  PolicyResourceType,
  PolicyVerb,
  Port,
  SecureOkeCluster,
  HardenedDeployment,
  ContainerImage,
} from "../../../lib";
import { OciProvider } from "../../../lib/oci/provider";
import { COMPARTMENT } from "../../support/stack";
import { describeWithTerraform, synthInto, withProvider } from "../../terraform/terraform";

jest.setTimeout(240_000);

const GROUP = "ocid1.group.oc1..developers";
const issuerEgress = Egress.toAnywhere(Port.tcp(443), { reason: "The API server reads the keys of GitHub" });
const pipeline = (repository: string) =>
  CiCredentials.oidc(PipelineIdentity.gitHubActions({ repository, branch: "main", audience: "oke" }));

describeWithTerraform("access under Terraform", () => {
  test("is added to a running cluster without replacing it, and warns before its expiry", async () => {
    await withProvider(async (terraform) => {
      const program = (add: (cluster: SecureOkeCluster) => void) =>
        synthInto(terraform.outdir(), (app: App) => {
          const stack = new TerraformStack(app, "stack");
          new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
          const kubernetesVersion = KubernetesVersion.V1_34;
          add(new SecureOkeCluster(stack, "cluster", { compartmentId: COMPARTMENT, kubernetesVersion }));
        });
      const next = async (add: (cluster: SecureOkeCluster) => void) => {
        const [run] = await terraform.initAll(program(add));
        const changes = await run!.changes();
        const plan = await run!.plan();
        await run!.apply();
        expect(await run!.changes()).toEqual({});
        return { changes, plan };
      };
      await next(() => undefined);

      const people = (cluster: SecureOkeCluster) => cluster.grantAccess(GROUP, KubernetesAccess.viewer());
      const first = await next(people);
      expect(Object.values(first.changes)).toEqual([["create"]]);

      const shop = (cluster: SecureOkeCluster) => {
        people(cluster);
        const access = [KubernetesAccess.editorIn("shop")];
        new CiAccess(TerraformStack.of(cluster), "shop", {
          cluster,
          access,
          issuerEgress,
          credentials: pipeline("acme/shop"),
        });
      };
      const second = await next(shop);
      const actions = Object.entries(second.changes);
      expect(actions.filter(([, action]) => action.includes("delete"))).toEqual([]);
      expect(actions.filter(([address]) => address.includes("containerengine_cluster."))).toEqual([
        [expect.anything(), ["update"]],
      ]);
      expect(actions.filter(([address]) => address.includes("nat_gateway"))).toEqual([
        [expect.anything(), ["create"]],
      ]);

      // Another pipeline changes the cluster in place, and nothing else.
      const tools = (cluster: SecureOkeCluster) => {
        shop(cluster);
        const access = [KubernetesAccess.viewerIn("tools")];
        new CiAccess(TerraformStack.of(cluster), "tools", {
          cluster,
          access,
          credentials: pipeline("acme/tools"),
        });
      };
      const third = await next(tools);
      expect(Object.entries(third.changes)).toEqual([
        [expect.stringContaining("containerengine_cluster."), ["update"]],
      ]);

      // A workload's right is one more policy, and an end of access that is near is a warning of the plan.
      const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
      const fourth = await next((cluster) => {
        tools(cluster);
        const chart = new Chart(new KubernetesApp(), "shop", { namespace: "shop" });
        const image = ContainerImage.of(`fra.ocir.io/acme/web@sha256:${"a".repeat(64)}`);
        new HardenedDeployment(chart, "web", { image, port: 8080 }).grant({
          verb: PolicyVerb.USE,
          resourceType: PolicyResourceType.ONS_TOPICS,
          location: PolicyLocation.compartment(COMPARTMENT),
        });
        cluster.addCdk8sChart("shop", chart);
        const expires = new Date(Date.now() + 3 * 86_400_000);
        const access = KubernetesAccess.breakGlass({ reason: "Incidents", expires });
        cluster.grantAccess("ocid1.group.oc1..incidents", access);
      });
      warn.mockRestore();
      expect(Object.values(fourth.changes)).toEqual([["create"], ["create"]]);
      expect(fourth.plan).toContain("Check block assertion failed");
      expect(fourth.plan.replace(/[\s│]+/g, " ")).toContain(
        "break-glass access of ocid1.group.oc1..incidents ends on",
      );
    });
  });
});
