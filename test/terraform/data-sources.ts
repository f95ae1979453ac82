import { type Value, type Values } from "./terraform-values";
import { digest } from "./computed-attributes";
import { mapAttributes } from "./planned-values";
import { type Schema } from "./provider-schema";
import { type Account } from "./account";

const SERVICES = [
  {
    id: "ocid1.service.oc1.test.all",
    cidr_block: "all-fra-services-in-oracle-services-network",
    name: "All FRA Services In Oracle Services Network",
    description: "All FRA Services In Oracle Services Network",
  },
  {
    id: "ocid1.service.oc1.test.objectstorage",
    cidr_block: "oci-fra-objectstorage",
    name: "OCI FRA Object Storage",
    description: "OCI FRA Object Storage",
  },
];

const RECIPE_OWNERS = ["CUSTOMER", "ORACLE"];
const DETECTORS = ["IAAS_ACTIVITY_DETECTOR", "IAAS_CONFIGURATION_DETECTOR", "IAAS_THREAT_DETECTOR"];

/** The answers of OCI by data source. Lists without an entry are empty. */
const ANSWERS: { readonly [type: string]: (config: Values, account: Account) => Values } = {
  oci_cloud_guard_detector_recipes: () => ({
    detector_recipe_collection: [
      {
        items: RECIPE_OWNERS.flatMap((owner) =>
          DETECTORS.map((detector) => ({
            id: `ocid1.cloudguarddetectorrecipe.oc1.test.${digest(owner, detector)}`,
            owner,
            detector,
          })),
        ),
      },
    ],
  }),
  oci_cloud_guard_responder_recipes: () => ({
    responder_recipe_collection: [
      {
        items: RECIPE_OWNERS.map((owner) => ({
          id: `ocid1.cloudguardresponderrecipe.oc1.test.${digest(owner)}`,
          owner,
        })),
      },
    ],
  }),
  oci_containerengine_cluster_option: ({ should_list_all_patch_versions }, account) => ({
    kubernetes_versions: listed(account, should_list_all_patch_versions),
    cluster_pod_network_options: [{ cni_type: "OCI_VCN_IP_NATIVE" }, { cni_type: "FLANNEL_OVERLAY" }],
  }),
  oci_containerengine_node_pool_option: ({ should_list_all_patch_versions }, account) => ({
    kubernetes_versions: listed(account, should_list_all_patch_versions),
  }),
  oci_core_private_ips: ({ subnet_id, ip_address }) => ({
    private_ips: [
      { id: `ocid1.privateip.oc1..example${digest(subnet_id, ip_address)}`, subnet_id, ip_address },
    ],
  }),
  oci_core_services: () => ({ services: SERVICES }),
  oci_identity_availability_domains: ({ compartment_id }) => ({
    availability_domains: [1, 2, 3].map((number) => ({
      compartment_id,
      id: `ocid1.availabilitydomain.oc1.test.${number}`,
      name: `test:EU-FRANKFURT-1-AD-${number}`,
    })),
  }),
  oci_identity_region_subscriptions: ({ tenancy_id }) => ({
    region_subscriptions: [
      { is_home_region: true, region_key: "FRA", region_name: "eu-frankfurt-1", state: "READY", tenancy_id },
      { is_home_region: false, region_key: "AMS", region_name: "eu-amsterdam-1", state: "READY", tenancy_id },
    ],
  }),
  oci_objectstorage_namespace: () => ({ namespace: "testnamespace" }),
};

/** All versions that OKE offers, or the newest patch of each minor version. */
function listed({ offeredVersions }: Account, isAll: Value): readonly string[] {
  if (isAll === true) return offeredVersions;
  const minorOf = (version: string) => version.replace(/\.\d+$/, "");
  return offeredVersions.filter(
    (version, index) =>
      !offeredVersions.slice(index + 1).some((later) => minorOf(later) === minorOf(version)),
  );
}

interface Filter {
  readonly name: string;
  readonly values: readonly string[];
  readonly regex?: boolean | null;
}

export function readDataSource(type: string, schema: Schema, config: Values, account: Account): Values {
  const answer = ANSWERS[type]?.(config, account) ?? {};
  const filters: Filter[] = config.filter ?? [];
  return mapAttributes(schema.block, config, (value, attribute, name) => {
    if (name === "id") return `${type}-${digest(type, JSON.stringify(config))}`;
    if (!attribute.computed) return value;
    const result = answer[name] ?? (Array.isArray(attribute.type) ? [] : "");
    if (!Array.isArray(result)) return result;
    return withAllAttributes(
      attribute.type,
      result.filter((entry) => filters.every((filter) => passes(filter, entry))),
    );
  });
}

/** Adds the missing attributes of an object and of the objects nested in it, as null. */
function withAllAttributes(type: Value, value: Value): Value {
  if (!Array.isArray(type) || value === null || value === undefined) return value ?? null;
  const [kind, inner] = type as [string, Value];
  if (kind !== "object") {
    return Array.isArray(value) ? value.map((entry: Value) => withAllAttributes(inner, entry)) : value;
  }
  return Object.fromEntries(
    Object.entries(inner as object).map(([key, attribute]) => [
      key,
      withAllAttributes(attribute, value[key]),
    ]),
  );
}

/** Whether an object passes a filter: one of the filter's values equals or matches the attribute that the filter names. */
function passes({ name, values, regex }: Filter, entry: Value): boolean {
  const actual = String(entry?.[name]);
  return values.some((value) => (regex ? new RegExp(value).test(actual) : value === actual));
}
