import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Yaml } from "cdk8s";
import { describeWithTerraform, withProvider } from "../terraform/terraform";
import { type ProviderDouble } from "../terraform/provider-double";
import { root } from "./sources";

interface Snippets {
  snippetsOf(text: string): { readonly imports: readonly string[]; readonly pieces: readonly string[] };
  textsOf(text: string, language: string): string[];
}

jest.setTimeout(300_000);

const { snippetsOf, textsOf } = jest.requireActual<Snippets>("../../scripts/snippets");
const PAGES = [
  "existing-clusters",
  "gitops",
  "lifecycle",
  "private-images",
  "rotation",
  "scanning",
  "supply-chain",
  "teardown",
];
const textOf = (page: string) => fs.readFileSync(path.join(root, "docs", `${page}.md`), "utf8");
const MARK = /^# Needs (an account|a cluster|a registry|the binaries of an API server)\.\n/;
// Commands in a numbered list are indented.
const commandsOf = (page: string) => textsOf(textOf(page).replace(/^ {3}/gm, ""), "sh");

/** The program of a page in a folder, to run it and the commands of the page. */
class Page {
  public readonly folder: string;
  private readonly bin: string;

  constructor(
    private readonly name: string,
    private readonly provider?: ProviderDouble,
  ) {
    const { imports, pieces } = snippetsOf(textOf(name));
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `page-${name}-`));
    fs.symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
    fs.writeFileSync(path.join(this.folder, "main.ts"), [...imports, ...pieces].join("\n"));
    fs.writeFileSync(path.join(this.folder, "terraform.rc"), "");
    // In place of `npx tsx` in a project with the package; here the library runs from its sources.
    this.bin = path.join(this.folder, "bin");
    fs.mkdirSync(this.bin);
    const register = path.join(root, "scripts", "register.js");
    const npx = `#!/bin/sh\n[ "$1" = tsx ] || exit 9\nshift\nexec "${process.execPath}" "${register}" "$@"\n`;
    fs.writeFileSync(path.join(this.bin, "npx"), npx, { mode: 0o755 });
    spawnSync("git", ["init", "--quiet"], { cwd: this.folder });
  }

  public read(file: string): string {
    return fs.readFileSync(path.join(this.folder, file), "utf8");
  }

  /** Runs commands of the page and returns their output; throws an error with the output where a command fails. */
  public async run(commands: string): Promise<string> {
    const env = {
      PATH: `${this.bin}:${process.env.PATH}`,
      HOME: this.folder,
      CHECKPOINT_DISABLE: "1",
      CDKTF_OUTDIR: "cdktf.out",
      TF_CLI_ARGS: "-no-color",
      TF_CLI_ARGS_apply: "-auto-approve",
      TF_CLI_ARGS_destroy: "-auto-approve",
      TF_CLI_CONFIG_FILE: path.join(this.folder, "terraform.rc"),
      GIT_AUTHOR_NAME: "test",
      GIT_AUTHOR_EMAIL: "test@example.com",
      GIT_COMMITTER_NAME: "test",
      GIT_COMMITTER_EMAIL: "test@example.com",
      ...(this.provider ? { TF_REATTACH_PROVIDERS: this.provider.reattach } : {}),
    };
    const child = spawn("bash", ["-e", "-o", "pipefail", "-c", commands], { cwd: this.folder, env });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => output.push(chunk));
    const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
    const text = Buffer.concat(output).toString();
    if (status !== 0)
      throw new Error(
        `A command of docs/${this.name}.md ended with ${String(status)}:\n${commands}\n${text}`,
      );
    return text;
  }

  public remove(): void {
    fs.rmSync(this.folder, { recursive: true });
  }
}

const ALL = fs
  .readdirSync(path.join(root, "docs"))
  .filter((file) => file.endsWith(".md"))
  .map((file) => path.join("docs", file));

test.each(["README.md", ...ALL])(
  "%s marks the commands that need an account, a cluster or a registry",
  (file) => {
    const text = fs.readFileSync(path.join(root, file), "utf8").replace(/^ {3}/gm, "");
    const isRun = PAGES.some((name) => file === path.join("docs", `${name}.md`));
    const needsMore = isRun
      ? /\b(?:kubectl|oci|docker|git push|terraform import)\b/
      : /^(?!npm ci && npm (?:run quickstart|test)\b)/m;
    for (const commands of textsOf(text, "sh")) {
      if (needsMore.test(commands.replace(/gitops/g, "").trim())) expect(commands).toMatch(MARK);
      // Placeholders look like <this>, which a shell would read as a redirection.
      const input = commands.replace(/<[a-z ]+>/g, "it");
      expect(spawnSync("bash", ["-n"], { input, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    }
  },
);

test("the program of docs/permissions.md runs", async () => {
  const page = new Page("permissions");
  await page.run("npx tsx main.ts");
  expect(page.read("dist/shop.k8s.yaml")).toContain("kind: RoleBinding");
  page.remove();
});

describe.each(PAGES)("docs/%s.md", (name) => {
  test("has a program that runs without warnings, except for missing NetworkPolicy engines and subscribers", async () => {
    const page = new Page(name);
    await page.run("npx tsx main.ts");
    const manifest = JSON.parse(page.read("cdktf.out/manifest.json"));
    const warnings = Object.values<any>(manifest.stacks).flatMap(({ annotations = [] }) => annotations);
    expect(
      warnings.filter(({ message }) => !/network-policy-engine|topic-without-subscriber/.test(message)),
    ).toEqual([]);
    page.remove();
  });

  test("links to pages that exist", () => {
    for (const [, file = ""] of textOf(name).matchAll(/\]\(((?!https:)[^)#]+)\)/g)) {
      expect([file, fs.existsSync(path.join(root, "docs", file))]).toEqual([file, true]);
    }
  });
});

test("docs/private-images.md shows the warning of its program without pull secrets and registry access", async () => {
  const page = new Page("private-images");
  const file = path.join(page.folder, "main.ts");
  const without = [', imagePullSecrets: ["ocir"] }', "  registryAccess,\n"].reduce(
    (text, part) => {
      expect(text).toContain(part);
      return text.replace(part, part.endsWith("}") ? " }" : "");
    },
    fs.readFileSync(file, "utf8"),
  );
  fs.writeFileSync(file, without);
  const shown =
    textsOf(textOf("private-images"), "text").find((text) => text.startsWith("[image-pull")) ?? "none";
  expect(await page.run("npx tsx main.ts")).toContain(shown.trim());
  page.remove();
});

test("docs/private-images.md shows the matching rule and the policy statement of its program", async () => {
  const page = new Page("private-images");
  await page.run("npx tsx main.ts");
  const { resource } = JSON.parse(page.read("cdktf.out/stacks/shop/cdk.tf.json"));
  const [group] = Object.values<any>(resource.oci_identity_dynamic_group);
  const statements = Object.values<any>(resource.oci_identity_policy).flatMap((policy) => policy.statements);
  const shapes = textsOf(textOf("private-images").replace(/^ {3}/gm, ""), "text")
    .flatMap((text) => text.trim().split("\n"))
    .filter((line) => /^ALL|dynamic-group/.test(line));
  expect(shapes).toHaveLength(2);
  const matching = (line: string) =>
    new RegExp(
      `^${line
        .replace(/[.{}]/g, "\\$&")
        .replace(/<[^>]*>/g, ".+")
        .replace("…", ".+")}$`,
    );
  expect(group.matching_rule).toMatch(matching(shapes[0] ?? ""));
  expect(statements).toContainEqual(expect.stringMatching(matching(shapes[1] ?? "")));
  page.remove();
});

describeWithTerraform("the commands of", () => {
  const runnable = (name: string) => commandsOf(name).filter((text) => !MARK.test(text));

  test.each(["gitops", "existing-clusters"])("docs/%s.md run", async (name) => {
    await withProvider(async ({ provider }) => {
      const page = new Page(name, provider);
      expect(runnable(name).length).toBeGreaterThan(0);
      for (const commands of runnable(name)) await page.run(commands);
      if (name === "gitops") checkGitOps(page);
      page.remove();
    });
  });

  test("docs/teardown.md destroy all resources, but none while the cluster is protected", async () => {
    await withProvider(async ({ provider }) => {
      const page = new Page("teardown", provider);
      const [create = "", destroy = "", ...others] = runnable("teardown");
      expect(others).toEqual([]);
      await page.run(create);
      const { size } = provider.account;
      expect(size).toBeGreaterThan(20);
      await expect(page.run("terraform -chdir=cdktf.out/stacks/shop destroy")).rejects.toThrow(
        "Instance cannot be destroyed",
      );
      expect(provider.account.size).toBe(size);
      await page.run(destroy);
      expect(provider.account.size).toBe(0);
      page.remove();
    });
  });
});

/** Checks the committed manifests: references are resolved, and namespaces come first and are never pruned. */
function checkGitOps(page: Page): void {
  const committed = spawnSync("git", ["ls-files", "gitops"], { cwd: page.folder, encoding: "utf8" })
    .stdout.trim()
    .split("\n");
  expect(committed).toEqual([
    "gitops/argocd/applications.k8s.yaml",
    "gitops/flux/kustomizations.k8s.yaml",
    "gitops/shop/manifests.yaml",
    "gitops/toys/toys.k8s.yaml",
  ]);
  for (const file of ["gitops/shop/manifests.yaml", "gitops/toys/toys.k8s.yaml"]) {
    expect(page.read(file)).not.toMatch(/TfToken|\$\{/);
    const [first] = Yaml.load(path.join(page.folder, file));
    expect([first.kind, first.metadata.annotations]).toEqual([
      "Namespace",
      {
        "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
      },
    ]);
  }
  expect(page.read("gitops/shop/manifests.yaml")).toMatch(/ocid1\.networksecuritygroup\.oc1\.test\./);
}
