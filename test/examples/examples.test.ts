import { Yaml } from "cdk8s";
import * as fs from "node:fs";
import * as path from "node:path";
import { contains, readCidr, type Cidr } from "../../lib/core/cidr";
import { Problems } from "../../lib/core/validation-error";
import { EXAMPLES, previewsOf, stacksOf, sharedExample } from "../support/examples";
import { goldensOf, expectGolden, storedGoldens } from "../support/goldens";

// The VCNs of the examples with an existing network.
const EXISTING_VCNS = ["10.20.0.0/16"];
const cidrOf = (text: string) => readCidr(new Problems("test"), "range", text) as Cidr;

describe.each(EXAMPLES)("the example %s", (name) => {
  const outdir = sharedExample(name);
  const stacks = stacksOf(outdir);
  const resources = Object.values<any>(stacks).flatMap((stack) =>
    Object.entries<any>(stack.resource ?? {}).flatMap(([type, all]) =>
      Object.values<any>(all).map((resource) => ({ type, ...resource })),
    ),
  );
  const all = (type: string) => resources.filter((resource) => resource.type === type);

  const toDrg = all("oci_core_route_table").filter((table) => JSON.stringify(table).includes("ocid1.drg."));
  const vcns = [...all("oci_core_vcn").flatMap(({ cidr_blocks: blocks }) => blocks), ...EXISTING_VCNS].map(
    cidrOf,
  );
  const isInVcn = (range: string) => vcns.some((vcn) => contains(vcn, cidrOf(range)));
  const egressGateways = [...all("oci_core_nat_gateway"), ...all("oci_core_drg_attachment"), ...toDrg];

  const goldens = goldensOf(name, outdir);
  const stored = storedGoldens(name);

  test.each(Object.keys(goldens))("synthesizes the content of expected/%s", (file) => {
    expectGolden(name, file, stored[file], goldens[file]);
  });

  test("synthesizes all files of expected", () => {
    const missing = Object.keys(stored).filter((file) => goldens[file] === undefined);
    for (const file of missing) expectGolden(name, file, stored[file], undefined);
  });

  test("has no warnings, such as the warning about NetworkPolicies that no engine enforces", () => {
    const manifest = JSON.parse(fs.readFileSync(path.join(outdir, "manifest.json"), "utf8"));
    const warnings = Object.values<any>(manifest.stacks).flatMap(({ annotations = [] }) => annotations);
    expect(warnings).toEqual([]);
  });

  test("has only stateful rules, no address range wider than a /8, and ports open to ranges only for the API endpoint and load balancers", () => {
    for (const rule of all("oci_core_network_security_group_security_rule")) {
      expect(rule.stateless).toBe(false);
      const peers = [rule.source_type && rule.source, rule.destination_type && rule.destination].filter(
        Boolean,
      );
      const isRange = [rule.source_type, rule.destination_type].includes("CIDR_BLOCK");
      // The addresses of token issuers change, so the API server reaches HTTPS anywhere.
      const isToIssuers =
        name === "ci-access" && rule.destination === "0.0.0.0/0" && singlePort(rule) === 443;
      for (const peer of isRange && !isToIssuers ? peers : [])
        expect(Number(peer.split("/")[1])).toBeGreaterThanOrEqual(8);
      // Rules with a range allow ingress to the API endpoint, ingress to one port of a load balancer whose rules Terraform
      // manages, or egress. Egress to one port in the VCN needs no gateway; other egress does.
      if (isRange && rule.direction === "EGRESS" && isInVcn(rule.destination)) {
        expect(singlePort(rule)).toBeGreaterThan(0);
      } else if (isRange && rule.direction === "EGRESS") expect(egressGateways).not.toEqual([]);
      else if (isRange && isForLoadBalancer(rule)) expect(singlePort(rule)).toBeGreaterThan(0);
      else if (isRange) expect(rule.tcp_options.destination_port_range).toEqual({ min: 6443, max: 6443 });
    }
  });

  test("has no security list rules except for a bastion, and routes to the internet only from public subnets", () => {
    for (const list of all("oci_core_security_list")) {
      expect(list).not.toHaveProperty("ingress_security_rules");
      if (list.egress_security_rules === undefined) continue;
      const ports = list.egress_security_rules.map((rule: any) => rule.tcp_options);
      expect([all("oci_bastion_bastion").length, ports]).toEqual([1, [{ min: 6443, max: 6443 }]]);
    }
    for (const list of all("oci_core_default_security_list")) {
      expect(Object.keys(list).filter((key) => key.endsWith("security_rules"))).toEqual([]);
    }
    const withEgress = [
      "ci-access",
      "controlled-egress",
      "existing-network",
      "inspected-egress",
      "internal-service",
      "observed-cluster",
      "production",
      "public-shop",
      "rotation",
    ];
    if (!withEgress.includes(name)) expect(egressGateways).toEqual([]);
    const publicSubnets = all("oci_core_subnet").filter((subnet) => !subnet.prohibit_public_ip_on_vnic);
    const wide = all("oci_core_route_table").filter((table) => JSON.stringify(table).includes('"0.0.0.0/0"'));
    const gateways = wide.flatMap(({ route_rules: rules }) =>
      rules
        .filter((rule: any) => rule.destination === "0.0.0.0/0")
        .map((rule: any) => rule.network_entity_id),
    );
    // Egress to all addresses, as to token issuers, goes from a private subnet through the NAT gateway.
    if (name === "ci-access") {
      expect(gateways).toEqual([expect.stringContaining("oci_core_nat_gateway")]);
      return;
    }
    expect(new Set(gateways).size).toBe(all("oci_core_internet_gateway").length);
    for (const subnet of all("oci_core_subnet")) {
      const routed = wide.some((table) => subnet.route_table_id.includes(table["//"].metadata.uniqueId));
      expect(routed).toBe(publicSubnets.includes(subnet));
      expect(subnet.prohibit_internet_ingress).toBe(!publicSubnets.includes(subnet));
    }
    if (name === "quickstart") expect(publicSubnets).toEqual([]);
  });

  test("has load balancers with source ranges of /8 or narrower, and security rules by NSG or Terraform", () => {
    const objects = Object.keys(previewsOf(outdir)).flatMap((file) =>
      Yaml.load(path.join(outdir, "manifests", file)),
    );
    const balancers = objects.filter((object: any) => object.spec?.type === "LoadBalancer");
    for (const { spec, metadata } of balancers) {
      expect(spec.loadBalancerSourceRanges.length).toBeGreaterThan(0);
      for (const range of spec.loadBalancerSourceRanges)
        expect(Number(range.split("/")[1])).toBeGreaterThanOrEqual(8);
      const mode = metadata.annotations["oci.oraclecloud.com/security-rule-management-mode"];
      const isTerraform = name === "terraform-managed-rules" || metadata.name === "broker";
      expect(mode).toBe(isTerraform ? "None" : "NSG");
    }
    expect(balancers.length).toBeGreaterThan(0);
  });

  test("has IAM policies that grant access to one tag or attribute namespace in the tenancy at most, and that name a kind of principal", () => {
    const statements = all("oci_identity_policy").flatMap((policy) => policy.statements as string[]);
    // Virtual nodes run in a tenancy of Oracle and need these statements in this form.
    const own = statements.filter((statement) => !/^(?:define|endorse) /.test(statement));
    expect(own.length === statements.length).toBe(name !== "node-pools");
    for (const statement of own) {
      expect(statement).not.toMatch(/all-resources|manage cluster-family/);
      // Tag and attribute namespaces are in the root compartment, so a condition limits the statement to one of them.
      if (statement.includes("in tenancy")) {
        expect(statement).toMatch(/ to use (tag|security-attribute)-namespaces in tenancy where all \{/);
        expect(statement).toMatch(/target\.(tag-namespace|security-attribute-namespace)\.name = '/);
      }
      // Statements for user groups, node scanning and reserved capacity have no condition for a kind of principal.
      if (
        /^Allow (?:group id|service vulnerability-scanning-service|service oke to use compute-capacity-reservations) /.test(
          statement,
        )
      ) {
        expect(statement).toContain(" in compartment id ");
        continue;
      }
      // Statements for dynamic groups and services name the resource that they may use.
      const condition = statement.startsWith("Allow dynamic-group id ")
        ? /target\.(?:repo\.name|bucket\.name|cluster\.id) = '/
        : /^Allow service (?:blockstorage|FssOc1Prod|objectstorage-[a-z0-9-]+) /.test(statement)
          ? /target\.(?:key\.id|bucket\.name) = '/
          : // The cluster verifies image signatures, and Oracle's statement names it as a user.
            /request\.(?:principal\.type|user\.id) = '/;
      expect(statement).toMatch(condition);
    }
    expect(statements.length).toBeGreaterThan(0);
  });
});

/** Whether a rule allows clients of a load balancer to reach its group or, with preserved addresses, its node port. */
function isForLoadBalancer({ direction, description }: any): boolean {
  return direction === "INGRESS" && /^Clients of the (Service|ingress gateway) /.test(description);
}

function singlePort({ tcp_options, udp_options }: any): number {
  const { min, max } = (tcp_options ?? udp_options).destination_port_range;
  return min === max ? min : 0;
}
