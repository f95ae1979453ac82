import { decode, encode, ExtensionCodec } from "@msgpack/msgpack";

/** What Terraform knows only after an apply; the bytes are kept because they can carry what is known about the value. */
export class Unknown {
  constructor(
    readonly extension: number,
    readonly data: Uint8Array,
  ) {}
}

/** A value of Terraform's type system: null, Unknown, or plain data. Sets are arrays, objects and maps are objects. */
export type Value = any;

export interface Values {
  [attribute: string]: Value;
}

export const UNKNOWN = new Unknown(0, Uint8Array.of(0));

const extensionCodec = new ExtensionCodec();
// 0 is an unknown value, 12 is one of which something is known already, its prefix for example.
for (const type of [0, 12]) {
  extensionCodec.register({
    type,
    encode: (value) => (value instanceof Unknown && value.extension === type ? value.data : null),
    decode: (data) => new Unknown(type, Uint8Array.from(data)),
  });
}
// A number above 2^53 must come back as it came.
const options = { extensionCodec, useBigInt64: true };

export interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

export function toWire(value: Value): DynamicValue {
  return { msgpack: encode(value, options) };
}

export function fromWire(value: DynamicValue | null | undefined): Value {
  if (value?.msgpack?.length) return decode(value.msgpack, options);
  if (value?.json?.length) return JSON.parse(Buffer.from(value.json).toString("utf8"));
  return null;
}

/** Whether a value and everything inside of it is known. */
export function isKnown(value: Value): boolean {
  if (value instanceof Unknown) return false;
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isKnown);
}
