import { type IResolvable, type IResolveContext, LazyBase, Token } from "cdktf";
import { partsOf, referenceOf } from "./references";

/**
 * Plain data with the late values of cdktf produced.
 *
 * They look like references but may be any text, which must be escaped like all other text.
 */
export function produceLazies(value: unknown, context: IResolveContext): unknown {
  const reference = referenceOf(value);
  if (reference) return isLazy(reference) ? produce(reference, context) : value;
  if (typeof value === "string") return produceIn(value, context);
  if (Array.isArray(value)) return value.map((entry) => produceLazies(entry, context));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, entry]) => [key, produceLazies(entry, context)] as const)
      .filter(([, entry]) => entry !== undefined),
  );
}

function produceIn(text: string, context: IResolveContext): unknown {
  const parts = partsOf(text);
  if (!parts.some(isLazy)) return text;
  const produced = parts.map((part) => (isLazy(part) ? produce(part, context) : writeBack(part)));
  return produced.length === 1 ? produced[0] : produced.map((part) => String(part ?? "")).join("");
}

/** A producer that resolves something itself gets it back as a reference, which is written later like any other. */
function produce(lazy: LazyBase, context: IResolveContext): unknown {
  const resolve = (value: unknown) => produceLazies(value, context);
  return resolve(lazy.resolve({ ...context, resolve }));
}

function writeBack(part: string | IResolvable): string {
  return typeof part === "string" ? part : Token.asString(part);
}

function isLazy(part: string | IResolvable): part is LazyBase {
  return part instanceof LazyBase;
}
