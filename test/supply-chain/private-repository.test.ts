import { Duration } from "cdk8s";
import { type TerraformStack } from "cdktf";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { resolveReference } from "../../lib/core/terraform-text";
import { OciProvider } from "../../lib/oci/provider";
import {
  ImageRetention,
  PrivateRepository,
  type PrivateRepositoryProps,
  TagMutability,
} from "../../lib/supply-chain/private-repository";
import { ImageScanning, RepositoryScanning } from "../../lib/supply-chain/image-scanning";
import {
  COMPARTMENT,
  newStack,
  onlyResource,
  validationProblemsOf,
  problemCodesOf,
  resourcesOf,
  synthesized,
} from "../support/stack";

const OTHER = "ocid1.compartment.oc1..existing-other";
const TARGET = "oci_vulnerability_scanning_container_scan_target";

function repository(stack: TerraformStack, id = "web", props: Partial<PrivateRepositoryProps> = {}) {
  return new PrivateRepository(stack, id, {
    compartmentId: COMPARTMENT,
    repositoryName: `shop/${id}`,
    ...props,
  });
}

describe("a private repository", () => {
  test("is private, has immutable tags, and can't be destroyed", () => {
    const stack = newStack();
    const { repositoryId, namespace } = repository(stack);
    expect(onlyResource(stack, "oci_artifacts_container_repository")).toMatchObject({
      compartment_id: COMPARTMENT,
      display_name: "shop/web",
      is_public: false,
      is_immutable: true,
      lifecycle: { prevent_destroy: true },
    });
    for (const [value, attribute] of [
      [repositoryId, "id"],
      [namespace, "namespace"],
    ] as const) {
      expect(resolveReference(stack, value)).toMatch(
        new RegExp(`^\\$\\{oci_artifacts_container_repository\\.\\w+\\.${attribute}\\}$`),
      );
    }
    expect(synthesized(stack).output).toBeUndefined();
  });

  test("is scanned with the other repositories of its compartment, after the policy of the scanning", () => {
    const stack = newStack();
    repository(stack, "worker");
    repository(stack, "web");
    expect(onlyResource(stack, "oci_vulnerability_scanning_container_scan_recipe")).toMatchObject({
      image_count: 4,
      scan_settings: { scan_level: "STANDARD" },
    });
    expect(onlyResource(stack, TARGET)).toMatchObject({
      target_registry: {
        type: "OCIR",
        compartment_id: COMPARTMENT,
        repositories: ["shop/web", "shop/worker"],
      },
      depends_on: [expect.stringContaining("oci_identity_policy")],
    });
    expect(onlyResource(stack, "oci_identity_policy").statements).toEqual([
      `Allow service vulnerability-scanning-service to read repos in compartment id ${COMPARTMENT}`,
      `Allow service vulnerability-scanning-service to read compartments in compartment id ${COMPARTMENT}`,
    ]);
  });

  test("of another compartment has its own scanning, without renaming the others", () => {
    const [one, two] = [newStack(), newStack()];
    repository(one);
    repository(two);
    repository(two, "other", { compartmentId: OTHER });
    const [id] = Object.keys(resourcesOf(one, TARGET));
    const all = resourcesOf(two, TARGET);
    expect(Object.keys(all)).toHaveLength(2);
    expect(all[id!]).toEqual(resourcesOf(one, TARGET)[id!]);
  });

  test("creates the policy with the provider of any of the repositories", () => {
    const stack = newStack();
    const homeRegionProvider = new OciProvider(stack, "home", { region: "eu-amsterdam-1", alias: "home" });
    repository(stack, "web");
    repository(stack, "worker", { homeRegionProvider });
    expect(onlyResource(stack, "oci_identity_policy").provider).toBe("oci.home");
  });

  test("accepts every prop, and records the reasons", () => {
    const stack = newStack();
    const { isImmutable, scanning } = repository(stack, "cache", {
      tagMutability: TagMutability.mutable({ reason: "Layers of builds only" }),
      scanning: RepositoryScanning.none({ reason: "Nothing runs from it" }),
      retention: ImageRetention.of({ keepNewest: 20, olderThan: Duration.days(30) }),
      readme: "# Cache",
      freeformTags: { team: "shop" },
    });
    expect([isImmutable, scanning]).toEqual([false, undefined]);
    expect(onlyResource(stack, "oci_artifacts_container_repository")).toMatchObject({
      is_immutable: false,
      is_public: false,
      readme: { content: "# Cache", format: "TEXT_MARKDOWN" },
      freeform_tags: { team: "shop" },
    });
    expect(resourcesOf(stack, TARGET)).toEqual({});
    expect(Acknowledgements.of(stack).map(({ practice, reason }) => [practice, reason])).toEqual([
      ["immutable-containers", "Layers of builds only"],
      ["small-images", "Nothing runs from it"],
    ]);
  });

  test("is scanned by the given scanning", () => {
    const stack = newStack();
    const scanning = new ImageScanning(stack, "scanning", {
      compartmentId: COMPARTMENT,
      repositories: ["legacy"],
      imageCount: 10,
    });
    expect(repository(stack, "web", { scanning: RepositoryScanning.by(scanning) }).scanning).toBe(scanning);
    expect(onlyResource(stack, TARGET).target_registry.repositories).toEqual(["legacy", "shop/web"]);
    expect(onlyResource(stack, "oci_vulnerability_scanning_container_scan_recipe").image_count).toBe(10);
  });

  test("has an output with the command that deletes expired images, quoted for a shell", () => {
    const stack = newStack();
    repository(stack, "web", { retention: ImageRetention.of({ keepNewest: 5 }) });
    const { value } = synthesized(stack).output.web_clean_up;
    expect(value).toContain(
      `--compartment-id ${COMPARTMENT} --repository-id \${oci_artifacts_container_repository.`,
    );
    expect(value).toContain(
      `--query "join(' ', reverse(sort_by(data.items, &\\"time-created\\"))[5:][?\\"time-created\\" < '$(date -u -d '90 days ago' +%Y-%m-%d)'].id)"`,
    );
    expect(value).toMatch(/ \| xargs -r -n 1 oci artifacts container image delete --force --image-id$/);
  });

  test("is refused with all problems together, and creates nothing", () => {
    const stack = newStack();
    const make = (props: any) => () => new PrivateRepository(stack, "web", props);
    for (const nothing of [undefined, null, {}]) {
      expect(problemCodesOf(make(nothing))).toEqual(["ATTRIBUTE_MISSING", "ATTRIBUTE_MISSING"]);
    }
    const wrong = {
      compartmentId: "ocid1.vcn.oc1..other",
      repositoryName: "Shop/Web",
      tagMutability: "mutable",
      scanning: true,
      retention: 30,
      readme: 5,
      homeRegionProvider: "home",
      freeformTags: { "a b": "c" },
    };
    expect(problemCodesOf(make(wrong)).sort()).toEqual(
      ["NAME_INVALID", "OCID_INVALID", "TAG_INVALID", ...Array(5).fill("VALUE_INVALID")].sort(),
    );
    expect(stack.node.tryFindChild("web")).toBeUndefined();
  });

  test.each([
    "",
    "/web",
    "web/",
    "shop//web",
    "shop/web:1",
    "fra.ocir.io/acme/web@sha256:0",
    "shop web",
    "a".repeat(256),
  ])("refuses the name %j", (repositoryName) => {
    const [problem] = validationProblemsOf(() => repository(newStack(), "web", { repositoryName }));
    expect(problem).toMatchObject({ code: "NAME_INVALID", what: expect.stringContaining("repositoryName") });
  });

  test("refuses the name of another repository, and a scanning of another compartment", () => {
    const stack = newStack();
    repository(stack);
    expect(problemCodesOf(() => repository(stack, "again", { repositoryName: "shop/web" }))).toEqual([
      "NAME_DUPLICATE",
    ]);
    const scanning = new ImageScanning(stack, "scanning", { compartmentId: OTHER, repositories: ["legacy"] });
    const by = RepositoryScanning.by(scanning);
    expect(problemCodesOf(() => repository(stack, "worker", { scanning: by }))).toEqual(["VALUE_INVALID"]);
  });

  test("refuses an invalid retention of images", () => {
    for (const options of [undefined, {}, { keepNewest: 0 }, { keepNewest: 1.5 }, { keepNewest: "20" }]) {
      expect(() => ImageRetention.of(options as any)).toThrow();
    }
    expect(problemCodesOf(() => ImageRetention.of({ keepNewest: -1, olderThan: Duration.hours(5) }))).toEqual(
      ["COUNT_INVALID", "DURATION_INVALID"],
    );
    expect(
      problemCodesOf(() => ImageRetention.of({ keepNewest: 1, olderThan: Duration.days(4000) })),
    ).toEqual(["DURATION_INVALID"]);
    const { keepNewest, olderThan } = ImageRetention.of({ keepNewest: 3 });
    expect([ImageRetention.keepAll().keepNewest, keepNewest, olderThan?.toDays()]).toEqual([
      undefined,
      3,
      90,
    ]);
  });

  test("rejects exceptions without a reason", () => {
    expect(problemCodesOf(() => TagMutability.mutable({ reason: " " }))).toEqual(["REASON_MISSING"]);
    expect(problemCodesOf(() => RepositoryScanning.none({ reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(() => RepositoryScanning.by({} as any)).toThrow();
  });
});

describe("a scanning of images", () => {
  test("is refused with all problems together", () => {
    const stack = newStack();
    const make = (props: any) => () => new ImageScanning(stack, "scanning", props);
    expect(problemCodesOf(make({}))).toEqual(["ATTRIBUTE_MISSING"]);
    const wrong = {
      compartmentId: "x",
      repositories: ["Shop"],
      imageCount: -1,
      freeformTags: { "a b": "c" },
    };
    expect(problemCodesOf(make(wrong))).toEqual([
      "OCID_INVALID",
      "NAME_INVALID",
      "COUNT_INVALID",
      "TAG_INVALID",
    ]);
    expect(problemCodesOf(make({ compartmentId: COMPARTMENT, repositories: [] }))).toEqual(["COUNT_INVALID"]);
  });

  test("without a repository is refused at synthesis: it would scan the whole compartment", () => {
    const stack = newStack();
    new ImageScanning(stack, "scanning", { compartmentId: COMPARTMENT });
    expect(problemCodesOf(() => synthesized(stack))).toEqual(["COUNT_INVALID"]);
  });
});
