import { App, Chart } from "cdk8s";
import { Port } from "../../lib/core/port";
import { RoleRule } from "../../lib/rbac/role-rule";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { LeastPrivilegeRole } from "../../lib/rbac/role";
import { RbacResource } from "../../lib/rbac/rbac-resource";
import { Subject } from "../../lib/rbac/subject";
import { Tenant } from "../../lib/namespaces/tenant";
import { type Caller } from "../support/api-server";
import { IMAGE } from "../workload/support";

export const NAMES = ["bank", "shop", "toys"];
export const ROLES = ["admins", "developers", "viewers"];
export const groupOf = (tenant: string, role: string) => `ocid1.group.oc1..${tenant}${role}`;

/** A person as OKE introduces him: his OCID, and those of his groups. */
export const person = (group: string): Caller => ({
  user: "ocid1.user.oc1..ann",
  groups: [group, "system:authenticated"],
});

export const account = (namespace: string, name: string): Caller => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});

/** Three tenants of one cluster; two of them let one workload of each meet. */
export function threeTenants(): Chart[] {
  const app = new App();
  const charts = NAMES.map((name) => {
    const chart = new Chart(app, name, { namespace: name });
    new Tenant(chart, "tenant", {
      admins: [groupOf(name, "admins")],
      developers: [groupOf(name, "developers")],
      viewers: [groupOf(name, "viewers")],
      costLabels: { "cost-center": name },
      allowedPeers: NAMES.filter((other) => other !== name && other !== "toys" && name !== "toys"),
    });
    const web = new HardenedDeployment(chart, "web", { image: IMAGE, port: 8080 });
    const api = new HardenedDeployment(chart, "api", { image: IMAGE, port: 8081 });
    web.connections.allowTo(api, Port.tcp(8081));
    new LeastPrivilegeRole(chart, "web-config", {
      allow: [RoleRule.read(RbacResource.CONFIG_MAPS).named("web-config")],
    }).grantTo(Subject.serviceAccountOf(web));
    return { chart, web, api };
  });
  const [bank, shop] = charts;
  shop!.web.connections.allowTo(bank!.api, Port.tcp(8081));
  return charts.map(({ chart }) => chart);
}

/** Rules taken apart into single permissions, so that they can be compared however they are put together. */
export function single(rules: any[]): string[] {
  const all = rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
    apiGroups.flatMap((group: string) =>
      resources.flatMap((resource: string) =>
        verbs.flatMap((verb: string) =>
          (resourceNames ?? [""]).map((name: string) => `${verb} ${resource}.${group} ${name}`),
        ),
      ),
    ),
  );
  return [...new Set<string>(all)].sort();
}
