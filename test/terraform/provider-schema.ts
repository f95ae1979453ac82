import * as fs from "node:fs";
import * as path from "node:path";

/** The part of the format of `terraform providers schema -json` that the tests use. */
export interface Block {
  readonly attributes?: { readonly [name: string]: Attribute };
  readonly block_types?: { readonly [name: string]: NestedBlock };
}

export interface Attribute {
  readonly type: AttributeType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
}

export type AttributeType =
  | "string"
  | "number"
  | "bool"
  | ["list" | "set" | "map", AttributeType]
  | ["object", { readonly [name: string]: AttributeType }];

export interface NestedBlock {
  readonly nesting_mode: "single" | "list" | "set" | "map";
  readonly block: Block;
  readonly min_items?: number;
  readonly max_items?: number;
}

export interface Schema {
  readonly version: number;
  readonly block: Block;
}

export interface ProviderSchema {
  readonly provider: Schema;
  readonly resource_schemas: { readonly [type: string]: Schema };
  readonly data_source_schemas: { readonly [type: string]: Schema };
}

export const PROVIDER = "registry.terraform.io/oracle/oci";

/** The schema from which the bindings are generated. */
export function curatedSchema(): ProviderSchema {
  const file = path.join(__dirname, "../../lib/oci/schema.json");
  return JSON.parse(fs.readFileSync(file, "utf8")).provider_schemas[PROVIDER];
}

const NESTING = { single: 1, list: 2, set: 3, map: 4 };

/** Converts the schema to a message of the plugin protocol. */
export function schemaMessage(schema: ProviderSchema): object {
  return {
    provider: schemaOf(schema.provider),
    resource_schemas: schemasOf(schema.resource_schemas),
    data_source_schemas: schemasOf(schema.data_source_schemas),
  };
}

function schemasOf(schemas: { readonly [type: string]: Schema }): object {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, schemaOf(schema)]));
}

function schemaOf({ version, block }: Schema): object {
  return { version, block: blockMessage(block) };
}

function blockMessage(block: Block): object {
  return {
    attributes: Object.entries(block.attributes ?? {}).map(([name, attribute]) => ({
      ...attribute,
      name,
      // The protocol carries types as the JSON of the schema file.
      type: Buffer.from(JSON.stringify(attribute.type)),
    })),
    block_types: Object.entries(block.block_types ?? {}).map(([name, nested]) => ({
      type_name: name,
      block: blockMessage(nested.block),
      nesting: NESTING[nested.nesting_mode],
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
  };
}
