import { ALL_PORTS, hasPorts, ICMP_VALUES, isIcmp, rangeOf, type Span } from "./packets";
import { type RuleEnd, type SecurityRule, type ServiceLabel } from "./security-rules";
import {
  asList,
  blocksOf,
  isDynamic,
  type Json,
  type Resource,
  type TerraformModel,
} from "./terraform-model";

const OPTIONS = ["tcp_options", "udp_options", "icmp_options"];

/** Reads both forms of rules: separate resources for groups, and blocks in security lists. */
export class RuleReader {
  constructor(private readonly model: TerraformModel) {}

  /** A rule of a security group; two if its direction is unknown. */
  public ofGroup(resource: Resource): SecurityRule[] {
    const { body, document, address } = resource;
    const direction = this.model.resolve(body.direction, document);
    if (direction.kind !== "literal") {
      const doubt = `its direction is ${textOf(body.direction)}`;
      return [true, false].map((incoming) => this.read(body, document, { address, incoming }, doubt));
    }
    const incoming = String(direction.value).toUpperCase() === "INGRESS";
    return [this.read(body, document, { address, incoming }, doubtOf(resource))];
  }

  /** The rules of a security list. */
  public ofList(resource: Resource): SecurityRule[] {
    return [true, false].flatMap((incoming) => {
      const name = incoming ? "ingress_security_rules" : "egress_security_rules";
      return blocksOf(resource.body, name).map((block, index) => {
        const at = { address: `${resource.address} ${name}[${index}]`, incoming };
        const dynamic = index >= asList(resource.body[name]).length;
        if (block === undefined) return unknownRule(at, `its ${name} are unknown until Terraform runs`);
        return this.read(
          block,
          resource.document,
          at,
          dynamic ? "Terraform creates it in a loop" : undefined,
        );
      });
    });
  }

  /** The services behind a service label. */
  public label(value: Json, document: number): ServiceLabel {
    const resolved = this.model.resolve(value, document);
    if (resolved.kind === "literal") return labelOf(String(resolved.value));
    const text = resolved.kind === "unknown" ? resolved.text : String(value);
    const [, name] = /^\$\{data\.oci_core_services\.([\w-]+)\.services\[0\]/.exec(text) ?? [];
    const filters = this.model
      .ofType("data.oci_core_services")
      .filter((data) => data.document === document && data.address.endsWith(`.${name}`))
      .flatMap(({ body }) => blocksOf(body, "filter").flatMap((filter) => asList(filter?.values)));
    return filters.length === 1 ? labelOf(String(filters[0])) : "unknown";
  }

  private read(
    body: Json,
    document: number,
    at: { address: string; incoming: boolean },
    doubt?: string,
  ): SecurityRule {
    const literal = (value: Json): Json => {
      const resolved = this.model.resolve(value, document);
      return resolved.kind === "literal" ? resolved.value : new Error(String(value));
    };
    const doubts = doubt === undefined ? [] : [doubt];
    const protocol = literal(body.protocol);
    const number = protocolOf(protocol);
    if (number === undefined && protocol !== "all") doubts.push(`its protocol is ${textOf(protocol)}`);
    const spans = spansOf(body, number, literal, doubts);
    const dynamicOptions = OPTIONS.filter((name) => isDynamic(body, name));
    if (dynamicOptions.length > 0)
      doubts.push(`its ${dynamicOptions.join(", ")} are unknown until Terraform runs`);
    const stateless = literal(body.stateless);
    if (stateless instanceof Error) doubts.push("it is unknown whether it is stateless");
    return {
      ...at,
      ...spans,
      stateless: stateless === true || stateless === "true",
      ...(stateless instanceof Error ? { maybeStateless: true } : {}),
      ...(number === undefined ? {} : { protocol: number }),
      end: this.end(body, document, at.incoming),
      ...(doubts.length > 0 ? { doubt: doubts.join("; ") } : {}),
    };
  }

  private end(body: Json, document: number, incoming: boolean): RuleEnd {
    const value = incoming ? body.source : body.destination;
    const type = this.model.resolve(incoming ? body.source_type : body.destination_type, document);
    const resolved = this.model.resolve(value, document);
    if (type.kind === "literal" && type.value === "SERVICE_CIDR_BLOCK") {
      return { kind: "services", label: this.label(value, document) };
    }
    if (resolved.kind === "resource" && resolved.resource.type === "oci_core_network_security_group") {
      return { kind: "group", key: resolved.resource.key };
    }
    if (resolved.kind === "literal" && /^ocid1\./.test(String(resolved.value))) {
      return { kind: "group", key: String(resolved.value), document };
    }
    const range = resolved.kind === "literal" ? rangeOf(resolved.value) : undefined;
    if (range) return { kind: "range", range };
    return { kind: "unknown", why: `its ${incoming ? "source" : "destination"} is ${textOf(value)}` };
  }
}

/** A rule with unknown contents. */
export function unknownRule(at: { address: string; incoming: boolean }, doubt: string): SecurityRule {
  return { ...at, stateless: false, maybeStateless: true, end: { kind: "unknown", why: doubt }, doubt };
}

function doubtOf({ body }: Resource): string | undefined {
  if (body.count !== undefined && body.count !== 1) return `its count is ${textOf(body.count)}`;
  return body.for_each === undefined ? undefined : "its for_each is unknown until Terraform runs";
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.message;
  return value === undefined ? "missing" : typeof value === "string" ? value : JSON.stringify(value);
}

function labelOf(text: string): ServiceLabel {
  if (/^all[- ].*services[- ]in[- ]oracle[- ]services[- ]network$/i.test(text)) return "all";
  return /^oci[- ].*object[- ]?storage$/i.test(text) ? "object-storage" : "unknown";
}

function protocolOf(value: unknown): number | undefined {
  return /^\d+$/.test(String(value)) ? Number(value) : undefined;
}

/** The ports or the ICMP type of a rule; an unknown value adds a doubt and does not narrow the rule. */
function spansOf(
  body: Json,
  protocol: number | undefined,
  literal: (value: Json) => Json,
  doubts: string[],
): { source?: Span; destination?: Span } {
  const span = (from: Json, to: Json, widest: Span): Span | undefined => {
    const [low, high] = [literal(from ?? undefined), literal(to ?? undefined)];
    if (low === undefined && high === undefined) return undefined;
    const numbers = { from: Number(low ?? high), to: Number(high ?? low) };
    if (Number.isInteger(numbers.from) && Number.isInteger(numbers.to)) return numbers;
    doubts.push(`its ports are ${textOf(from)} to ${textOf(to)}`);
    return widest;
  };
  if (protocol === undefined) return {};
  if (isIcmp(protocol)) {
    const options = asList(body.icmp_options)[0];
    const value = (number: Json) =>
      number === -1 || number === "-1" ? undefined : span(number, number, ICMP_VALUES);
    return spans(value(options?.code), value(options?.type));
  }
  if (!hasPorts(protocol)) return {};
  const options = asList(protocol === 6 ? body.tcp_options : body.udp_options)[0];
  const source = asList(options?.source_port_range)[0];
  // The range is a block in rules of groups, and two attributes in security lists.
  const destination = asList(options?.destination_port_range)[0] ?? options;
  return spans(
    span(source?.min, source?.max, ALL_PORTS),
    span(destination?.min, destination?.max, ALL_PORTS),
  );
}

function spans(source?: Span, destination?: Span): { source?: Span; destination?: Span } {
  return { ...(source ? { source } : {}), ...(destination ? { destination } : {}) };
}
