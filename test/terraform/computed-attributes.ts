import { createHash } from "node:crypto";
import { Unknown, type Value, type Values } from "./terraform-values";
import { mapAttributes } from "./planned-values";
import { type AttributeType, type Schema } from "./provider-schema";
import { type Account } from "./account";

/** Computes an attribute that the configuration leaves to OCI. */
type Answer = (subject: Subject) => Value;

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

  get suffix(): string {
    return digest(this.id).slice(0, 8);
  }

  /** The configured value of an attribute, or undefined. */
  configured(attribute: string): Value {
    const value = this.values[attribute];
    return value instanceof Unknown || value === "" ? undefined : (value ?? undefined);
  }
}

/**
 * Attributes that other resources or outputs depend on; all others follow from their type and name.
 *
 * Attributes of nested blocks are looked up without the block's name.
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
  "oci_containerengine_cluster.open_id_connect_discovery_endpoint": ({ suffix }) =>
    `https://objectstorage.example/${suffix}`,
  "oci_core_default_route_table.id": ({ values }) => values.manage_default_resource_id,
  "oci_core_default_route_table.destination_type": () => "CIDR_BLOCK",
  "oci_core_default_security_list.id": ({ values }) => values.manage_default_resource_id,
  "oci_core_network_security_group_security_rule.destination_type": (subject) =>
    subject.configured("destination") ? "CIDR_BLOCK" : "",
  "oci_core_network_security_group_security_rule.source_type": (subject) =>
    subject.configured("source") ? "CIDR_BLOCK" : "",
  "oci_core_route_table.destination_type": () => "CIDR_BLOCK",
  "oci_core_subnet.cidr_block": (subject) => subject.configured("ipv4cidr_blocks")?.[0] ?? "",
  "oci_core_subnet.ipv4cidr_blocks": (subject) => [subject.configured("cidr_block")].filter(Boolean),
  // Two names for one setting, which OCI keeps equal.
  "oci_core_subnet.prohibit_internet_ingress": (subject) =>
    subject.configured("prohibit_public_ip_on_vnic") ?? false,
  "oci_core_subnet.prohibit_public_ip_on_vnic": (subject) =>
    subject.configured("prohibit_internet_ingress") ?? false,
  "oci_core_vcn.cidr_block": (subject) => subject.configured("cidr_blocks")?.[0] ?? "",
  "oci_core_vcn.cidr_blocks": (subject) => [subject.configured("cidr_block")].filter(Boolean),
  "oci_core_vcn.default_dhcp_options_id": (subject) => subject.ocid("dhcpoptions"),
  "oci_core_vcn.default_route_table_id": (subject) => subject.ocid("routetable"),
  "oci_core_vcn.default_security_list_id": (subject) => subject.ocid("securitylist"),
  "oci_kms_key.current_key_version": (subject) => subject.ocid("keyversion"),
  "oci_kms_vault.crypto_endpoint": ({ suffix }) =>
    `https://${suffix}-crypto.kms.eu-frankfurt-1.oraclecloud.com`,
  "oci_kms_vault.management_endpoint": ({ suffix }) =>
    `https://${suffix}-management.kms.eu-frankfurt-1.oraclecloud.com`,
};

/** String attributes that only OCI sets, by their names; the first match wins. */
const STRINGS: readonly [RegExp, Answer][] = [
  [/^time_/, () => "2030-01-01T00:00:00.000Z"],
  [/^(lifecycle_)?state$/, () => "ACTIVE"],
  [/_details$|^error/, () => ""],
  [/(^|_)ip(_address)?$/, () => "203.0.113.1"],
  [/endpoint$|_ur[il]$/, ({ suffix }) => `https://${suffix}.example.com`],
  [/version/, () => "1"],
];

/** The service in a resource type, which the kind in an OCID leaves out. */
const SERVICE =
  /^oci_(certificates_management|file_storage|log_analytics|network_firewall|security_attribute|vulnerability_scanning|[a-z]+)_/;

export function kindOf(type: string): string {
  return type.replace(SERVICE, "").replace(/_/g, "");
}

/** Replaces the unknown values of a planned resource, as OCI does when it creates the resource. */
export function withComputedAttributes(
  type: string,
  schema: Schema,
  planned: Values,
  account: Account,
): Values {
  const subject = new Subject(
    type,
    planned.id instanceof Unknown ? newId(type, planned, account) : planned.id,
    planned,
  );
  return mapAttributes(schema.block, planned, (value, attribute, name) => {
    if (!(value instanceof Unknown)) return value;
    const answer = ANSWERS[`${type}.${name}`];
    if (answer) return answer(subject);
    if (name === "id") return subject.id;
    return byName(subject, name, attribute.type, attribute.optional ?? false);
  });
}

/** Derived from the configuration instead of a counter, because Terraform applies in no fixed order. */
function newId(type: string, planned: Values, account: Account): string {
  const stem = `ocid1.${kindOf(type)}.oc1.test.${digest(type, text(planned))}`;
  let id = stem;
  for (let copy = 2; account.get(type, id); copy++) id = `${stem}${copy}`;
  return id;
}

function byName(subject: Subject, name: string, type: AttributeType, optional: boolean): Value {
  if (type === "bool") return false;
  if (type === "number") return 0;
  if (Array.isArray(type)) {
    const [kind, inner] = type;
    if (kind === "object") {
      return Object.fromEntries(
        Object.entries(inner).map(([key, value]) => [key, byName(subject, key, value, optional)]),
      );
    }
    if (kind === "map") return {};
    // OCI describes resources in lists of objects, and references need at least one entry.
    return !optional && Array.isArray(inner) && inner[0] === "object"
      ? [byName(subject, name, inner, optional)]
      : [];
  }
  // OCI returns an omitted optional string as an empty string, also where it is the id of another resource.
  if (optional) return /display_name$|^name$/.test(name) ? `${kindOf(subject.type)}20300101` : "";
  if (name.endsWith("_id")) return subject.ocid(name.slice(0, -3).replace(/_/g, ""));
  const [, answer] = STRINGS.find(([pattern]) => pattern.test(name)) ?? [];
  return answer ? answer(subject) : `${name}-${subject.suffix}`;
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
