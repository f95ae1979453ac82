import { shortHash } from "../../../core/short-hash";

const LONGEST = 63;

/** What a volume holds. */
export type VolumeKind = "config" | "host" | "pod-info" | "secret" | "shared" | "token" | "writable";

/**
 * The name of a volume, from what it holds alone: it stays the same when other paths and containers come and go.
 *
 * @param owner the container that the volume belongs to, where that is not the program's.
 */
export function volumeName(kind: VolumeKind, path = "", owner = ""): string {
  const parts = path.toLowerCase().split(/[^a-z0-9]+/);
  const name = [...(owner === "" ? [] : [owner, ""]), kind, ...parts.filter((part) => part !== "")].join("-");
  // Where characters were lost, another path could have the same name.
  const lossless = /^(?:\/[a-z0-9]+)*$/.test(path) && !owner.includes("--") && name.length <= LONGEST;
  if (lossless) return name;
  const hash = shortHash(`${owner}:${path}`);
  return `${name.slice(0, LONGEST - 9).replace(/-+$/, "")}-${hash}`;
}
