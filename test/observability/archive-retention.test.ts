import { Duration } from "cdk8s";
import { TerraformVariable } from "cdktf";
import fc from "fast-check";
import { ArchiveRetention } from "../../lib/observability/archive-retention";
import { newStack, validationProblemsOf, problemCodesOf } from "../support/stack";

const days = (count: number) => Duration.days(count);

describe("the retention of an archive", () => {
  test("is 30 to 3,650 whole days", () => {
    expect(ArchiveRetention.of(days(30))).toMatchObject({ days: 30 });
    expect(ArchiveRetention.of(days(3650))).toMatchObject({ days: 3650 });
    expect(ArchiveRetention.of(Duration.hours(24 * 45)).days).toBe(45);
    for (const duration of [days(3651), Duration.hours(25), days(0)]) {
      expect(problemCodesOf(() => ArchiveRetention.of(duration))).toEqual(["DURATION_INVALID"]);
    }
    for (const nothing of [undefined, null]) {
      expect(problemCodesOf(() => ArchiveRetention.of(nothing as any))).not.toEqual([]);
    }
  });

  test("is below 30 days only with a reason", () => {
    expect(validationProblemsOf(() => ArchiveRetention.of(days(29)))).toMatchObject([
      {
        code: "RETENTION_INVALID",
        property: "duration",
        fix: expect.stringContaining("{ reason }"),
      },
    ]);
    expect(problemCodesOf(() => ArchiveRetention.short(days(7), { reason: "" }))).toEqual(["REASON_MISSING"]);
    expect(problemCodesOf(() => ArchiveRetention.short(days(7), undefined as any))).toContain(
      "REASON_MISSING",
    );
    expect(ArchiveRetention.short(days(7), { reason: "A test account" })).toMatchObject({
      days: 7,
      reason: "A test account",
    });
  });

  test("is locked 14 days after the lock was added, at the earliest", () => {
    const retention = ArchiveRetention.of(days(365));
    const locked = retention.locked("2026-12-16T00:00:00Z", { addedOn: "2026-12-01" });
    expect(locked).toMatchObject({ days: 365, lockedFrom: "2026-12-16T00:00:00Z" });
    expect(retention.lockedFrom).toBeUndefined();
    const [problem] = validationProblemsOf(() =>
      retention.locked("2026-12-15T23:59:59Z", { addedOn: "2026-12-01" }),
    );
    expect(problem).toMatchObject({
      code: "RETENTION_INVALID",
      what: expect.stringContaining("less than 14 days after the end of 2026-12-01"),
      fix: expect.stringContaining("2026-12-16T00:00:00Z or later"),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), (after) => {
        const time = new Date(Date.UTC(2026, 11, 1 + after)).toISOString();
        const lock = () => retention.locked(time, { addedOn: "2026-12-01" });
        if (after < 15) expect(problemCodesOf(lock)).toEqual(["RETENTION_INVALID"]);
        else expect(lock().lockedFrom).toBe(time);
      }),
    );
  });

  test("is locked by literal dates that exist", () => {
    const retention = ArchiveRetention.of(days(365));
    const variable = new TerraformVariable(newStack(), "time", { type: "string" }).stringValue;
    for (const time of ["2027-02-30T00:00:00Z", "2027-01-31", "tomorrow", variable]) {
      expect(problemCodesOf(() => retention.locked(time, { addedOn: "2026-12-01" }))).toEqual([
        "RETENTION_INVALID",
      ]);
    }
    for (const addedOn of ["2026-11-31", "2026-12-01T00:00:00Z", "today"]) {
      expect(problemCodesOf(() => retention.locked("2027-06-01T00:00:00Z", { addedOn }))).toEqual([
        "RETENTION_INVALID",
      ]);
    }
    expect(problemCodesOf(() => retention.locked(undefined as any, undefined as any))).not.toEqual([]);
  });
});
