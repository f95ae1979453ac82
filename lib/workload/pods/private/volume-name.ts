import { shortHash } from "../../../core/resource-name";

const LONGEST = 63;

/** The kind of content of a volume. */
export type VolumeKind = "config" | "host" | "pod-info" | "secret" | "shared" | "token" | "writable";

/**
 * The name of a volume, derived from its content only: it is stable when other paths and containers are added
 * or removed.
 *
 * @param owner the container that the volume belongs to, if it is not the program's.
 */
export function volumeName(kind: VolumeKind, path = "", owner = ""): string {
  const parts = path.toLowerCase().split(/[^a-z0-9]+/);
  const name = [...(owner === "" ? [] : [owner, ""]), kind, ...parts.filter((part) => part !== "")].join("-");
  // If characters were lost, another path could have the same name.
  const lossless = /^(?:\/[a-z0-9]+)*$/.test(path) && !owner.includes("--") && name.length <= LONGEST;
  if (lossless) return name;
  const hash = shortHash(`${owner}:${path}`);
  return `${name.slice(0, LONGEST - 9).replace(/-+$/, "")}-${hash}`;
}
