import { type Value, type Values } from "./cty";
import { digest } from "./invent";
import { mapAttributes } from "./plan";
import { type Schema } from "./schema";
import { type World } from "./world";

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

/** What OCI answers, by data source; lists that are not here are empty. */
const ANSWERS: { readonly [type: string]: (config: Values, world: World) => Values } = {
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
  oci_containerengine_cluster_option: ({ should_list_all_patch_versions }, world) => ({
    kubernetes_versions: listed(world, should_list_all_patch_versions),
    cluster_pod_network_options: [{ cni_type: "OCI_VCN_IP_NATIVE" }, { cni_type: "FLANNEL_OVERLAY" }],
  }),
  oci_containerengine_node_pool_option: ({ should_list_all_patch_versions }, world) => ({
    kubernetes_versions: listed(world, should_list_all_patch_versions),
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
function listed({ offeredVersions }: World, isAll: Value): readonly string[] {
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

export function readDataSource(type: string, schema: Schema, config: Values, world: World): Values {
  const answer = ANSWERS[type]?.(config, world) ?? {};
  const filters: Filter[] = config.filter ?? [];
  return mapAttributes(schema.block, config, (value, attribute, name) => {
    if (name === "id") return `${type}-${digest(type, JSON.stringify(config))}`;
    if (!attribute.computed) return value;
    const given = answer[name] ?? (Array.isArray(attribute.type) ? [] : "");
    if (!Array.isArray(given)) return given;
    return complete(
      attribute.type,
      given.filter((entry) => filters.every((filter) => passes(filter, entry))),
    );
  });
}

/** An object has all of its attributes, also those that nobody asks for, and so has each object in it. */
function complete(type: Value, value: Value): Value {
  if (!Array.isArray(type) || value === null || value === undefined) return value ?? null;
  const [kind, inner] = type as [string, Value];
  if (kind !== "object") {
    return Array.isArray(value) ? value.map((entry: Value) => complete(inner, entry)) : value;
  }
  return Object.fromEntries(
    Object.entries(inner as object).map(([key, attribute]) => [key, complete(attribute, value[key])]),
  );
}

/** A filter names an attribute of the listed objects; one of its values must be that attribute's, or match it. */
function passes({ name, values, regex }: Filter, entry: Value): boolean {
  const actual = String(entry?.[name]);
  return values.some((value) => (regex ? new RegExp(value).test(actual) : value === actual));
}
