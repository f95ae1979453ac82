import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

interface BuiltInData {
  readonly what: string;
  readonly file: string;
  readonly source: string;
  readonly asOf: string;
}

interface DataAge {
  builtInData(root?: string): BuiltInData[];
  report(entries: readonly BuiltInData[], today: string): string[];
}

const { builtInData, report } = jest.requireActual<DataAge>("../../scripts/data-age");

const root = path.join(__dirname, "../..");
const entry = {
  what: "Versions",
  file: "lib/versions.json",
  source: "https://example.com",
  asOf: "2026-09-05",
};

describe("the report of the age of built-in data", () => {
  test("lists the age of each entry, with a warning from the 91st day on", () => {
    expect(report([entry], "2026-12-04")).toEqual([
      "   90 days  Versions (lib/versions.json)",
      "0 of 1 entries are older than 90 days",
    ]);
    expect(report([entry], "2026-12-05")).toEqual([
      "   91 days  Versions (lib/versions.json)",
      "WARNING: Versions (2026-09-05) is 91 days old: compare lib/versions.json with https://example.com",
      "1 of 1 entries are older than 90 days",
    ]);
  });

  test.each(["2026-02-30", "yesterday", "2026-9-5", undefined])("rejects %p as a date", (asOf) => {
    expect(() => report([{ ...entry, asOf: asOf as string }], "2026-12-05")).toThrow(/is not a date such as/);
    expect(() => report([entry], asOf as string)).toThrow(/is not a date such as/);
  });

  test("includes all data files, and constants whose source files exist", () => {
    const entries = builtInData();
    for (const { what, file, source, asOf } of entries) {
      expect([what, fs.existsSync(path.join(root, file))]).toEqual([what, true]);
      expect(source).toMatch(/^https:\/\//);
      expect(asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
    const names = entries.map(({ what }) => what);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        "Cipher suites of load balancers",
        "Protection capabilities of the web application firewall",
        "kubernetes-versions",
        "policy-engine-versions, calico",
        "policy-engine-versions, cilium",
      ]),
    );
  });

  test("rejects a data file without a source", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "data-age-"));
    for (const name of ["lib", "scripts"]) fs.mkdirSync(path.join(folder, name));
    fs.writeFileSync(path.join(folder, "scripts/built-in-data.json"), "[]");
    expect(builtInData(folder)).toEqual([]);
    fs.writeFileSync(path.join(folder, "lib/limits.json"), '{ "most": 5 }');
    expect(() => builtInData(folder)).toThrow(/limits\.json names no source/);
    fs.rmSync(folder, { recursive: true });
  });

  test("is printed by a command that exits with 0 where data is old, and with 1 for an unknown option", () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [path.join(root, "scripts/data-age.js"), ...args], { encoding: "utf8" });
    const { status, stdout } = run("--today", "2031-01-01");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /WARNING: kubernetes-versions .* compare lib\/cluster\/kubernetes-versions\.json with https:/,
    );
    expect(stdout).toContain("policy-engine-versions, calico");
    expect(run("--week").status).toBe(1);
  });
});
