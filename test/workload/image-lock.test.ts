import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { Acknowledgements, ContainerImage, HardenedDeployment, ImageLock } from "secure-oke";
import { DIGEST, messagesOf, newChart, objectOf, validationProblemsOf, problemCodesOf } from "./support";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lock-"));
let count = 0;

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A file of its own for each lock: a program reads each once. */
function fileOf(text: string): string {
  const file = path.join(folder, `${count++}.json`);
  fs.writeFileSync(file, text);
  return file;
}

const REFERENCE = `fra.ocir.io/acme/web:1.4.2@${DIGEST}`;
const web = { reference: REFERENCE, created: "2026-11-02" };

function lock(images: object = { web }, more: object = {}): string {
  return fileOf(JSON.stringify({ version: 1, checked: "2026-11-20", maxAgeDays: 90, images, ...more }));
}

const problemTexts = (call: () => unknown) =>
  validationProblemsOf(call).map(({ code, what }) => `${code} ${what}`);
const read = (file: string) => () => ImageLock.fromFile(file);

describe("an image of a lock", () => {
  test("has the reference in the lock", () => {
    const image = ContainerImage.fromLock("web", { path: lock() });
    expect(image).toMatchObject({ reference: REFERENCE, tag: "1.4.2", digest: DIGEST });
  });

  test("runs in a workload without a reason", () => {
    const chart = newChart();
    const image = ContainerImage.fromLock("web", { path: lock() });
    new HardenedDeployment(chart, "web", { image });
    expect(objectOf(chart, "Deployment").spec.template.spec.containers[0].image).toBe(REFERENCE);
    expect(Acknowledgements.of(chart)).toEqual([]);
  });

  test("is read from images.lock.json in the working directory by default", () => {
    const [before, own] = [process.cwd(), fs.mkdtempSync(path.join(folder, "program-"))];
    fs.copyFileSync(lock(), path.join(own, "images.lock.json"));
    try {
      process.chdir(own);
      expect(ContainerImage.fromLock("web").reference).toBe(REFERENCE);
      expect(ImageLock.fromFile().names).toEqual(["web"]);
    } finally {
      process.chdir(before);
    }
    // Found once: a program that moves to another folder goes on with its lock.
    expect(ContainerImage.fromLock("web").reference).toBe(REFERENCE);
  });

  test("does not change if the file changes while the program runs", () => {
    const file = lock();
    ContainerImage.fromLock("web", { path: file });
    fs.writeFileSync(file, "{}");
    expect(ContainerImage.fromLock("web", { path: file }).reference).toBe(REFERENCE);
  });

  test("can be as old as the maximum age, and not a day older", () => {
    const aged = (created: string, more: object = {}) =>
      ContainerImage.fromLock("web", { path: lock({ web: { ...web, created, ...more } }) });
    expect(aged("2026-08-22").reference).toBe(REFERENCE);
    expect(messagesOf(validationProblemsOf(() => aged("2026-08-21")))).toMatchSnapshot();
    const maxAge = { days: 91, reason: "The vendor builds it once in a quarter" };
    expect(aged("2026-08-21", { maxAge }).reference).toBe(REFERENCE);
    expect(problemCodesOf(() => aged("2026-08-20", { maxAge }))).toEqual(["IMAGE_TOO_OLD"]);
  });

  test("is refused if it exceeds the maximum age, for all dates", () => {
    const day = fc.integer({ min: 0, max: 20_000 });
    const dateOf = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10);
    fc.assert(
      fc.property(
        day,
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        (born, age, most) => {
          const images = { web: { ...web, created: dateOf(born) } };
          const path = lock(images, { checked: dateOf(born + age), maxAgeDays: most });
          const take = () => ContainerImage.fromLock("web", { path });
          if (age > most) expect(problemCodesOf(take)).toEqual(["IMAGE_TOO_OLD"]);
          else expect(take().digest).toBe(DIGEST);
        },
      ),
    );
  });

  test("is refused with a fix: a new build, a higher maximum age, or the real date", () => {
    const fixOf = (created: string) =>
      validationProblemsOf(() =>
        ContainerImage.fromLock("web", { path: lock({ web: { ...web, created } }) }),
      )[0]?.fix;
    expect(fixOf("2026-08-01")).toContain('"maxAge": { "days": 111, "reason": "…" }');
    expect(fixOf("1970-01-01")).toContain("the date of its push");
  });

  test("is accepted if another image is too old", () => {
    const images = { web, old: { ...web, created: "2020-01-01" } };
    expect(ContainerImage.fromLock("web", { path: lock(images) }).reference).toBe(REFERENCE);
  });

  test("is judged at the date of the lock, not at today's date", () => {
    const file = lock();
    jest.useFakeTimers({ now: new Date("2031-01-01") });
    try {
      expect(ContainerImage.fromLock("web", { path: file }).reference).toBe(REFERENCE);
    } finally {
      jest.useRealTimers();
    }
  });

  test("causes acknowledgements for a higher maximum age and for a debugging image", () => {
    const chart = newChart();
    const images = {
      web: {
        reference: `fra.ocir.io/acme/web:1-debug@${DIGEST}`,
        created: "2026-11-02",
        maxAge: { days: 400, reason: "Built once a year" },
        debugging: { reason: "The vendor delivers no other" },
        notes: "Delivered by mail",
      },
    };
    new HardenedDeployment(chart, "web", { image: ContainerImage.fromLock("web", { path: lock(images) }) });
    expect(Acknowledgements.of(chart)).toMatchObject([
      { path: "shop/web", practice: "small-images", reason: "The vendor delivers no other" },
      {
        what: `image fra.ocir.io/acme/web:1-debug@${DIGEST} up to 400 days old`,
        reason: "Built once a year",
      },
    ]);
  });

  test("causes no acknowledgement for a lower maximum age", () => {
    const chart = newChart();
    const path = lock({ web: { ...web, maxAge: { days: 30, reason: "Faces the internet" } } });
    new HardenedDeployment(chart, "web", { image: ContainerImage.fromLock("web", { path }) });
    expect(Acknowledgements.of(chart)).toEqual([]);
  });

  test("with an unknown name is refused with similar names", () => {
    const names = ["web", "worker", "orders-web", "orders-worker", "report"];
    const path = lock(Object.fromEntries(names.map((name) => [name, web])));
    const [problem] = validationProblemsOf(() => ContainerImage.fromLock("orders-wep", { path }));
    expect(problem).toMatchObject({
      code: "IMAGE_LOCK_INVALID",
      path: "ContainerImage.fromLock",
      property: "name",
      fix: 'Write "orders-web", or "orders-worker", or "worker"; or add the image to images in the file',
    });
    for (const name of ["constructor", "__proto__", ""]) {
      expect(problemCodesOf(() => ContainerImage.fromLock(name, { path }))).toEqual(["IMAGE_LOCK_INVALID"]);
    }
  });

  test("is found by any name in the lock", () => {
    const file = fileOf("");
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 5 }), (names) => {
        const fresh = `${file}-${count++}`;
        const images = names.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(web)}`).join(", ");
        fs.writeFileSync(
          fresh,
          `{ "version": 1, "checked": "2026-11-20", "maxAgeDays": 90, "images": { ${images} } }`,
        );
        return names.every((name) => ContainerImage.fromLock(name, { path: fresh }).digest === DIGEST);
      }),
      { numRuns: 30 },
    );
  });

  test.each<[string, unknown, unknown, string[]]>([
    ["no name", undefined, undefined, ["ATTRIBUTE_MISSING"]],
    ["a name that is a number", 7, undefined, ["VALUE_INVALID"]],
    ["a path that is a number", "web", { path: 7 }, ["VALUE_INVALID"]],
    ["an empty path", "web", { path: "" }, ["VALUE_INVALID"]],
  ])("is refused with %s", (_, name, options, codes) => {
    const call = () =>
      ContainerImage.fromLock(name as string, (options ?? { path: lock() }) as { path: string });
    expect(problemCodesOf(call)).toEqual(codes);
  });
});

describe("a lock", () => {
  test("has its content as properties", () => {
    const { names, checked, maxAge } = ImageLock.fromFile(lock({ web, api: web }));
    expect({ names, checked, maxAgeDays: maxAge.toDays() }).toEqual({
      names: ["api", "web"],
      checked: "2026-11-20",
      maxAgeDays: 90,
    });
  });

  test("that does not exist is refused with its path", () => {
    const file = path.join(folder, "nowhere.json");
    const expected = [{ code: "IMAGE_LOCK_INVALID", property: "path", what: expect.stringContaining(file) }];
    expect(validationProblemsOf(read(file))).toMatchObject(expected);
    expect(validationProblemsOf(() => ContainerImage.fromLock("web", { path: file }))).toMatchObject(
      expected,
    );
    expect(validationProblemsOf(read(folder))).toMatchObject([
      { property: "path", what: expect.stringContaining("EISDIR") },
    ]);
  });

  test("that is not valid JSON is refused", () => {
    expect(problemCodesOf(read(fileOf("{ version: 1 }")))).toEqual(["IMAGE_LOCK_INVALID"]);
  });

  test("is refused with all problems, each with the name of its image", () => {
    const images = {
      web: { reference: "fra.ocir.io/acme/web:1.4.2", created: "2026-02-30", digest: DIGEST },
      api: { reference: `acme/api@${DIGEST}`, created: "2026-11-21", maxAge: { days: 0 }, notes: 7 },
      none: null,
    };
    const file = lock(images, { version: 2, checked: "2026-11-20", maxAgeDays: "90", maxAge: 90 });
    const problems = validationProblemsOf(() => ContainerImage.fromLock("wep", { path: file }));
    const place = (name: string) => `ContainerImage.fromLock (${file}, ${name})`;
    expect(problems.map(({ code, path, property }) => `${code} ${path}: ${property}`)).toEqual([
      "IMAGE_LOCK_INVALID ContainerImage.fromLock: maxAge",
      "IMAGE_LOCK_INVALID ContainerImage.fromLock: version",
      "IMAGE_LOCK_INVALID ContainerImage.fromLock: maxAgeDays",
      `IMAGE_LOCK_INVALID ${place("web")}: digest`,
      `IMAGE_NOT_PINNED ${place("web")}: reference`,
      `IMAGE_LOCK_INVALID ${place("web")}: created`,
      `IMAGE_INVALID ${place("api")}: reference`,
      `IMAGE_LOCK_INVALID ${place("api")}: notes`,
      `IMAGE_LOCK_INVALID ${place("api")}: maxAge.days`,
      `REASON_MISSING ${place("api")}: maxAge.reason`,
      `IMAGE_LOCK_INVALID ${place("api")}: created`,
      `IMAGE_LOCK_INVALID ${place("none")}: undefined`,
      "IMAGE_LOCK_INVALID ContainerImage.fromLock: name",
    ]);
  });

  test("with a duplicate image is refused", () => {
    const entry = `"web": ${JSON.stringify(web)}`;
    const text = `{ "version": 1, "checked": "2026-11-20", "maxAgeDays": 90, "images": { ${entry}, ${entry} } }`;
    const file = fileOf(text);
    const expected = [{ code: "IMAGE_LOCK_INVALID", what: expect.stringContaining('"web" twice') }];
    expect(validationProblemsOf(read(file))).toMatchObject(expected);
    const escaped = fileOf(text.replace('"web"', '"w\\u0065b"'));
    expect(validationProblemsOf(read(escaped))).toMatchObject(expected);
  });

  test.each<[string, string]>([
    ["a text", '"web"'],
    ["a list", "[]"],
    ["nothing", "{}"],
    ["null", "null"],
  ])("that is %s is refused", (_, text) => {
    expect(new Set(problemCodesOf(read(fileOf(text))))).toEqual(new Set(["IMAGE_LOCK_INVALID"]));
  });

  test.each(["2026-2-1", "2026-13-01", "2025-02-29", "20261102", "2026-11-02T10:00:00Z", "", 20261102, null])(
    "with the date %j is refused",
    (date) => {
      expect(problemTexts(read(lock({ web: { ...web, created: date } })))).toEqual([
        `IMAGE_LOCK_INVALID created is ${JSON.stringify(date)}`,
      ]);
    },
  );

  test.each([{ debugging: {} }, { debugging: { reason: " " } }, { maxAge: { days: 400 } }])(
    "with %j is refused, as it has no reason",
    (more) => {
      expect(problemCodesOf(read(lock({ web: { ...web, ...more } })))).toEqual(["REASON_MISSING"]);
    },
  );
});

describe("the check of a lock in CI", () => {
  const old = ImageLock.fromFile(lock({ web, api: { ...web, created: "2026-11-20" } }));

  test("returns nothing while no image is too old", () => {
    expect(old.problems(new Date("2027-01-31T23:59:59Z"))).toEqual([]);
  });

  test("returns the images that became too old", () => {
    const found = old.problems(new Date("2027-02-01T00:00:00Z"));
    expect(found).toMatchObject([{ code: "IMAGE_TOO_OLD", what: expect.stringContaining("2027-02-01") }]);
    expect(old.problems(new Date("2030-01-01"))).toHaveLength(2);
  });

  test("returns a problem for a lock with a future date", () => {
    const [problem] = old.problems(new Date("2026-11-19"));
    expect(problem).toMatchObject({
      code: "IMAGE_LOCK_INVALID",
      what: "checked is 2026-11-20, which is after 2026-11-19",
    });
  });

  test("needs a date", () => {
    expect(problemCodesOf(() => old.problems(new Date("soon")))).toEqual(["VALUE_INVALID"]);
    expect(problemCodesOf(() => old.problems(undefined as never))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => old.problems("2026-11-19" as never))).toEqual(["VALUE_INVALID"]);
  });
});
