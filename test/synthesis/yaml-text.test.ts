import * as fc from "fast-check";
import { Yaml } from "cdk8s";
import { yamlOf } from "../../lib/synthesis/chart-yaml";

const WORDS = (
  "true False yes NO on off y N null Null ~ .inf -.INF .nan 0 1 -1 007 0o17 0x1F 1e3 1_000 12:30:45 22:22 2024-01-01 <<" +
  " = - -- --- ... ---a ...a %a ? ?x : :x x: a:b # #x x# & &a * *a ! !a | > % @ ` [ ] { } , 'x' \"x\" \\ a\\b /var/log e5 E"
).split(" ");
const PHRASES = [
  "",
  " ",
  " x",
  "x ",
  "a: b",
  "a #b",
  "a\tb",
  "a\nb",
  "a\n",
  "\n",
  "- a",
  "? a",
  "é",
  "\u0085",
  "😀",
];

const text = fc.oneof(
  fc.constantFrom(...WORDS, ...PHRASES),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.stringMatching(/^[a-zA-Z0-9_.\/: #-]{0,20}$/),
  fc.string({ minLength: 190, maxLength: 1100 }),
);
const leaf = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, 1e21, 12345678901234567890, -1.8881545897087501e289),
);
const { value } = fc.letrec<{ value: unknown; map: object }>((tie) => ({
  value: fc.oneof({ depthSize: "medium" }, leaf, fc.array(tie("value"), { maxLength: 4 }), tie("map")),
  map: fc.dictionary(text, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

describe("the YAML of objects", () => {
  test("is that of cdk8s, byte for byte, whatever is in them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(text, value, { maxKeys: 5, noNullPrototype: true }), { maxLength: 3 }),
        (objects) => {
          expect(yamlOf(objects)).toBe(Yaml.stringify(...objects));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("is that of cdk8s for each text that means something to YAML, as a value, a key and in a list", () => {
    for (const one of [...WORDS, ...PHRASES]) {
      const object = { a: one, [one]: one, list: [one, [one], { [one]: one }] };
      expect(yamlOf([object])).toBe(Yaml.stringify(object));
    }
  });

  test("has the anchors of cdk8s for what stands twice in one object, and none for what two objects share", () => {
    const shared = { name: "shared" };
    const empty: unknown[] = [];
    const objects = [{ a: shared, b: [shared] }, { a: shared }, { a: empty, b: empty }];
    expect(yamlOf(objects)).toBe(Yaml.stringify(...objects));
    expect(yamlOf(objects)).toMatch("&a1");
  });
});
