import * as readers from "../../lib/core/readers";
import { Duration, Size } from "cdk8s";
import { TerraformVariable } from "cdktf";
import { type PropsSchema, readProps, type Resolved } from "../../lib/core/readers";
import { Problems } from "../../lib/core/validation-error";
import { BastionClients } from "../../lib/network/bastion/bastion";
import { newStack, validationProblemsOf } from "../support/stack";

/** What a reader makes of a value, and the codes and properties of the problems that it adds. */
function reading(reader: readers.PropReader, value: unknown, name = "name") {
  const problems = new Problems("test");
  const read = reader(problems, name, value);
  const found = problems.any ? validationProblemsOf(() => problems.throwIfAny()) : [];
  return { read, problems: found.map(({ code, property }) => `${code} ${property}`) };
}

const reference = () => new TerraformVariable(newStack(), "v", {}).stringValue;
const { cidr, cidrOrReference, cidrs, duration, literalCidrs, ocid, wholeDuration, wholeNumber, wholeSize } =
  readers;
enum Tier {
  GOLD = "gold",
  TIN = "tin",
}

test.each<[string, readers.PropReader, unknown, unknown]>([
  ["text", readers.text(), "shop", "shop"],
  ["a boolean", readers.boolean(), false, false],
  ["any value", readers.any(), 0, 0],
  ["a number in its range", wholeNumber({ least: 0, most: 3 }), 0, 0],
  ["a number without an upper limit", wholeNumber({ least: 1 }), 1e6, 1e6],
  ["a port", readers.portNumber(), 65_535, 65_535],
  ["a choice", readers.choice(Tier, "Tier.GOLD"), "tin", "tin"],
  ["text of a pattern", readers.matching(/^a+$/, "Write a"), "aa", "aa"],
  ["the name of an object", readers.objectName(), "web-1", "web-1"],
  ["a subdomain", readers.subdomainName(), "web.shop", "web.shop"],
  ["a display name", readers.displayName(), "My shop", "My shop"],
  ["an OCID", ocid("vcn"), "ocid1.vcn.oc1..test", "ocid1.vcn.oc1..test"],
  ["a reason", readers.reasonFor("It"), "Partners connect", "Partners connect"],
  ["a reason of a rule", readers.ruleReasonFor("It"), "Partners connect", "Partners connect"],
  ["a list", readers.listOf(readers.text(), "a list"), ["a", "b"], ["a", "b"]],
  ["a map", readers.mapOf(wholeNumber({ least: 0 }), "an object"), { a: 1 }, { a: 1 }],
  ["a value of other members", readers.kind(["a"], "it"), { a: 1, b: 2 }, { a: 1, b: 2 }],
  ["whole seconds", wholeDuration("seconds", { least: 1 }), Duration.minutes(2), 120],
  ["whole hours", wholeDuration("hours", { least: 1, most: 24 }), Duration.days(1), 24],
  ["whole gibibytes", wholeSize("gibibytes", { least: 50 }), Size.tebibytes(1), 1024],
  ["whole kibibytes", wholeSize("kibibytes", { least: 1 }), Size.mebibytes(1), 1024],
  ["another form of a value", readers.mapped(readers.text(), (text) => text.length), "shop", 4],
  ["a value left out", readers.optional(readers.text()), undefined, undefined],
  ["a value with a default", readers.withDefault(readers.text(), "shop"), undefined, "shop"],
  ["a value beside a default", readers.withDefault(readers.text(), "shop"), "web", "web"],
])("reads %s", (_, reader, value, read) => {
  expect(reading(reader, value)).toEqual({ read, problems: [] });
});

test.each<[string, readers.PropReader, unknown, string]>([
  ["text that is a number", readers.text(), 7, "VALUE_INVALID"],
  ["a missing text", readers.text(), undefined, "ATTRIBUTE_MISSING"],
  ["a boolean in quotes", readers.boolean(), "true", "VALUE_INVALID"],
  ["a missing value", readers.any(), null, "ATTRIBUTE_MISSING"],
  ["a fraction", wholeNumber({ least: 0 }), 1.5, "COUNT_INVALID"],
  ["a number below its range", wholeNumber({ least: 1, most: 3 }), 0, "COUNT_INVALID"],
  ["a number above its range", wholeNumber({ least: 1, most: 3, code: "VALUE_INVALID" }), 4, "VALUE_INVALID"],
  ["a number that is not known yet", wholeNumber({ least: 1 }), reference(), "COUNT_INVALID"],
  ["a missing number", wholeNumber({ least: 1 }), undefined, "ATTRIBUTE_MISSING"],
  ["an invalid port number", readers.portNumber(), 0, "PORT_INVALID"],
  ["another choice", readers.choice(Tier, "Tier.GOLD"), "GOLD", "VALUE_INVALID"],
  ["text of another pattern", readers.matching(/^a+$/, "Write a"), "b", "NAME_INVALID"],
  ["a reference for text of a pattern", readers.matching(/a/, "Write a"), reference(), "NAME_INVALID"],
  ["an invalid name", readers.objectName(), "Web", "NAME_INVALID"],
  ["an invalid subdomain", readers.subdomainName(), "web..shop", "NAME_INVALID"],
  ["a blank display name", readers.displayName(), " ", "NAME_INVALID"],
  ["an OCID of another kind", ocid("vcn"), "ocid1.subnet.oc1..test", "OCID_INVALID"],
  ["a missing OCID", ocid("vcn"), undefined, "ATTRIBUTE_MISSING"],
  ["a blank reason", readers.reasonFor("It"), " ", "REASON_MISSING"],
  ["a value without the members", readers.kind(["a"], "it"), { b: 2 }, "VALUE_INVALID"],
  ["a text instead of a list", readers.listOf(readers.text(), "a list"), "a", "VALUE_INVALID"],
  ["a list instead of a map", readers.mapOf(readers.text(), "an object"), ["a"], "VALUE_INVALID"],
  ["an optional null", readers.optional(readers.text()), null, "VALUE_INVALID"],
  ["a default of null", readers.withDefault(readers.text(), "shop"), null, "VALUE_INVALID"],
  ["a duration in seconds", wholeDuration("seconds", { least: 1 }), 30, "VALUE_INVALID"],
  [
    "a duration that is too short",
    duration("minutes", { least: 1 }),
    Duration.seconds(30),
    "DURATION_INVALID",
  ],
  ["a missing duration", duration("minutes", { least: 1 }), undefined, "ATTRIBUTE_MISSING"],
  ["a size in text", wholeSize("gibibytes", { least: 1 }), "1Gi", "VALUE_INVALID"],
  ["a size that is not whole", wholeSize("gibibytes", { least: 1 }), Size.mebibytes(1500), "SIZE_INVALID"],
  ["a missing size", readers.size("gibibytes", { least: 1 }), undefined, "ATTRIBUTE_MISSING"],
])("reports %s", (_, reader, value, code) => {
  expect(reading(reader, value)).toEqual({ read: undefined, problems: [`${code} name`] });
});

test("the fix for a duration and a size gives the range and an example", () => {
  const problems = new Problems("test");
  const range = { least: 1800, most: 10_800, example: "Duration.hours(1)" };
  wholeDuration("seconds", range)(problems, "maxSessionTtl", Duration.seconds(10));
  duration("days", { least: 1 })(problems, "age", Duration.hours(36));
  wholeSize("gibibytes", { least: 50 })(problems, "size", Size.gibibytes(5));
  expect(validationProblemsOf(() => problems.throwIfAny()).map(({ what, fix }) => [what, fix])).toEqual([
    ["maxSessionTtl is 10 seconds", "Give 1,800 to 10,800 seconds, for example Duration.hours(1)"],
    [
      "age is 1 day 12 hours, which is not a whole number of days",
      "Give 1 or more days, for example Duration.days(30)",
    ],
    ["size is 5Gi", "Give 50 or more GiB, for example Size.gibibytes(50)"],
  ]);
});

test("readers of durations and sizes return the value itself", () => {
  const [hour, disk] = [Duration.hours(1), Size.gibibytes(50)];
  expect(reading(duration("seconds", { least: 1 }), hour).read).toBe(hour);
  expect(reading(readers.size("gibibytes", { least: 1 }), disk).read).toBe(disk);
});

describe("a CIDR block", () => {
  const block = { text: "10.0.0.0/24", family: 4, prefix: 24, first: 167772160n, last: 167772415n };

  test("is parsed by its reader", () => {
    expect(reading(cidr(), "10.0.0.0/24").read).toEqual(block);
    expect(reading(cidr({ ipv6: true }), "2001:db8::/64").read).toMatchObject({ family: 6, prefix: 64 });
    expect(reading(cidrOrReference(), "10.0.0.0/24").read).toEqual({ text: "10.0.0.0/24", block });
    expect(reading(cidrs(), ["10.0.0.0/24"]).read).toEqual([{ text: "10.0.0.0/24", block }]);
    expect(reading(literalCidrs(), ["10.0.0.0/24"]).read).toEqual([block]);
  });

  test("may be a reference where its value does not matter", () => {
    const text = reference();
    expect(reading(cidrOrReference(), text)).toEqual({ read: { text }, problems: [] });
    expect(reading(cidrs(), [text])).toEqual({ read: [{ text }], problems: [] });
    expect(reading(literalCidrs(), [text], "cidrs")).toEqual({
      read: undefined,
      problems: ["CIDR_INVALID cidrs"],
    });
    expect(reading(cidr(), text, "cidr")).toEqual({ read: undefined, problems: ["CIDR_INVALID cidr"] });
  });

  test.each([
    [undefined, "CIDR_INVALID"],
    ["10.0.0.1/24", "CIDR_HOST_BITS"],
    ["2001:db8::/64", "CIDR_IPV6"],
  ])("is reported where it is %s", (value, code) => {
    expect(reading(cidrOrReference(), value, "cidr")).toEqual({
      read: undefined,
      problems: [`${code} cidr`],
    });
    expect(reading(cidrs(), [value], "cidrs")).toEqual({ read: undefined, problems: [`${code} cidrs`] });
  });
});

describe("a value of the library", () => {
  const reader = readers.valueOf(BastionClients);
  const clients = BastionClients.from(["192.0.2.0/24"]);

  test("is read by its members, so that it may come from another copy of the library", () => {
    expect(reading(reader, clients).read).toBe(clients);
    const copy = { ...clients };
    expect(reading(reader, copy)).toEqual({ read: copy, problems: [] });
    const network = { vcnId: "ocid1.vcn.oc1..test" };
    expect(reading(readers.valueOf("IClusterNetwork"), network, "network").problems).toEqual([
      "VALUE_INVALID network",
    ]);
  });

  test("is reported with its factories", () => {
    const problems = new Problems("test");
    reader(problems, "clients", undefined);
    reader(problems, "clients", "192.0.2.0/24");
    expect(validationProblemsOf(() => problems.throwIfAny())).toEqual([
      expect.objectContaining({
        code: "ATTRIBUTE_MISSING",
        fix: expect.stringContaining("BastionClients.from("),
      }),
      expect.objectContaining({ code: "VALUE_INVALID", what: 'clients is "192.0.2.0/24"' }),
    ]);
  });

  test("must be in the table of public types", () => {
    expect(() => readers.valueOf("Unheard")).toThrow(/^Bug in secure-oke: Unheard/);
  });
});

test("checkedBy checks only values that were read, and drops those with problems", () => {
  const check = jest.fn((problems: Problems, name: string, value: string) => {
    if (value === "bad") problems.add("NAME_INVALID", `${name} is bad`, "Write good");
  });
  const reader = readers.checkedBy(readers.text(), check);
  expect(reading(reader, 7).problems).toEqual(["VALUE_INVALID name"]);
  expect(check).not.toHaveBeenCalled();
  expect(reading(reader, "bad")).toEqual({ read: undefined, problems: ["NAME_INVALID name"] });
  expect(reading(reader, "good").read).toBe("good");
});

test("uniqueListOf reports duplicates beside other problems", () => {
  const reader = readers.uniqueListOf(readers.objectName(), "a list", { fix: "Give each once" });
  expect(reading(reader, ["web", "db", "web", "Web"])).toEqual({
    read: ["web", "db", "web"],
    problems: ["NAME_INVALID name[3]", "NAME_DUPLICATE name"],
  });
});

test("lists and maps report every entry by its place, and keep the others", () => {
  const number = wholeNumber({ least: 1 });
  expect(reading(readers.listOf(number, "a list"), [0, 1, 2.5])).toEqual({
    read: [1],
    problems: ["COUNT_INVALID name[0]", "COUNT_INVALID name[2]"],
  });
  expect(reading(readers.mapOf(number, "an object"), { a: 0, b: 1 })).toEqual({
    read: { b: 1 },
    problems: ["COUNT_INVALID name.a"],
  });
});

interface ShopProps {
  readonly name: string;
  readonly replicas?: number;
  readonly region?: string;
  readonly choice?: { readonly reason: string };
}

const SHOP = {
  name: readers.objectName(),
  replicas: readers.withDefault(wholeNumber({ least: 1 }), 2),
  region: readers.optional(readers.text()),
  choice: readers.optional(readers.objectOf({ reason: readers.reasonFor("The shop") })),
} satisfies PropsSchema<ShopProps>;

describe("readProps", () => {
  test("fills in defaults, and throws nothing", () => {
    const problems = new Problems("test");
    const shop: Resolved<typeof SHOP> = problems.resolved(readProps(problems, { name: "web" }, SHOP));
    const replicas: number = shop.replicas;
    expect({ ...shop, replicas }).toEqual({ name: "web", replicas: 2, region: undefined, choice: undefined });
  });

  test("reports the problems of all props, and those of nested ones by their place", () => {
    const problems = new Problems("test");
    const shop = readProps(problems, { name: "Web", replicas: 0, region: 7, choice: { reason: "" } }, SHOP);
    expect(shop).toEqual({});
    const found = validationProblemsOf(() => problems.resolved(shop));
    expect(found.map(({ code, property }) => [code, property])).toEqual([
      ["NAME_INVALID", "name"],
      ["COUNT_INVALID", "replicas"],
      ["VALUE_INVALID", "region"],
      ["REASON_MISSING", "choice.reason"],
    ]);
  });

  test("reports props of another kind at once, and each missing prop of props that are missing", () => {
    const read = (props: unknown) => validationProblemsOf(() => readProps(new Problems("test"), props, SHOP));
    expect(read("web")).toMatchObject([{ code: "VALUE_INVALID", property: "props" }]);
    for (const props of [undefined, null]) {
      const problems = new Problems("test");
      readProps(problems, props, SHOP);
      expect(validationProblemsOf(() => problems.throwIfAny())).toMatchObject([
        { code: "NAME_INVALID", property: "name" },
      ]);
    }
  });

  test("keeps what it reads under the names of the schema only", () => {
    const problems = new Problems("test");
    const props = { name: "web", other: 1 };
    expect(Object.keys(readProps(problems, props, SHOP))).toEqual(["name", "replicas", "region", "choice"]);
  });

  test("does not compile for a schema that lacks a prop, or has a reader of another presence", () => {
    const checkSchema = <P>(schema: PropsSchema<P>) => Object.keys(schema);
    const { choice, ...withoutChoice } = SHOP;
    // @ts-expect-error The prop `choice` has no reader.
    expect(checkSchema<ShopProps>(withoutChoice)).not.toContain("choice");
    const required = { ...withoutChoice, choice: readers.any() };
    // @ts-expect-error The prop `choice` may be left out.
    expect(checkSchema<ShopProps>(required)).toContain("choice");
    const nameless = { ...withoutChoice, choice, name: readers.optional(readers.text()) };
    // @ts-expect-error The prop `name` must be given.
    expect(checkSchema<ShopProps>(nameless)).toContain("name");
  });
});

test("the tags of a construct are read as checkTags checks them", () => {
  const { freeformTags, definedTags } = readers.taggingReaders(["ManagedBy"]);
  expect(reading(freeformTags, { team: "shop" }, "freeformTags")).toEqual({
    read: { team: "shop" },
    problems: [],
  });
  expect(reading(definedTags, undefined, "definedTags")).toEqual({ read: undefined, problems: [] });
  const eight = Object.fromEntries(Array.from({ length: 8 }, (__, index) => [`t${index}`, "x"]));
  expect(reading(freeformTags, eight, "freeformTags").problems).toEqual(["TAG_INVALID freeformTags"]);
  expect(reading(definedTags, { cost: "x" }, "definedTags").problems).toEqual(["TAG_INVALID definedTags"]);
});
