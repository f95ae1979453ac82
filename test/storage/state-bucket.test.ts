import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Duration } from "cdk8s";
import { type App, LocalBackend, TerraformOutput, TerraformVariable, Testing } from "cdktf";
import {
  OciStateBackend,
  StateAuthentication,
  StateBucket,
  type StateBucketProps,
} from "../../lib/storage/terraform-state";
import { CoreVcn } from "../../lib/oci/core-vcn";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";
import { synthInto } from "../terraform/terraform";

const KEY = "ocid1.key.oc1.eu-frankfurt-1.existing";
const KEYS = "ocid1.compartment.oc1..existing-keys";
const given: StateBucketProps = {
  compartmentId: COMPARTMENT,
  bucketName: "acme-states",
  region: "eu-frankfurt-1",
  kmsKeyId: KEY,
};
const backend = { bucketName: "acme-states", namespace: "acme", region: "eu-frankfurt-1" };

describe("a bucket for states", () => {
  test("is private, versioned, under your key, and can't be destroyed", () => {
    const stack = newStack();
    new StateBucket(stack, "states", given);
    expect(onlyResource(stack, "oci_objectstorage_bucket")).toMatchObject({
      name: "acme-states",
      access_type: "NoPublicAccess",
      versioning: "Enabled",
      kms_key_id: KEY,
      lifecycle: { prevent_destroy: true },
      depends_on: [expect.stringContaining("KeyPolicy")],
    });
    expect(onlyResource(stack, "oci_objectstorage_object_lifecycle_policy")).toMatchObject({
      rules: [
        { action: "DELETE", target: "previous-object-versions", time_amount: "180", time_unit: "DAYS" },
      ],
      depends_on: [expect.stringContaining("LifecyclePolicy")],
    });
  });

  test("grants the service one key and one bucket", () => {
    const stack = newStack();
    new StateBucket(stack, "states", { ...given, keyCompartmentId: KEYS });
    const statements = Object.values(resourcesOf(stack, "oci_identity_policy")).flatMap(
      (one) => one.statements,
    );
    expect(statements.sort()).toEqual([
      `Allow service objectstorage-eu-frankfurt-1 to manage object-family in compartment id ${COMPARTMENT} where target.bucket.name = 'acme-states'`,
      `Allow service objectstorage-eu-frankfurt-1 to use keys in compartment id ${KEYS} where target.key.id = '${KEY}'`,
    ]);
  });

  test("shows the backend block that other stacks take", () => {
    const stack = newStack();
    new StateBucket(stack, "states", { ...given, keepVersionsFor: Duration.days(30) });
    const { value } = synthesized(stack).output.states_backend;
    expect(value).toMatch(
      /^backend "oci" \{\n  bucket    = "acme-states"\n  namespace = "\$\{data\.oci_objectstorage_namespace\.\w+\.namespace\}"\n  region    = "eu-frankfurt-1"\n/,
    );
    expect(onlyResource(stack, "oci_objectstorage_object_lifecycle_policy").rules[0].time_amount).toBe("30");
  });

  test("is refused with all that is wrong, and leaves nothing behind", () => {
    const stack = newStack();
    const make = (props: any) => () => new StateBucket(stack, "states", props);
    for (const nothing of [undefined, null, {}]) {
      expect(problemCodesOf(make(nothing))).toEqual(Array(4).fill("ATTRIBUTE_MISSING"));
    }
    const variable = new TerraformVariable(stack, "name", { type: "string" }).stringValue;
    const wrong = {
      compartmentId: KEY,
      bucketName: variable,
      region: "Frankfurt",
      kmsKeyId: COMPARTMENT,
      keyCompartmentId: KEY,
      keepVersionsFor: Duration.hours(5),
      freeformTags: { "a b": "c" },
    };
    expect(problemCodesOf(make(wrong))).toEqual([
      "OCID_INVALID",
      "NAME_INVALID",
      "NAME_INVALID",
      "OCID_INVALID",
      "OCID_INVALID",
      "DURATION_INVALID",
      "TAG_INVALID",
    ]);
    expect(stack.node.tryFindChild("states")).toBeUndefined();
  });
});

describe("the backend of the bucket's own stack", () => {
  test.each([
    ["the bucket itself", given.bucketName, "eu-frankfurt-1", ["VALUE_INVALID"]],
    ["another bucket", "acme-other", "eu-frankfurt-1", []],
    ["a bucket of another region", given.bucketName, "eu-amsterdam-1", []],
  ])("in %s", (_, bucketName, region, codes) => {
    const app = Testing.app();
    const stack = newStack("states", app);
    new StateBucket(stack, "bucket", given);
    new OciStateBackend(stack, "backend", { ...backend, bucketName, region });
    const found: string[] = [];
    try {
      app.synth();
    } catch {
      found.push(...problemCodesOf(() => app.synth()));
    }
    expect(found).toEqual(codes);
  });
});

describe("the backend of a stack", () => {
  test("is Terraform's own for OCI, and the only one", () => {
    const stack = newStack("shop");
    expect(new OciStateBackend(stack, "backend", backend).key).toBe("shop.tfstate");
    expect(synthesized(stack).terraform.backend).toEqual({
      oci: { bucket: "acme-states", namespace: "acme", region: "eu-frankfurt-1", key: "shop.tfstate" },
    });
  });

  test("takes everything that can be set", () => {
    const stack = newStack("shop");
    const authentication = StateAuthentication.SECURITY_TOKEN;
    new OciStateBackend(stack, "backend", {
      ...backend,
      key: "prod/shop.tfstate",
      authentication,
      profile: "ci",
    });
    expect(synthesized(stack).terraform.backend.oci).toMatchObject({
      key: "prod/shop.tfstate",
      auth: "SecurityToken",
      config_file_profile: "ci",
    });
  });

  test("is read by the stacks that refer to what the stack makes", () => {
    const outdir = synthInto(fs.mkdtempSync(path.join(os.tmpdir(), "states-")), (app: App) => {
      const [network, shop] = ["network", "shop"].map((id) => newStack(id, app));
      new OciStateBackend(network!, "backend", backend);
      const vcn = new CoreVcn(network!, "vcn", { compartmentId: COMPARTMENT, cidrBlocks: ["10.0.0.0/16"] });
      new TerraformOutput(shop!, "id", { value: vcn.id });
    });
    const file = path.join(outdir, "stacks", "shop", "cdk.tf.json");
    const { data, output } = JSON.parse(fs.readFileSync(file, "utf8"));
    fs.rmSync(outdir, { recursive: true });
    expect(Object.values(data.terraform_remote_state)).toEqual([
      {
        backend: "oci",
        config: {
          bucket: "acme-states",
          namespace: "acme",
          region: "eu-frankfurt-1",
          key: "network.tfstate",
        },
        workspace: "${terraform.workspace}",
      },
    ]);
    expect(output.id.value).toContain("data.terraform_remote_state.");
  });

  test("is refused with all that is wrong", () => {
    const stack = newStack();
    const make = (props: any) => () => new OciStateBackend(stack, "backend", props);
    expect(problemCodesOf(make({}))).toEqual(Array(3).fill("ATTRIBUTE_MISSING"));
    const bucket = new StateBucket(stack, "states", given);
    const wrong = {
      bucketName: "a b",
      // A reference: Terraform reads the backend before all else.
      namespace: bucket.namespace,
      region: "x",
      key: "/shop",
      authentication: "password",
      profile: "a b",
    };
    expect(problemCodesOf(make(wrong)).sort()).toEqual(
      [...Array(5).fill("NAME_INVALID"), "VALUE_INVALID"].sort(),
    );
    expect(problemCodesOf(make({ ...backend, authentication: StateAuthentication.SECURITY_TOKEN }))).toEqual([
      "ATTRIBUTE_MISSING",
    ]);
    expect(() => new OciStateBackend(undefined as any, "backend", backend)).toThrow();
  });

  test("is refused where there is one, and an object that another stack keeps its state in", () => {
    const app = Testing.app();
    const [one, two] = ["one", "two"].map((id) => newStack(id, app));
    new OciStateBackend(one!, "backend", { ...backend, key: "shop.tfstate" });
    expect(
      problemCodesOf(() => new OciStateBackend(one!, "further", { ...backend, key: "other.tfstate" })),
    ).toEqual(["NAME_DUPLICATE"]);
    const [problem] = validationProblemsOf(
      () => new OciStateBackend(two!, "backend", { ...backend, key: "shop.tfstate" }),
    );
    expect(problem).toMatchObject({ code: "NAME_DUPLICATE", property: "key" });
    new LocalBackend(two!, {});
    expect(problemCodesOf(() => new OciStateBackend(two!, "further", backend))).toEqual(["NAME_DUPLICATE"]);
  });
});
