import { decode, encode, ExtensionCodec } from "@msgpack/msgpack";

/** A value that Terraform knows only after the apply. The bytes may carry refinements of it, so they are kept. */
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
// 0 is an unknown value; 12 is an unknown value with refinements, such as its prefix.
for (const type of [0, 12]) {
  extensionCodec.register({
    type,
    encode: (value) => (value instanceof Unknown && value.extension === type ? value.data : null),
    decode: (data) => new Unknown(type, Uint8Array.from(data)),
  });
}
// Numbers above 2^53 keep their digits.
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

/** Whether a value and all values nested in it are known. */
export function isKnown(value: Value): boolean {
  if (value instanceof Unknown) return false;
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isKnown);
}
