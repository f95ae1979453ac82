import { TerraformStack, type App } from "cdktf";
import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { ResourceTags } from "../../lib/core/resource-tags";
import { OciProvider } from "../../lib/oci/provider";
import { withoutIgnored } from "./tag-defaults";
import { describeWithTerraform, synthInto, withProvider } from "./terraform";

jest.setTimeout(120_000);

const COMPARTMENT = "ocid1.compartment.oc1..example";
const DEFAULTS = ["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"];

interface Program {
  readonly ignoreDefinedTags?: string[];
  readonly definedTags?: { [name: string]: string };
}

function program({ ignoreDefinedTags, definedTags }: Program): (app: App) => void {
  return (app) => {
    const stack = new TerraformStack(app, "stack");
    new OciProvider(stack, "oci", { region: "eu-frankfurt-1", ignoreDefinedTags });
    new SecureOkeCluster(stack, "cluster", {
      compartmentId: COMPARTMENT,
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    if (definedTags) ResourceTags.of(stack).add({ definedTags });
  };
}

/** The changes that a plan finds right after the apply, and the tags of the VCN. */
async function secondPlan(
  options: Program,
): Promise<{ changes: { [address: string]: string[] }; tags: object }> {
  return withProvider(async (terraform) => {
    const stack = await terraform.init(synthInto(terraform.outdir(), program(options)) + "/stacks/stack");
    await stack.apply();
    const [vcn] = terraform.provider.account.all("oci_core_vcn");
    return { changes: await stack.changes(), tags: vcn?.defined_tags };
  });
}

describeWithTerraform("a cluster in a tenancy with tag defaults", () => {
  test("has an empty plan after the apply where it has no defined tags of its own", async () => {
    const { changes, tags } = await secondPlan({});
    expect(changes).toEqual({});
    expect(Object.keys(tags)).toEqual(DEFAULTS);
  });

  test("has the removal of the tag defaults in each plan where it has defined tags of its own", async () => {
    const { changes } = await secondPlan({ definedTags: { "Operations.CostCenter": "42" } });
    expect(Object.keys(changes).length).toBeGreaterThan(10);
    expect(new Set(Object.values(changes).flat())).toEqual(new Set(["update"]));
  });

  test("keeps the tag defaults and its own defined tags where its provider ignores the defaults", async () => {
    const { changes, tags } = await secondPlan({
      definedTags: { "Operations.CostCenter": "42" },
      ignoreDefinedTags: DEFAULTS,
    });
    expect(changes).toEqual({});
    expect(Object.keys(tags).sort()).toEqual(["Operations.CostCenter", ...DEFAULTS]);
  });
});

describe("defined tags in the provider double", () => {
  const withTags = (tags: object) => ({ defined_tags: tags });

  test("keep their value where the provider ignores them, in any case of letters", () => {
    const plan = withoutIgnored(withTags({ "a.b": "1", "x.y": "new" }), withTags({ "X.Y": "old" }), ["x.Y"]);
    expect(plan).toEqual(withTags({ "a.b": "1", "X.Y": "old" }));
    expect(withoutIgnored(withTags({ "x.y": "new" }), null, ["x.y"])).toEqual(withTags({}));
  });

  test("are unchanged where they differ only in the case of their keys", () => {
    expect(withoutIgnored(withTags({ "a.b": "1" }), withTags({ "A.B": "1" }), [])).toEqual(
      withTags({ "A.B": "1" }),
    );
    expect(withoutIgnored(withTags({ "a.b": "2" }), withTags({ "A.B": "1" }), [])).toEqual(
      withTags({ "a.b": "2" }),
    );
  });
});
