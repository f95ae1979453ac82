import { Duration } from "cdk8s";
import { TerraformStack, TerraformVariable } from "cdktf";
import { ArchiveRetention, AuditArchive, AuditScope, PrivateBucket } from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { ObjectstorageBucket } from "../../../lib/oci/objectstorage-bucket";
import { OciProvider } from "../../../lib/oci/provider";
import { COMPARTMENT, validationProblemsOf } from "../../support/stack";
import { bucketSnapshots, elasticsearchInCluster, inCluster, World } from "./support";

const NAME = "log-snapshots";

const snapshots = bucketSnapshots();

const RULE = [{ displayName: "keep", duration: { timeAmount: "90", timeUnit: "DAYS" } }];

/** A program whose logs have snapshots, with a bucket that the function adds. */
function withBucket(
  addBucket: (stack: TerraformStack) => void,
  destination = inCluster({ snapshots }),
): World {
  const world = new World();
  addBucket(world.stack);
  world.logging({ destination });
  return world;
}

const bucket = (stack: TerraformStack, props: object = {}) =>
  new ObjectstorageBucket(stack, "kept", {
    ...{ compartmentId: COMPARTMENT, namespace: "acme", name: NAME, retentionRules: RULE },
    ...props,
  });

describe("snapshots of logs in a bucket with a retention rule", () => {
  test.each([
    ["OpenSearch", () => inCluster({ snapshots })],
    ["Elasticsearch", () => elasticsearchInCluster({ snapshots })],
  ])("are rejected for %s, with the archive that the bucket belongs to", (_store, destination) => {
    const { chart } = withBucket((stack) => {
      new AuditArchive(stack, "audit", {
        compartmentId: COMPARTMENT,
        kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.test",
        region: "eu-frankfurt-1",
        audit: AuditScope.compartment(COMPARTMENT),
        bucketName: NAME,
        retention: ArchiveRetention.of(Duration.days(365)),
      });
    }, destination());
    const [problem, ...others] = validationProblemsOf(() => objectsOf(chart));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      code: "LOG_DESTINATION_INVALID",
      path: "logging/logging",
      property: "destination",
      what: expect.stringContaining("stack/audit"),
    });
  });

  test.each<[string, (stack: TerraformStack) => void]>([
    ["a resource of Terraform", (stack) => bucket(stack)],
    [
      "an override of a resource",
      (stack) => bucket(stack, { retentionRules: undefined }).addOverride("retention_rules", RULE),
    ],
    [
      "a bucket whose region is a variable",
      (stack) => {
        const { stringValue: region } = new TerraformVariable(stack, "region", {});
        bucket(stack, { provider: new OciProvider(stack, "any", { region, alias: "any" }) });
      },
    ],
  ])("are rejected for %s", (_kind, addBucket) => {
    const { chart } = withBucket(addBucket);
    expect(validationProblemsOf(() => objectsOf(chart))).toMatchObject([{ code: "LOG_DESTINATION_INVALID" }]);
  });

  test.each<[string, (stack: TerraformStack) => void]>([
    ["another bucket has the rule", (stack) => bucket(stack, { name: "audit" })],
    [
      "the bucket has no rule",
      (stack) => {
        new PrivateBucket(stack, "snapshots", {
          ...{ compartmentId: COMPARTMENT, bucketName: NAME },
          kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.test",
        });
      },
    ],
    [
      "the bucket of that name is of a stack for another region",
      (stack) => {
        const other = new TerraformStack(stack.node.root, "zurich");
        new OciProvider(other, "oci", { region: "eu-zurich-1" });
        bucket(other);
      },
    ],
    [
      "the provider of the bucket is for another region",
      (stack) =>
        bucket(stack, {
          provider: new OciProvider(stack, "zurich", { region: "eu-zurich-1", alias: "zurich" }),
        }),
    ],
  ])("are accepted if %s", (_reason, addBucket) => {
    expect(() => objectsOf(withBucket(addBucket).chart)).not.toThrow();
  });
});
