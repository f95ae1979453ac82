import { createHash } from "node:crypto";
import { Unknown, type Value, type Values } from "./cty";
import { mapAttributes } from "./plan";
import { type AttributeType, type Schema } from "./schema";
import { type World } from "./world";

/** What OCI answers for an attribute that was left to it. */
type Answer = (about: Subject) => Value;

class Subject {
  constructor(
    readonly type: string,
    readonly id: string,
    readonly values: Values,
  ) {}

  /** An OCID that belongs to the resource, such as that of a VCN's default security list. */
  ocid(kind: string): string {
    return `ocid1.${kind}.oc1.test.${digest(kind, this.id)}`;
  }

  get word(): string {
    return digest(this.id).slice(0, 8);
  }

  /** What was configured, or nothing. */
  given(attribute: string): Value {
    const value = this.values[attribute];
    return value instanceof Unknown || value === "" ? undefined : (value ?? undefined);
  }
}

/**
 * Answers on which other resources or outputs depend; the rest follows from the type and the name.
 *
 * An attribute of a nested block goes by its name alone.
 */
const ANSWERS: { readonly [typeAndAttribute: string]: Answer } = {
  "oci_containerengine_cluster.endpoints": ({ values }) => {
    const isPublic = values.endpoint_config?.[0]?.is_public_ip_enabled === true;
    const endpoints = {
      private_endpoint: "10.0.0.2:6443",
      public_endpoint: isPublic ? "203.0.113.2:6443" : "",
    };
    return [
      { ...endpoints, kubernetes: endpoints.public_endpoint, ipv6endpoint: "", vcn_hostname_endpoint: "" },
    ];
  },
  "oci_containerengine_cluster.type": () => "BASIC_CLUSTER",
  "oci_containerengine_cluster.open_id_connect_discovery_endpoint": ({ word }) =>
    `https://objectstorage.example/${word}`,
  "oci_core_default_route_table.id": ({ values }) => values.manage_default_resource_id,
  "oci_core_default_route_table.destination_type": () => "CIDR_BLOCK",
  "oci_core_default_security_list.id": ({ values }) => values.manage_default_resource_id,
  "oci_core_network_security_group_security_rule.destination_type": (about) =>
    about.given("destination") ? "CIDR_BLOCK" : "",
  "oci_core_network_security_group_security_rule.source_type": (about) =>
    about.given("source") ? "CIDR_BLOCK" : "",
  "oci_core_route_table.destination_type": () => "CIDR_BLOCK",
  "oci_core_subnet.cidr_block": (about) => about.given("ipv4cidr_blocks")?.[0] ?? "",
  "oci_core_subnet.ipv4cidr_blocks": (about) => [about.given("cidr_block")].filter(Boolean),
  // Each of the two says the same, and OCI keeps them in step.
  "oci_core_subnet.prohibit_internet_ingress": (about) => about.given("prohibit_public_ip_on_vnic") ?? false,
  "oci_core_subnet.prohibit_public_ip_on_vnic": (about) => about.given("prohibit_internet_ingress") ?? false,
  "oci_core_vcn.cidr_block": (about) => about.given("cidr_blocks")?.[0] ?? "",
  "oci_core_vcn.cidr_blocks": (about) => [about.given("cidr_block")].filter(Boolean),
  "oci_core_vcn.default_dhcp_options_id": (about) => about.ocid("dhcpoptions"),
  "oci_core_vcn.default_route_table_id": (about) => about.ocid("routetable"),
  "oci_core_vcn.default_security_list_id": (about) => about.ocid("securitylist"),
  "oci_kms_key.current_key_version": (about) => about.ocid("keyversion"),
  "oci_kms_vault.crypto_endpoint": ({ word }) => `https://${word}-crypto.kms.eu-frankfurt-1.oraclecloud.com`,
  "oci_kms_vault.management_endpoint": ({ word }) =>
    `https://${word}-management.kms.eu-frankfurt-1.oraclecloud.com`,
};

/** Answers by the name of an attribute that OCI alone sets, first match wins. */
const STRINGS: readonly [RegExp, Answer][] = [
  [/^time_/, () => "2030-01-01T00:00:00.000Z"],
  [/^(lifecycle_)?state$/, () => "ACTIVE"],
  [/_details$|^error/, () => ""],
  [/(^|_)ip(_address)?$/, () => "203.0.113.1"],
  [/endpoint$|_ur[il]$/, ({ word }) => `https://${word}.example.com`],
  [/version/, () => "1"],
];

/** The service of a resource type, which is not part of the kind in an OCID. */
const SERVICE =
  /^oci_(certificates_management|file_storage|log_analytics|network_firewall|security_attribute|vulnerability_scanning|[a-z]+)_/;

export function kindOf(type: string): string {
  return type.replace(SERVICE, "").replace(/_/g, "");
}

/** A planned resource with an answer in the place of everything that was unknown. */
export function invent(type: string, schema: Schema, planned: Values, world: World): Values {
  const about = new Subject(
    type,
    planned.id instanceof Unknown ? newId(type, planned, world) : planned.id,
    planned,
  );
  return mapAttributes(schema.block, planned, (value, attribute, name) => {
    if (!(value instanceof Unknown)) return value;
    const answer = ANSWERS[`${type}.${name}`];
    if (answer) return answer(about);
    if (name === "id") return about.id;
    return byName(about, name, attribute.type, attribute.optional ?? false);
  });
}

/** From what is configured and not from a counter: Terraform applies in no certain order. */
function newId(type: string, planned: Values, world: World): string {
  const stem = `ocid1.${kindOf(type)}.oc1.test.${digest(type, text(planned))}`;
  let id = stem;
  for (let copy = 2; world.get(type, id); copy++) id = `${stem}${copy}`;
  return id;
}

function byName(about: Subject, name: string, type: AttributeType, optional: boolean): Value {
  if (type === "bool") return false;
  if (type === "number") return 0;
  if (Array.isArray(type)) {
    const [kind, inner] = type;
    if (kind === "object") {
      return Object.fromEntries(
        Object.entries(inner).map(([key, value]) => [key, byName(about, key, value, optional)]),
      );
    }
    if (kind === "map") return {};
    // Lists of objects are where OCI describes a resource; something must be there to refer to.
    return !optional && Array.isArray(inner) && inner[0] === "object"
      ? [byName(about, name, inner, optional)]
      : [];
  }
  // An optional text that was left out is empty in OCI's answers, as is the id of something not wanted.
  if (optional) return /display_name$|^name$/.test(name) ? `${kindOf(about.type)}20300101` : "";
  if (name.endsWith("_id")) return about.ocid(name.slice(0, -3).replace(/_/g, ""));
  const [, answer] = STRINGS.find(([pattern]) => pattern.test(name)) ?? [];
  return answer ? answer(about) : `${name}-${about.word}`;
}

export function digest(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 20);
}

function text(values: Values): string {
  return JSON.stringify(values, (_, value) => {
    if (value instanceof Unknown) return null;
    return typeof value === "bigint" ? value.toString() : value;
  });
}
