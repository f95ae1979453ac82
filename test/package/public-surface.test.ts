import * as fs from "node:fs";
import { PUBLIC_SURFACE } from "../../lib/core/public-surface";
import { surfaceFile, surfaceOf } from "../../scripts/surface";

test("the table of the public surface matches the sources; npm run surface writes it", () => {
  expect(JSON.parse(fs.readFileSync(surfaceFile, "utf8"))).toEqual(surfaceOf());
});

test("no optional props object has a required member, because Python could not omit it", () => {
  const { classes, props } = PUBLIC_SURFACE;
  const calls = Object.entries(classes).flatMap(([name, { statics, methods, new: constructorParameters }]) =>
    Object.entries({ ...statics, ...methods, new: constructorParameters ?? [] }).flatMap(([method, words]) =>
      words.map((word) => ({ where: `${name}.${method}`, word })),
    ),
  );
  const withRequiredMembers = calls.filter(({ word }) => {
    const [, type = ""] = /^\w+\?: (\w+)$/.exec(word) ?? [];
    return Object.keys(props[type] ?? {}).some((member) => !member.endsWith("?"));
  });
  expect(calls.length).toBeGreaterThan(300);
  expect(withRequiredMembers).toEqual([]);
});
