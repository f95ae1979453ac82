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

/** What a plan right after the apply would do, and the tags of the VCN. */
async function secondPlan(
  given: Program,
): Promise<{ changes: { [address: string]: string[] }; tags: object }> {
  return withProvider(async (terraform) => {
    const stack = await terraform.init(synthInto(terraform.outdir(), program(given)) + "/stacks/stack");
    await stack.apply();
    const [vcn] = terraform.provider.world.all("oci_core_vcn");
    return { changes: await stack.changes(), tags: vcn?.defined_tags };
  });
}

describeWithTerraform("a cluster in a tenancy with tag defaults", () => {
  test("has nothing to do after the apply, without defined tags of its own", async () => {
    const { changes, tags } = await secondPlan({});
    expect(changes).toEqual({});
    expect(Object.keys(tags)).toEqual(DEFAULTS);
  });

  test("would lose the defaults in every plan, of every resource, once it has defined tags", async () => {
    const { changes } = await secondPlan({ definedTags: { "Operations.CostCenter": "42" } });
    expect(Object.keys(changes).length).toBeGreaterThan(10);
    expect(new Set(Object.values(changes).flat())).toEqual(new Set(["update"]));
  });

  test("has nothing to do after the apply where its provider ignores the defaults, and has both", async () => {
    const { changes, tags } = await secondPlan({
      definedTags: { "Operations.CostCenter": "42" },
      ignoreDefinedTags: DEFAULTS,
    });
    expect(changes).toEqual({});
    expect(Object.keys(tags).sort()).toEqual(["Operations.CostCenter", ...DEFAULTS]);
  });
});

describe("tags that the provider ignores", () => {
  const given = (tags: object) => ({ defined_tags: tags });

  test("stay as they are, in any case of letters, and are never written", () => {
    const plan = withoutIgnored(given({ "a.b": "1", "x.y": "new" }), given({ "X.Y": "old" }), ["x.Y"]);
    expect(plan).toEqual(given({ "a.b": "1", "X.Y": "old" }));
    expect(withoutIgnored(given({ "x.y": "new" }), null, ["x.y"])).toEqual(given({}));
  });

  test("leave others to differ, unless the case of their letters is all that does", () => {
    expect(withoutIgnored(given({ "a.b": "1" }), given({ "A.B": "1" }), [])).toEqual(given({ "A.B": "1" }));
    expect(withoutIgnored(given({ "a.b": "2" }), given({ "A.B": "1" }), [])).toEqual(given({ "a.b": "2" }));
  });
});
