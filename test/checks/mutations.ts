/** A synthesized configuration as objects. */
export interface Configuration {
  readonly terraform: any[];
  readonly objects: any[];
}

/** One rule deleted or widened. */
export interface Mutation {
  readonly title: string;
  /** The rule or the policy as the program wrote it, without what differs from program to program. */
  readonly subject: string;
  /** Changes a copy of the configuration. */
  readonly change: (configuration: Configuration) => void;
}

/** A subject as text. */
function subjectOf(subject: object): string {
  return JSON.stringify({ ...subject, "//": undefined, freeform_tags: undefined });
}

const RULE = "oci_core_network_security_group_security_rule";
const ANYWHERE = "0.0.0.0/0";

type Change = (rule: any) => void;

function endTo(value: string): Change {
  return (rule) => {
    const end = rule.direction === "INGRESS" ? "source" : "destination";
    rule[end] = value;
    rule[`${end}_type`] = "CIDR_BLOCK";
  };
}

function everyProtocol(rule: any): void {
  rule.protocol = "all";
  for (const options of ["tcp_options", "udp_options", "icmp_options"]) Reflect.deleteProperty(rule, options);
}

function ruleMutations({ terraform }: Configuration, givenVcn?: string): Mutation[] {
  const made = terraform
    .map(({ resource }) => Object.values<any>(resource.oci_core_vcn ?? {})[0])
    .find(Boolean);
  const vcnCidr = givenVcn ?? made.cidr_blocks[0];
  return terraform.flatMap((document, index) =>
    Object.entries<any>(document.resource[RULE] ?? {}).flatMap(([id, rule]) => {
      const on = (change: Change) => (changed: Configuration) => {
        const found = changed.terraform[index].resource[RULE][id];
        if (found) change(found);
      };
      const all: Omit<Mutation, "subject">[] = [
        {
          title: `${id} deleted`,
          change: (entry: Configuration) =>
            void Reflect.deleteProperty(entry.terraform[index].resource[RULE], id),
        },
        { title: `${id} for ${ANYWHERE}`, change: on(endTo(ANYWHERE)) },
        { title: `${id} for the whole VCN`, change: on(endTo(vcnCidr)) },
        ...(rule.protocol === "all"
          ? []
          : [{ title: `${id} for every protocol`, change: on(everyProtocol) }]),
        ...(rule.protocol === "6" && rule.tcp_options.destination_port_range.max < 65535
          ? [{ title: `${id} for every port`, change: on((entry) => delete entry.tcp_options) }]
          : []),
      ];
      return all.map((entry) => ({ ...entry, subject: subjectOf(rule) }));
    }),
  );
}

/** The DNS rule is in the policy of each workload and in one for the namespace: deleting one of them changes no flow. */
function isRedundant(policy: any, rule: any): boolean {
  return policy.metadata.name !== "allow-dns" && rule.ports?.some(({ port }: any) => port === 53);
}

/** A policy of a workload without connections, which has the same effect as the policy of the namespace. */
function saysNothing({ metadata, spec }: any): boolean {
  if (["deny-all", "allow-dns"].includes(metadata.name)) return false;
  const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
  return rules.every((rule) => isRedundant({ metadata }, rule));
}

function policyRuleMutations(policy: any, index: number): Omit<Mutation, "subject">[] {
  const sides = [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const;
  return sides.flatMap(([direction, peers]) =>
    (policy.spec[direction] ?? []).flatMap((rule: any, at: number) => {
      const name = `policy ${policy.metadata.name} ${direction}[${at}]`;
      const on = (change: Change) => (changed: Configuration) => {
        const found = changed.objects[index].spec?.[direction]?.[at];
        if (found) change(found);
      };
      const empty = (entry: any) => {
        for (const key of Object.keys(entry)) Reflect.deleteProperty(entry, key);
        // A rule that matches nothing, so that other rules keep their index.
        entry[peers] = [{ ipBlock: { cidr: "192.0.2.255/32" } }];
      };
      return [
        ...(isRedundant(policy, rule) ? [] : [{ title: `${name} deleted`, change: on(empty) }]),
        { title: `${name} for every port`, change: on((entry) => delete entry.ports) },
        { title: `${name} for everyone`, change: on((entry) => void Reflect.deleteProperty(entry, peers)) },
        {
          title: `${name} for ${ANYWHERE}`,
          change: on((entry) => (entry[peers] = [{ ipBlock: { cidr: ANYWHERE } }])),
        },
        {
          title: `${name} for every namespace`,
          change: on((entry) => (entry[peers] = [{ namespaceSelector: {} }])),
        },
      ];
    }),
  );
}

function policyMutations({ objects }: Configuration): Mutation[] {
  return objects.flatMap((object, index) => {
    if (object.kind !== "NetworkPolicy") return [];
    const gone = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "gone" } };
    const title = `policy ${object.metadata.name} deleted`;
    const all: Omit<Mutation, "subject">[] = [
      ...(saysNothing(object)
        ? []
        : [{ title, change: (changed: Configuration) => void (changed.objects[index] = gone) }]),
      ...policyRuleMutations(object, index),
    ];
    return all.map((entry) => ({ ...entry, subject: subjectOf(object) }));
  });
}

/**
 * Deletes each rule, and widens it in every possible way.
 *
 * @param givenVcn the range of the VCN, if it is not in the configuration
 */
export function mutationsOf(configuration: Configuration, givenVcn?: string): Mutation[] {
  return [...ruleMutations(configuration, givenVcn), ...policyMutations(configuration)];
}
