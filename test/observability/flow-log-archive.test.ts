import { Duration } from "cdk8s";
import { TerraformStack, TerraformVariable, type App } from "cdktf";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { FlowLogs } from "../../lib/network/logs/flow-logs";
import { ArchiveRetention } from "../../lib/observability/archive-retention";
import { FlowLogArchive, type FlowLogArchiveProps } from "../../lib/observability/flow-log-archive";
import { OciProvider } from "../../lib/oci/provider";
import { networkIn } from "../network/support";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
} from "../support/stack";
import { describeWithTerraform, synthInto, withProvider } from "../terraform/terraform";

jest.setTimeout(120_000);

const AUDIT = "ocid1.compartment.oc1..existing-audit";
const KEY = "ocid1.key.oc1.eu-frankfurt-1.existing";

function archive(stack: TerraformStack, props: Partial<FlowLogArchiveProps> | object = {}) {
  const { flowLogs } = networkIn(stack).network;
  const region = "eu-frankfurt-1";
  return new FlowLogArchive(stack, "archive", {
    flowLogs,
    compartmentId: AUDIT,
    kmsKeyId: KEY,
    region,
    ...props,
  });
}

const statementsOf = (stack: TerraformStack): string[] =>
  Object.values(resourcesOf(stack, "oci_identity_policy")).flatMap(({ statements }) => statements);

describe("an archive of flow logs", () => {
  test("is a private bucket under your key whose objects stay as they are for a year, and are then deleted", () => {
    const stack = newStack();
    archive(stack);
    expect(onlyResource(stack, "oci_objectstorage_bucket")).toMatchObject({
      compartment_id: AUDIT,
      name: "stack-archive",
      access_type: "NoPublicAccess",
      kms_key_id: KEY,
      retention_rules: [{ display_name: "flow-logs", duration: { time_amount: "365", time_unit: "DAYS" } }],
      lifecycle: { prevent_destroy: true },
      depends_on: [expect.stringContaining("KeyPolicy")],
    });
    expect(onlyResource(stack, "oci_objectstorage_bucket").versioning).toBe("Disabled");
    const [deletion, uploads] = onlyResource(stack, "oci_objectstorage_object_lifecycle_policy").rules;
    expect(deletion).toMatchObject({
      action: "DELETE",
      time_amount: "366",
      time_unit: "DAYS",
      is_enabled: true,
    });
    expect(uploads).toMatchObject({ action: "ABORT", target: "multipart-uploads" });
  });

  test("is filled by a connector from the log group", () => {
    const stack = newStack();
    archive(stack);
    expect(onlyResource(stack, "oci_sch_service_connector")).toMatchObject({
      source: {
        kind: "logging",
        log_sources: [
          { compartment_id: COMPARTMENT, log_group_id: expect.stringContaining("oci_logging_log_group") },
        ],
      },
      target: { kind: "objectStorage", bucket: expect.stringContaining("oci_objectstorage_bucket") },
      depends_on: expect.arrayContaining([
        expect.stringContaining("ConnectorPolicy"),
        expect.stringContaining("ReadPolicy"),
      ]),
    });
  });

  test("grants what it needs, limited to its key and its bucket", () => {
    const stack = newStack();
    archive(stack, { keyCompartmentId: "ocid1.compartment.oc1..existing-keys" });
    expect(statementsOf(stack).sort()).toEqual([
      `Allow any-user to manage objects in compartment id ${AUDIT} where all {request.principal.type = 'serviceconnector', ` +
        `request.principal.compartment.id = '${AUDIT}', target.bucket.name = 'stack-archive'}`,
      `Allow any-user to read log-content in compartment id ${COMPARTMENT} where all {request.principal.type = 'serviceconnector', ` +
        `request.principal.compartment.id = '${AUDIT}'}`,
      `Allow any-user to read log-groups in compartment id ${COMPARTMENT} where all {request.principal.type = 'serviceconnector', ` +
        `request.principal.compartment.id = '${AUDIT}'}`,
      `Allow service objectstorage-eu-frankfurt-1 to manage object-family in compartment id ${AUDIT} where target.bucket.name = 'stack-archive'`,
      `Allow service objectstorage-eu-frankfurt-1 to use keys in compartment id ocid1.compartment.oc1..existing-keys where target.key.id = '${KEY}'`,
    ]);
  });

  test("accepts all props", () => {
    const stack = newStack();
    const home = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    const { bucketName } = archive(stack, {
      bucketName: "acme.flows_1",
      retention: ArchiveRetention.of(Duration.days(30)),
      homeRegionProvider: home,
      freeformTags: { team: "audit" },
    });
    expect(bucketName).toBe("acme.flows_1");
    expect(onlyResource(stack, "oci_objectstorage_bucket")).toMatchObject({
      name: "acme.flows_1",
      retention_rules: [{ duration: { time_amount: "30" } }],
      freeform_tags: { team: "audit" },
    });
    for (const policy of Object.values(resourcesOf(stack, "oci_identity_policy"))) {
      expect(policy.provider).toBe("oci.home");
    }
  });

  test("reports all problems together, and creates nothing", () => {
    const stack = newStack();
    const make = (props: any) => () => new FlowLogArchive(stack, "archive", props);
    for (const nothing of [undefined, null, {}])
      expect(problemCodesOf(make(nothing))).toEqual(Array(4).fill("ATTRIBUTE_MISSING"));
    const wrong = {
      flowLogs: "flows",
      compartmentId: KEY,
      kmsKeyId: AUDIT,
      keyCompartmentId: KEY,
      region: "Frankfurt",
      bucketName: "a b",
      retention: 30,
      homeRegionProvider: "home",
      freeformTags: { "a b": "c" },
    };
    expect(problemCodesOf(make(wrong))).toEqual([
      "VALUE_INVALID",
      "OCID_INVALID",
      "OCID_INVALID",
      "OCID_INVALID",
      "NAME_INVALID",
      "NAME_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
      "TAG_INVALID",
    ]);
    expect(stack.node.tryFindChild("archive")).toBeUndefined();
  });

  test("takes a region that only Terraform knows", () => {
    const stack = newStack();
    const region = new TerraformVariable(stack, "region", { type: "string" }).stringValue;
    archive(stack, { region });
    const statements = Object.values(resourcesOf(stack, "oci_identity_policy")).flatMap(
      (each) => each.statements,
    );
    expect(
      statements.filter((each) => each.includes("service objectstorage-${var.region} to ")),
    ).toHaveLength(2);
  });

  test("rejects a key of another region than the bucket, if its OCID shows the region", () => {
    const make = (region: string, shown: string) => () =>
      archive(newStack(), { region, kmsKeyId: `ocid1.key.oc1.${shown}.vault.existing` });
    const [problem, ...more] = validationProblemsOf(make("eu-frankfurt-1", "eu-amsterdam-1"));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      code: "OCID_INVALID",
      what: "kmsKeyId is a key of eu-amsterdam-1, and the bucket is in eu-frankfurt-1",
    });
    expect(problemCodesOf(make("eu-frankfurt-1", "iad"))).toEqual(["OCID_INVALID"]);
    for (const [region, shown] of [
      ["us-ashburn-1", "iad"],
      ["eu-amsterdam-1", "eu-amsterdam-1"],
      ["eu-amsterdam-1", "ams"],
      ["eu-amsterdam-1", ""],
    ] as const) {
      expect(make(region, shown)).not.toThrow();
    }
    const stack = newStack();
    const kmsKeyId = new TerraformVariable(stack, "key", { type: "string" }).stringValue;
    expect(() => archive(stack, { kmsKeyId })).not.toThrow();
  });

  test("accepts the flow logs of an imported network, and rejects other values", () => {
    const stack = newStack();
    const network = ClusterNetwork.fromClusterNetworkAttributes(stack, "existing", {
      vcnId: "ocid1.vcn.oc1.eu-frankfurt-1.existing",
      compartmentId: COMPARTMENT,
      apiEndpointSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.api", cidr: "10.20.1.0/28" },
      workerSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.workers", cidr: "10.20.2.0/24" },
      podSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.pods", cidr: "10.20.4.0/22" },
      loadBalancerSubnet: { subnetId: "ocid1.subnet.oc1.eu-frankfurt-1.lb", cidr: "10.20.3.0/24" },
    });
    const given = { compartmentId: AUDIT, kmsKeyId: KEY, region: "eu-frankfurt-1" };
    const flowLogs = new FlowLogs(stack, "flows", { network });
    expect(() => new FlowLogArchive(stack, "archive", { ...given, flowLogs })).not.toThrow();
    const [problem] = validationProblemsOf(
      () => new FlowLogArchive(stack, "other", { ...given, flowLogs: {} as any }),
    );
    expect(problem).toMatchObject({
      code: "VALUE_INVALID",
      property: "flowLogs",
    });
  });
});

describeWithTerraform("an archive of flow logs under Terraform", () => {
  test("is applied, and the next plan changes nothing", async () => {
    await withProvider(async (terraform) => {
      const outdir = synthInto(terraform.outdir(), (app: App) => {
        const stack = new TerraformStack(app, "stack");
        new OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
        archive(stack);
      });
      const [run] = await terraform.initAll(outdir);
      await run!.validate();
      await run!.apply();
      expect(await run!.changes()).toEqual({});
    });
  });
});
