import * as fs from "node:fs";
import { PUBLIC_SURFACE } from "../../lib/core/public-surface";
import { surfaceFile, surfaceOf } from "../../scripts/surface";

test("the table of the public surface is what the sources say; npm run surface writes it", () => {
  expect(JSON.parse(fs.readFileSync(surfaceFile, "utf8"))).toEqual(surfaceOf());
});

test("no props object that may be left out has a member that must be given, which Python could not leave out", () => {
  const { classes, props } = PUBLIC_SURFACE;
  const calls = Object.entries(classes).flatMap(([name, known]) =>
    Object.entries({ ...known.statics, ...known.methods, new: known.new ?? [] }).flatMap(([method, words]) =>
      words.map((word) => ({ where: `${name}.${method}`, word })),
    ),
  );
  const asking = calls.filter(({ word }) => {
    const [, type = ""] = /^\w+\?: (\w+)$/.exec(word) ?? [];
    return Object.keys(props[type] ?? {}).some((member) => !member.endsWith("?"));
  });
  expect(calls.length).toBeGreaterThan(300);
  expect(asking).toEqual([]);
});
