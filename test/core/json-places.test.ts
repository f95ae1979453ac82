import fc from "fast-check";
import { readJson } from "../../lib/core/json-places";

describe("JSON with places", () => {
  test("gives what JSON.parse gives, of any value however it is indented", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const { value: read, faults } = readJson(text);
        expect(faults).toEqual([]);
        expect(read).toEqual(JSON.parse(text));
      }),
    );
  });

  test("refuses what JSON.parse refuses, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.jsonValue().map((value) => JSON.stringify(value)),
        fc.nat(),
        fc.constantFrom("", "x", ",", '"', "{", "]", ":", "1", "-"),
        (text, at, inserted) => {
          const offset = at % (text.length + 1);
          const changed = text.slice(0, offset) + inserted + text.slice(offset + 1);
          let isJson = true;
          try {
            JSON.parse(changed);
          } catch {
            isJson = false;
          }
          expect(readJson(changed).value !== undefined).toBe(isJson);
        },
      ),
    );
  });

  test("knows the line and column of each value, and of the nearest object of one that is not there", () => {
    const { placeOf } = readJson('{\n  "a": {\n    "b": [1, 22]\n  }\n}\n');
    expect(placeOf([])).toEqual({ line: 1, column: 1 });
    expect(placeOf(["a", "b", "1"])).toEqual({ line: 3, column: 14 });
    expect(placeOf(["a", "c", "d"])).toEqual({ line: 2, column: 8 });
  });

  test.each([
    ['{"a": 1,}', 1, 9, 'A key in double quotes is missing before "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"," or "}" is missing before "\\""'],
    ['{"a" 1}', 1, 6, '":" is missing before "1"'],
    ['{"a": "b\n"}', 1, 7, "A text has no closing quote in its line"],
    ['{"a": 01}', 1, 7, "01 is not a JSON value"],
    ["[1] 2", 1, 5, '"2" follows the end of the value'],
    ["", 1, 1, "A value is missing before the end of the file"],
    ['{"a": 1, "a": 2}', 1, 10, '"a" is there twice in one object'],
  ])("reports the line and column of the fault in %j", (text, line, column, what) => {
    expect(readJson(text).faults).toEqual([{ what, place: { line, column } }]);
  });
});
