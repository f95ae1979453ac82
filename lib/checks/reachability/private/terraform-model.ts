import { Problems } from "../../../core/validation-error";

/** A value of an object whose shape nobody promised. */
export type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any

/** A resource or data source of a configuration. */
export interface Resource {
  /** Names it among all documents. */
  readonly key: string;
  /** Such as `oci_core_vcn.main`, as Terraform says it. */
  readonly address: string;
  readonly type: string;
  readonly body: Json;
  readonly document: number;
}

/** What a value of the configuration is: a literal, an attribute of a resource, or not known before Terraform runs. */
export type Resolved =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "resource"; readonly resource: Resource; readonly attribute: string }
  | { readonly kind: "unknown"; readonly text: string };

const REFERENCE =
  /^\$\{((?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*)(\[(?:\d+|"[^"]*")\])?\.(\w+)((?:\[\d+\]|\.\w+)*)\}$/;
const LOCAL = /^\$\{local\.([\w-]+)\}$/;
const REMOTE = /^\$\{(data\.terraform_remote_state\.([\w-]+))\.outputs\.([\w-]+)\}$/;
/** How cdktf names the state of another stack. */
const CROSS_STACK = "cross-stack-reference-input-";
const DEEPEST = 20;

/** One or many, or none: Terraform's JSON writes a block as an object or as a list of them. */
export function asList(value: Json): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The blocks of one name in a resource; undefined stands for blocks that Terraform makes itself, of which nothing is known. */
export function blocksOf(body: Json, name: string): (Json | undefined)[] {
  const dynamic = asList(body?.dynamic).flatMap((all) => asList(all?.[name]));
  const made = dynamic.flatMap(({ content }) => {
    const contents = asList(content);
    return contents.length > 0 ? contents : [undefined];
  });
  const written = asList(body?.[name]);
  return [...written.map((block) => (typeof block === "object" ? block : undefined)), ...made];
}

/** The one block of a name; empty where there is none. */
export function blockOf(body: Json, name: string): Json {
  return blocksOf(body, name)[0] ?? {};
}

/** Whether some blocks of that name are made by Terraform, so that there may be none or many. */
export function isDynamic(body: Json, name: string): boolean {
  return asList(body?.dynamic).some((all) => all?.[name] !== undefined);
}

function named(section: Json): [string, Json][] {
  return asList(section).flatMap((all) => Object.entries<Json>(all));
}

function parse(text: string, index: number): Json {
  const problems = new Problems("Reachability");
  let read: Json;
  try {
    read = JSON.parse(text);
  } catch (error) {
    problems.add(
      "CONFIGURATION_UNREADABLE",
      `terraform[${index}] is not JSON: ${(error as Error).message}`,
      "Give the text of a cdk.tf.json or another *.tf.json file",
    );
  }
  if (!problems.any && (typeof read !== "object" || read === null || Array.isArray(read))) {
    problems.add(
      "CONFIGURATION_UNREADABLE",
      `terraform[${index}] is JSON, but no object`,
      "Give the text of a cdk.tf.json or another *.tf.json file",
    );
  }
  problems.throwIfAny();
  return read;
}

/** The resources of several Terraform configurations and what refers to what. */
export class TerraformModel {
  /** The calls of modules, of which nothing is read. */
  public readonly modules: string[];
  private readonly documents: Json[];
  private readonly byKey = new Map<string, Resource>();
  private readonly byType = new Map<string, Resource[]>();

  constructor(texts: readonly string[]) {
    this.documents = texts.map(parse);
    this.modules = this.documents.flatMap(({ module }) => named(module).map(([name]) => `module.${name}`));
    this.documents.forEach((document, index) => {
      this.readSection(document.resource, index, "");
      this.readSection(document.data, index, "data.");
    });
  }

  public get isEmpty(): boolean {
    return this.documents.length === 0;
  }

  /** The resources of a type, without those that Terraform makes zero times. */
  public ofType(type: string): readonly Resource[] {
    return this.byType.get(type) ?? [];
  }

  /** The resources of an address: one of each document that has it. */
  public find(address: string): Resource[] {
    const [, base = address, index = ""] = /^(.*?)(\[[^\]]*\])?$/.exec(address) ?? [];
    return this.documents.flatMap((_, document) => {
      const found = this.byKey.get(`${document}:${base}`);
      return found ? [withIndex(found, index)] : [];
    });
  }

  /** What a value of a resource is. */
  public resolve(value: Json, document: number | undefined, depth = 0): Resolved {
    if (typeof value !== "string" || !/[$%]\{/.test(value)) return { kind: "literal", value };
    if (depth > DEEPEST) return { kind: "unknown", text: value };
    if (document === undefined) return this.resolveAnywhere(value);
    const local = LOCAL.exec(value)?.[1];
    const locals = local === undefined ? [] : named(this.documents[document].locals);
    const found = locals.find(([name]) => name === local);
    if (found) return this.resolve(found[1], document, depth + 1);
    return this.resolveRemote(value, document, depth) ?? this.resolveReference(value, document, depth);
  }

  /** A reference of a manifest, which does not say what stack it is of. */
  private resolveAnywhere(value: string): Resolved {
    const all = this.documents.map((_, document) => this.resolve(value, document));
    const hits = all.filter(({ kind }) => kind !== "unknown");
    return hits.length === 1 && hits[0] ? hits[0] : { kind: "unknown", text: value };
  }

  private resolveRemote(value: string, document: number, depth: number): Resolved | undefined {
    const [, address, name = "", output] = REMOTE.exec(value) ?? [];
    if (address === undefined) return undefined;
    const state = this.byKey.get(`${document}:${address}`)?.body;
    const hits = this.documents.flatMap((other, index) =>
      named(isStateOf(other, name, state) ? other.output : undefined)
        .filter(([key]) => key === output)
        .map(([, body]) => ({ index, value: asList(body)[0]?.value })),
    );
    const [hit] = hits;
    if (!hit || hits.length > 1) return { kind: "unknown", text: value };
    return this.resolve(hit.value, hit.index, depth + 1);
  }

  private resolveReference(value: string, document: number, depth: number): Resolved {
    const [, base = "", index = "", attribute = "", rest = ""] = REFERENCE.exec(withBrackets(value)) ?? [];
    const found = this.byKey.get(`${document}:${base}`);
    if (!found) return { kind: "unknown", text: value };
    const resource = withIndex(found, index);
    const literal = literalOf(resource.body[attribute], rest);
    if (literal === undefined || attribute === "id") return { kind: "resource", resource, attribute };
    return this.resolve(literal, document, depth + 1);
  }

  private readSection(section: Json, document: number, prefix: string): void {
    for (const [type, all] of named(section)) {
      for (const [name, bodies] of named(all)) {
        const body = asList(bodies)[0] ?? {};
        if (body.count === 0 || body.count === "0") continue;
        const address = `${prefix}${type}.${name}`;
        const resource = { key: `${document}:${address}`, address, type: `${prefix}${type}`, body, document };
        this.byKey.set(resource.key, resource);
        const same = this.byType.get(resource.type);
        if (same) same.push(resource);
        else this.byType.set(resource.type, [resource]);
      }
    }
  }
}

/** Whether a state is that of a configuration: both say the same of where it is, or cdktf named it after the stack. */
function isStateOf(document: Json, name: string, state: Json): boolean {
  const written = asList(document.terraform).flatMap(({ backend }) => named(backend));
  const [type, given] = written[0] ?? [];
  if (type === undefined || state?.backend === undefined) {
    const stack: unknown = document["//"]?.metadata?.stackName;
    return typeof stack === "string" && name === `${CROSS_STACK}${stack}`;
  }
  const [own, asked] = [asList(given)[0] ?? {}, asList(state.config)[0] ?? {}];
  // What only one of them says, such as how to sign in, does not tell one state from another; nothing at all tells none.
  const both = Object.keys(asked).filter((key) => own[key] !== undefined);
  return (
    state.workspace === undefined &&
    state.backend === type &&
    both.length > 0 &&
    both.every((key) => same(own[key], asked[key]))
  );
}

function same(one: Json, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Older configurations write an index as `.0`. */
function withBrackets(reference: string): string {
  return reference.replace(/\.(\d+)(?=\.|\})/g, "[$1]");
}

function withIndex(resource: Resource, index: string): Resource {
  if (index === "") return resource;
  return { ...resource, key: resource.key + index, address: resource.address + index };
}

/** A written attribute, or an element of a written list; undefined where Terraform alone knows it. */
function literalOf(value: Json, rest: string): Json {
  const [, index] = /^\[(\d+)\]$/.exec(rest) ?? [];
  if (index !== undefined) return asList(value)[Number(index)];
  return rest === "" ? value : undefined;
}
