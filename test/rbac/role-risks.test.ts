import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { KUBERNETES_GROUPS, knownResources } from "../../lib/rbac/rbac-verb";
import { RISKS, type RiskRow } from "../../lib/rbac/private/role-risks";
import { VERBS, WRITES } from "../../lib/rbac/rbac-verb";

const root = path.join(__dirname, "..", "..");
const page = fs.readFileSync(path.join(root, "docs", "permissions.md"), "utf8");

const EXCEPTIONS = {
  names: "names or a reason",
  nothing: "none",
  reason: "a reason",
  "reason and names": "a reason and names",
};

function tableRow({ resources, verbs, allows, acceptedWith = "reason" }: RiskRow): string {
  const all =
    verbs.length === VERBS.length
      ? "everything"
      : verbs.length === WRITES.length
        ? "writing"
        : verbs.join(", ");
  // The core group has no name.
  const names = resources.map((name) => `\`${name.replace(/^[/]/, "")}\``);
  return `| ${names.join(", ")} | ${all} | ${allows} | ${EXCEPTIONS[acceptedWith]} |`;
}

test("docs/permissions.md lists every risk of the library", () => {
  const [, table = ""] = page.split("## Permissions that allow privilege escalation");
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const normal = (row: string) => row.replace(/\s+/g, " ");
  expect(rows.map(normal)).toEqual(RISKS.map(tableRow).map(normal));
});

test("every risk is about a resource that Kubernetes serves", () => {
  const known = KUBERNETES_GROUPS.flatMap((group) =>
    [...knownResources(group)!.keys()].map((name) => `${group}/${name}`),
  );
  const names = RISKS.flatMap(({ resources }) => resources);
  const missing = names.filter((name) =>
    name.endsWith("*") ? !known.some((each) => each.startsWith(name.slice(0, -1))) : !known.includes(name),
  );
  expect(missing).toEqual([]);
});

test("the program in docs/permissions.md creates a Role and its bindings", () => {
  const [, program = ""] = /```ts\n([^]*?)```/.exec(page) ?? [];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "permissions-"));
  try {
    fs.writeFileSync(path.join(folder, "main.ts"), program);
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    execFileSync(
      process.execPath,
      [path.join(root, "scripts", "register.js"), path.join(folder, "main.ts")],
      {
        cwd: folder,
      },
    );
    const manifests = fs.readFileSync(path.join(folder, "dist", "shop.k8s.yaml"), "utf8");
    expect(manifests.match(/^kind: .*$/gm)).toEqual(["kind: Role", "kind: RoleBinding", "kind: RoleBinding"]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
