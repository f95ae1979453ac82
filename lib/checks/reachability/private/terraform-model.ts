import { Problems } from "../../../core/validation-error";

/** JSON of any shape. */
export type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any

/** A resource or data source of a configuration. */
export interface Resource {
  /** Unique among all documents. */
  readonly key: string;
  /** The Terraform address, such as `oci_core_vcn.main`. */
  readonly address: string;
  readonly type: string;
  readonly body: Json;
  readonly document: number;
}

/** The meaning of a value: a literal, an attribute of a resource, or unknown before Terraform runs. */
export type Resolved =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "resource"; readonly resource: Resource; readonly attribute: string }
  | { readonly kind: "unknown"; readonly text: string };

const REFERENCE =
  /^\$\{((?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*)(\[(?:\d+|"[^"]*")\])?\.(\w+)((?:\[\d+\]|\.\w+)*)\}$/;
const LOCAL = /^\$\{local\.([\w-]+)\}$/;
const REMOTE = /^\$\{(data\.terraform_remote_state\.([\w-]+))\.outputs\.([\w-]+)\}$/;
/** The prefix of the names that cdktf gives to states of other stacks. */
const CROSS_STACK = "cross-stack-reference-input-";
const MAX_DEPTH = 20;

/** The value as a list: Terraform's JSON writes a single block as an object, and several as a list. */
export function asList(value: Json): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The blocks of a resource with a name; undefined stands for dynamic blocks with unknown contents. */
export function blocksOf(body: Json, name: string): (Json | undefined)[] {
  const dynamic = asList(body?.dynamic).flatMap((blocks) => asList(blocks?.[name]));
  const generated = dynamic.flatMap(({ content }) => {
    const contents = asList(content);
    return contents.length > 0 ? contents : [undefined];
  });
  const literal = asList(body?.[name]);
  return [...literal.map((block) => (typeof block === "object" ? block : undefined)), ...generated];
}

/** The first block with a name; empty if there is none. */
export function blockOf(body: Json, name: string): Json {
  return blocksOf(body, name)[0] ?? {};
}

/** Whether some blocks with a name are dynamic, so that their number is unknown. */
export function isDynamic(body: Json, name: string): boolean {
  return asList(body?.dynamic).some((blocks) => blocks?.[name] !== undefined);
}

function entriesOf(section: Json): [string, Json][] {
  return asList(section).flatMap((block) => Object.entries<Json>(block));
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
      `terraform[${index}] is not a JSON object`,
      "Give the text of a cdk.tf.json or another *.tf.json file",
    );
  }
  problems.throwIfAny();
  return read;
}

/** The resources of several Terraform configurations, and the references between them. */
export class TerraformModel {
  /** The module calls, whose contents are unknown. */
  public readonly modules: string[];
  private readonly documents: Json[];
  private readonly byKey = new Map<string, Resource>();
  private readonly byType = new Map<string, Resource[]>();

  constructor(texts: readonly string[]) {
    this.documents = texts.map(parse);
    this.modules = this.documents.flatMap(({ module }) =>
      entriesOf(module).map(([name]) => `module.${name}`),
    );
    this.documents.forEach((document, index) => {
      this.readSection(document.resource, index, "");
      this.readSection(document.data, index, "data.");
    });
  }

  /** Whether there is no configuration. */
  public get isEmpty(): boolean {
    return this.documents.length === 0;
  }

  /** The resources of a type, without those with a count of zero. */
  public ofType(type: string): readonly Resource[] {
    return this.byType.get(type) ?? [];
  }

  /** The resources with an address, at most one for each document. */
  public find(address: string): Resource[] {
    const [, base = address, index = ""] = /^(.*?)(\[[^\]]*\])?$/.exec(address) ?? [];
    return this.documents.flatMap((_, document) => {
      const found = this.byKey.get(`${document}:${base}`);
      return found ? [withIndex(found, index)] : [];
    });
  }

  /** Resolves a value of a document; of a manifest if there is no document. */
  public resolve(value: Json, document: number | undefined, depth = 0): Resolved {
    if (typeof value !== "string" || !/[$%]\{/.test(value)) return { kind: "literal", value };
    if (depth > MAX_DEPTH) return { kind: "unknown", text: value };
    if (document === undefined) return this.resolveAnywhere(value);
    const local = LOCAL.exec(value)?.[1];
    const locals = local === undefined ? [] : entriesOf(this.documents[document].locals);
    const found = locals.find(([name]) => name === local);
    if (found) return this.resolve(found[1], document, depth + 1);
    return this.resolveRemote(value, document, depth) ?? this.resolveReference(value, document, depth);
  }

  /** Resolves a reference of a manifest, which may refer to any stack. */
  private resolveAnywhere(value: string): Resolved {
    const all = this.documents.map((_, document) => this.resolve(value, document));
    const resolved = all.filter(({ kind }) => kind !== "unknown");
    return resolved.length === 1 && resolved[0] ? resolved[0] : { kind: "unknown", text: value };
  }

  private resolveRemote(value: string, document: number, depth: number): Resolved | undefined {
    const [, address, name = "", output] = REMOTE.exec(value) ?? [];
    if (address === undefined) return undefined;
    const state = this.byKey.get(`${document}:${address}`)?.body;
    const outputs = this.documents.flatMap((other, index) =>
      entriesOf(isStateOf(other, name, state) ? other.output : undefined)
        .filter(([key]) => key === output)
        .map(([, body]) => ({ index, value: asList(body)[0]?.value })),
    );
    const [found] = outputs;
    if (!found || outputs.length > 1) return { kind: "unknown", text: value };
    return this.resolve(found.value, found.index, depth + 1);
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
    for (const [type, all] of entriesOf(section)) {
      for (const [name, bodies] of entriesOf(all)) {
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

/** Whether a remote state belongs to a configuration: both have the same backend, or cdktf named the state after the stack. */
function isStateOf(document: Json, name: string, state: Json): boolean {
  const backends = asList(document.terraform).flatMap(({ backend }) => entriesOf(backend));
  const [type, config] = backends[0] ?? [];
  if (type === undefined || state?.backend === undefined) {
    const stack: unknown = document["//"]?.metadata?.stackName;
    return typeof stack === "string" && name === `${CROSS_STACK}${stack}`;
  }
  const [own, remote] = [asList(config)[0] ?? {}, asList(state.config)[0] ?? {}];
  // Keys that only one side has, such as credentials, do not identify a state; without any shared key, nothing does.
  const shared = Object.keys(remote).filter((key) => own[key] !== undefined);
  return (
    state.workspace === undefined &&
    state.backend === type &&
    shared.length > 0 &&
    shared.every((key) => isEqual(own[key], remote[key]))
  );
}

function isEqual(value: Json, other: Json): boolean {
  return JSON.stringify(value) === JSON.stringify(other);
}

/** Older configurations write an index as `.0`. */
function withBrackets(reference: string): string {
  return reference.replace(/\.(\d+)(?=\.|\})/g, "[$1]");
}

function withIndex(resource: Resource, index: string): Resource {
  if (index === "") return resource;
  return { ...resource, key: resource.key + index, address: resource.address + index };
}

/** A literal attribute, or an element of a literal list; undefined if only Terraform knows it. */
function literalOf(value: Json, rest: string): Json {
  const [, index] = /^\[(\d+)\]$/.exec(rest) ?? [];
  if (index !== undefined) return asList(value)[Number(index)];
  return rest === "" ? value : undefined;
}
