import { Yaml } from "cdk8s";
import * as fs from "node:fs";
import * as path from "node:path";
import { contains, readCidr, type Cidr } from "../../lib/core/cidr";
import { Problems } from "../../lib/core/validation-error";
import { EXAMPLES, previewsOf, stacksOf, sharedExample, synthesizeExample } from "../support/examples";
import { goldensOf, holdsGolden, storedGoldens } from "../support/goldens";

// Of the examples that work in a VCN of somebody else.
const GIVEN_VCNS = ["10.20.0.0/16"];
const cidrOf = (text: string) => readCidr(new Problems("test"), "range", text) as Cidr;

describe.each(EXAMPLES)("example %s", (name) => {
  const outdir = sharedExample(name);
  const stacks = stacksOf(outdir);
  const resources = Object.values<any>(stacks).flatMap((stack) =>
    Object.entries<any>(stack.resource ?? {}).flatMap(([type, all]) =>
      Object.values<any>(all).map((resource) => ({ type, ...resource })),
    ),
  );
  const all = (type: string) => resources.filter((resource) => resource.type === type);

  const toDrg = all("oci_core_route_table").filter((table) => JSON.stringify(table).includes("ocid1.drg."));
  const vcns = [...all("oci_core_vcn").flatMap(({ cidr_blocks: blocks }) => blocks), ...GIVEN_VCNS].map(
    cidrOf,
  );
  const isInVcn = (range: string) => vcns.some((vcn) => contains(vcn, cidrOf(range)));
  const egressRoutes = [...all("oci_core_nat_gateway"), ...all("oci_core_drg_attachment"), ...toDrg];

  const goldens = goldensOf(name, outdir);
  const stored = storedGoldens(name);

  test.each(Object.keys(goldens))("synthesizes what expected/%s holds", (file) => {
    holdsGolden(name, file, stored[file], goldens[file]);
  });

  test("synthesizes each file of expected", () => {
    const gone = Object.keys(stored).filter((file) => goldens[file] === undefined);
    for (const file of gone) holdsGolden(name, file, stored[file], undefined);
  });

  test("gives no warning, such as that of NetworkPolicies that nothing enforces", () => {
    const manifest = JSON.parse(fs.readFileSync(path.join(outdir, "manifest.json"), "utf8"));
    const warnings = Object.values<any>(manifest.stacks).flatMap(({ annotations = [] }) => annotations);
    expect(warnings).toEqual([]);
  });

  test("synthesizes the same bytes again", () => {
    const again = synthesizeExample(name);
    expect(stacksOf(again)).toEqual(stacks);
    expect(previewsOf(again)).toEqual(previewsOf(outdir));
    fs.rmSync(path.dirname(again), { recursive: true });
  });

  test("has no rule that names a range wider than a /8, no open port beside the API's and load balancers', and no stateless rule", () => {
    for (const rule of all("oci_core_network_security_group_security_rule")) {
      expect(rule.stateless).toBe(false);
      const ends = [rule.source_type && rule.source, rule.destination_type && rule.destination].filter(
        Boolean,
      );
      const isRange = [rule.source_type, rule.destination_type].includes("CIDR_BLOCK");
      // The addresses of token issuers change, so the API server reaches HTTPS anywhere.
      const isToIssuers =
        name === "ci-access" && rule.destination === "0.0.0.0/0" && singlePort(rule) === 443;
      for (const end of isRange && !isToIssuers ? ends : [])
        expect(Number(end.split("/")[1])).toBeGreaterThanOrEqual(8);
      // A range may reach the API endpoint, and where Terraform manages the rules of load balancers the one port of each;
      // every other rule is between groups or to the services.
      // What is in the VCN needs no route; what is outside has the one that its way out made.
      if (isRange && rule.direction === "EGRESS" && isInVcn(rule.destination)) {
        expect(singlePort(rule)).toBeGreaterThan(0);
      } else if (isRange && rule.direction === "EGRESS") expect(egressRoutes).not.toEqual([]);
      else if (isRange && isOfBalancer(rule)) expect(singlePort(rule)).toBeGreaterThan(0);
      else if (isRange) expect(rule.tcp_options.destination_port_range).toEqual({ min: 6443, max: 6443 });
    }
  });

  test("has no rules in security lists but that of a bastion, and routes to the internet only from subnets that are public on purpose", () => {
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
    if (!withEgress.includes(name)) expect(egressRoutes).toEqual([]);
    const publicSubnets = all("oci_core_subnet").filter((subnet) => !subnet.prohibit_public_ip_on_vnic);
    const wide = all("oci_core_route_table").filter((table) => JSON.stringify(table).includes('"0.0.0.0/0"'));
    const gateways = wide.flatMap(({ route_rules: rules }) =>
      rules
        .filter((rule: any) => rule.destination === "0.0.0.0/0")
        .map((rule: any) => rule.network_entity_id),
    );
    // A rule for every address, as to token issuers, goes through the NAT gateway and from a private subnet.
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

  test("has load balancers whose source ranges are written and narrow", () => {
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

  test("grants nothing in the tenancy but the use of one namespace of labels, and nothing to any user without a kind of principal", () => {
    const statements = all("oci_identity_policy").flatMap((policy) => policy.statements as string[]);
    // Virtual nodes run in a tenancy of Oracle, which takes these statements in this form only.
    const own = statements.filter((statement) => !/^(?:define|endorse) /.test(statement));
    expect(own.length === statements.length).toBe(name !== "node-pools");
    for (const statement of own) {
      expect(statement).not.toMatch(/all-resources|manage cluster-family/);
      // Namespaces of labels are in the tenancy's root, so the condition narrows it to one of them.
      if (statement.includes("in tenancy")) {
        expect(statement).toMatch(/ to use (tag|security-attribute)-namespaces in tenancy where all \{/);
        expect(statement).toMatch(/target\.(tag-namespace|security-attribute-namespace)\.name = '/);
      }
      // People, and the scanning service, have no condition that names a kind of principal.
      if (/^Allow (?:group id|service vulnerability-scanning-service) /.test(statement)) {
        expect(statement).toContain(" in compartment id ");
        continue;
      }
      // Instances are dynamic groups, and each statement names what they may use.
      const who = statement.startsWith("Allow dynamic-group id ")
        ? /target\.(?:repo\.name|bucket\.name|cluster\.id) = '/
        : /^Allow service (?:blockstorage|FssOc1Prod|objectstorage-[a-z0-9-]+) /.test(statement)
          ? /target\.(?:key\.id|bucket\.name) = '/
          : // The cluster itself verifies signatures, and Oracle's statement names it as a user.
            /request\.(?:principal\.type|user\.id) = '/;
      expect(statement).toMatch(who);
    }
    expect(statements.length).toBeGreaterThan(0);
  });
});

/** Whether a rule lets clients in for a load balancer: to its group, or with their addresses preserved to its node port. */
function isOfBalancer({ direction, description }: any): boolean {
  return direction === "INGRESS" && /^Clients of the (Service|ingress gateway) /.test(description);
}

function singlePort({ tcp_options, udp_options }: any): number {
  const { min, max } = (tcp_options ?? udp_options).destination_port_range;
  return min === max ? min : 0;
}
