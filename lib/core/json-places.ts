/** A place in a text; line and column count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A fault of a JSON text. */
export interface JsonFault {
  readonly what: string;
  readonly place: TextPlace;
}

/** A JSON text that was read, with the place of each value in it. */
export interface PlacedJson {
  /** The value; undefined where the text is not JSON. */
  readonly value: unknown;
  /** The first syntax error, or each key that an object has twice. */
  readonly faults: readonly JsonFault[];
  /** The start of a value; for an unknown path, the start of the nearest enclosing object. */
  placeOf(path: readonly string[]): TextPlace;
}

const SPACE = /[ \t\r\n]*/y;
// Control characters must be escaped in JSON; JSON.parse judges the escapes.
const STRING = /"(?:[^"\\\n\r]|\\.)*"/y;
const OTHER = /-?\d[\d.eE+-]*|[A-Za-z]+/y;

class SyntaxFault extends Error {
  constructor(
    message: string,
    public readonly at: number,
  ) {
    super(message);
  }
}

/** Reads JSON with the start of each value: JSON.parse reports no line, and takes the last of two equal keys. */
export function readJson(text: string): PlacedJson {
  const reader = new JsonReader(text);
  const places = reader.places;
  const at = (offset: number) => placeIn(text, offset);
  const placeOf = (path: readonly string[]): TextPlace => {
    for (let length = path.length; length > 0; length--) {
      const offset = places.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return at(offset);
    }
    return at(places.get(keyOf([])) ?? 0);
  };
  try {
    const value = reader.readAll();
    const faults = reader.repeated.map(({ key, offset }) => ({
      what: `${JSON.stringify(key)} is there twice in one object`,
      place: at(offset),
    }));
    return { value, faults, placeOf };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { value: undefined, faults: [{ what: error.message, place: at(error.at) }], placeOf };
  }
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

function placeIn(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

class JsonReader {
  public readonly places = new Map<string, number>();
  public readonly repeated: { readonly key: string; readonly offset: number }[] = [];
  private offset = 0;

  constructor(private readonly text: string) {}

  public readAll(): unknown {
    const value = this.readValue([]);
    this.skip();
    if (this.offset < this.text.length) this.fail(`${this.next} follows the end of the value`);
    return value;
  }

  private readValue(path: readonly string[]): unknown {
    this.skip();
    this.places.set(keyOf(path), this.offset);
    if (this.peek("{")) return this.readObject(path);
    if (this.peek("[")) return this.readList(path);
    if (this.peek('"')) return this.readString();
    const start = this.offset;
    const token = this.match(OTHER);
    if (token === undefined) return this.fail(`A value is missing before ${this.next}`);
    return this.parse(token, start);
  }

  private readObject(path: readonly string[]): object {
    const entries: [string, unknown][] = [];
    const keys = new Set<string>();
    this.offset++;
    this.skip();
    while (!this.peek("}")) {
      if (entries.length > 0) this.expect(",", "}");
      this.skip();
      if (!this.peek('"')) this.fail(`A key in double quotes is missing before ${this.next}`);
      const offset = this.offset;
      const key = this.readString();
      if (keys.has(key)) this.repeated.push({ key, offset });
      keys.add(key);
      this.skip();
      this.expect(":");
      entries.push([key, this.readValue([...path, key])]);
      this.skip();
    }
    this.offset++;
    return Object.fromEntries(entries);
  }

  private readList(path: readonly string[]): unknown[] {
    const values: unknown[] = [];
    this.offset++;
    this.skip();
    while (!this.peek("]")) {
      if (values.length > 0) this.expect(",", "]");
      values.push(this.readValue([...path, String(values.length)]));
      this.skip();
    }
    this.offset++;
    return values;
  }

  private readString(): string {
    const start = this.offset;
    const token = this.match(STRING);
    if (token === undefined) return this.fail("A text has no closing quote in its line") as never;
    return this.parse(token, start) as string;
  }

  private parse(token: string, start: number): unknown {
    try {
      return JSON.parse(token) as unknown;
    } catch {
      this.offset = start;
      return this.fail(`${token} is not a JSON value`);
    }
  }

  private expect(...signs: readonly string[]): void {
    const sign = signs[0] as string;
    if (!this.peek(sign)) {
      this.fail(`${signs.map((sign) => `"${sign}"`).join(" or ")} is missing before ${this.next}`);
    }
    this.offset++;
  }

  private skip(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.offset += found.length;
    return found;
  }

  private peek(sign: string): boolean {
    return this.text[this.offset] === sign;
  }

  private get next(): string {
    const sign = this.text[this.offset];
    return sign === undefined ? "the end of the file" : JSON.stringify(sign);
  }

  private fail(message: string): unknown {
    throw new SyntaxFault(message, this.offset);
  }
}
