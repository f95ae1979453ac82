import { dayOfIsoDate } from "../../core/dates";
import { shown } from "../../core/display-value";
import { readJson, type TextPlace } from "../../core/json-places";
import { checkOcid } from "../../core/ocid";
import { checkReason } from "../../core/reason";
import { nearName } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";

/** The processors that an image is made for. */
export type Architecture = "x86_64" | "aarch64";

/** The known facts about a node image; unknown ones are neither rejected nor assumed. */
export interface NodeImageFacts {
  /** The major version of Oracle Linux, such as 8. */
  readonly linux?: number;
  readonly architecture?: Architecture;
  /** The Kubernetes version of an OKE image, such as `1.35.2`. */
  readonly kubernetes?: string;
  /** The build of an OKE image. */
  readonly build?: number;
  /** Whether the image has the drivers of NVIDIA GPUs. */
  readonly hasGpuDrivers?: boolean;
  /** The version of cgroups that the image starts with. */
  readonly cgroups?: 1 | 2;
  /** The day of the image, as an ISO date. */
  readonly created?: string;
}

const ORACLE_NAME =
  /^Oracle-Linux-(\d+)(?:\.\d+)?-(aarch64-)?((?:[A-Za-z]\w*-)*)(\d{4}\.\d{2}\.\d{2})-\d+(?:-OKE-(\d+\.\d+\.\d+)-(\d+))?$/i;

// The first build of OKE's images of Oracle Linux 8 that starts with cgroups v2.
const FIRST_CGROUPS_V2_BUILD = 1367;

/**
 * The facts in the name of an Oracle image, such as `Oracle-Linux-8.10-aarch64-2026.06.15-0-OKE-1.35.2-1505`; none for names in another
 * format.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutk8sversions.htm for cgroups v2
 */
export function factsOfName(name: string): NodeImageFacts {
  const [match, linux, arm, kinds = "", day = "", kubernetes, build] = ORACLE_NAME.exec(name) ?? [];
  if (match === undefined) return {};
  return {
    linux: Number(linux),
    architecture: arm === undefined ? "x86_64" : "aarch64",
    kubernetes,
    build: build === undefined ? undefined : Number(build),
    hasGpuDrivers: /(?:^|-)GPU-/i.test(kinds),
    cgroups: cgroupsOf(Number(linux), build === undefined ? undefined : Number(build)),
    created: day.replace(/\./g, "-"),
  };
}

function cgroupsOf(linux: number, build: number | undefined): 1 | 2 {
  if (linux > 8) return 2;
  return linux === 8 && build !== undefined && build >= FIRST_CGROUPS_V2_BUILD ? 2 : 1;
}

/** A validated node image of a lock. */
export interface LockedNodeImage {
  readonly imageId: string;
  readonly imageName: string;
  readonly created: string;
  readonly facts: NodeImageFacts;
  /** The individual limit of this image. */
  readonly maxAge?: { readonly days: number; readonly reason: string };
}

/** The readable content of a lock; complete if it has no problem. */
export interface NodeImageLockFile {
  readonly checked?: string;
  readonly maxAgeDays?: number;
  /** The names of all images, including unreadable ones. */
  readonly names: readonly string[];
  readonly images: ReadonlyMap<string, LockedNodeImage>;
}

const LOCK_FIELDS = ["version", "checked", "maxAgeDays", "images"];
const FACT_FIELDS = ["kubernetesVersion", "architecture", "cgroups", "gpu"];
const IMAGE_FIELDS = ["id", "name", "created", "notes", "maxAge", ...FACT_FIELDS];

/** The maximum of an age limit, in days. */
export const MAX_AGE_LENGTH = 3650;

type Path = readonly string[];

/** Reads one lock; each problem contains its line and column. */
class LockReader {
  constructor(
    private readonly problems: Problems,
    private readonly file: string,
    private readonly placeOf: (path: Path) => TextPlace,
  ) {}

  public addProblem(path: Path, what: string, fix: string): undefined {
    const { line, column } = this.placeOf(path);
    this.problems.add("IMAGE_LOCK_INVALID", `${this.file}:${line}:${column}: ${what}`, fix);
    return undefined;
  }

  /** The fields of an object; an unknown field is a problem, as it would have no effect. */
  public fields(path: Path, value: unknown, names?: readonly string[]): { readonly [name: string]: unknown } {
    const name = path.at(-1) ?? "the lock";
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.addProblem(path, `${name} is ${describe(value)}`, "Write an object in braces");
      return {};
    }
    for (const field of Object.keys(value)) {
      if (!names || names.includes(field)) continue;
      const near = nearName(field, names);
      const fix = near === undefined ? `Use one of ${names.join(", ")}` : `Write ${near}, or leave it out`;
      this.addProblem([...path, field], `${name} has a field ${shown(field)}`, fix);
    }
    return value as { readonly [name: string]: unknown };
  }

  public days(path: Path, value: unknown): number | undefined {
    if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_AGE_LENGTH) {
      return value as number;
    }
    const fix = `Write a whole number of days from 1 to ${MAX_AGE_LENGTH}, for example 60`;
    return this.addProblem(path, `${path.at(-1)} is ${describe(value)}`, fix);
  }

  public date(path: Path, value: unknown): string | undefined {
    if (dayOfIsoDate(value) !== undefined) return value as string;
    return this.addProblem(
      path,
      `${path.at(-1)} is ${describe(value)}`,
      'Write an ISO date, for example "2026-11-02"',
    );
  }

  public text(path: Path, value: unknown, example: string): string | undefined {
    if (typeof value === "string" && value.trim() !== "") return value;
    return this.addProblem(
      path,
      `${path.at(-1)} is ${describe(value)}`,
      `Write a text in quotes, for example "${example}"`,
    );
  }

  public oneOf<T>(path: Path, value: unknown, choices: readonly T[]): T | undefined {
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    const list = choices.map((choice) => JSON.stringify(choice)).join(" or ");
    return this.addProblem(path, `${path.at(-1)} is ${describe(value)}`, `Write ${list}, or leave it out`);
  }

  public ocid(path: Path, value: unknown): string {
    const own = new Problems("");
    checkOcid(own, "id", value as string | undefined, "image");
    if (own.any)
      this.addProblem(
        path,
        `id is ${describe(value)}`,
        'Give the OCID of an image, for example "ocid1.image.oc1.eu-frankfurt-1.aaaa"',
      );
    return value as string;
  }

  public reason(path: Path, value: unknown): string {
    const own = new Problems("");
    checkReason(own, "maxAge", value as string | undefined);
    if (own.any)
      this.addProblem(path, "maxAge has no reason", 'Give the reason in one sentence: "reason": "…"');
    return value as string;
  }
}

function describe(value: unknown): string {
  return value === undefined ? "not given" : shown(value);
}

/** Reads the text of a lock and adds its problems, with their lines and columns. */
export function parseNodeImageLock(problems: Problems, file: string, text: string): NodeImageLockFile {
  const none = { names: [], images: new Map<string, LockedNodeImage>() };
  const json = readJson(text);
  const reader = new LockReader(problems, file, (path) => json.placeOf(path));
  for (const { what, place } of json.faults) {
    problems.add(
      "IMAGE_LOCK_INVALID",
      `${file}:${place.line}:${place.column}: ${what}`,
      "Correct the JSON, which has neither comments nor trailing commas",
    );
  }
  if (json.value === undefined) return none;
  const fields = reader.fields([], json.value, LOCK_FIELDS);
  if (fields.version !== 1)
    reader.addProblem(["version"], `version is ${describe(fields.version)}`, 'Write "version": 1');
  const checked = reader.date(["checked"], fields.checked);
  const maxAgeDays = reader.days(["maxAgeDays"], fields.maxAgeDays);
  const entries = reader.fields(["images"], fields.images);
  const images = new Map<string, LockedNodeImage>();
  for (const [name, value] of Object.entries(entries)) {
    images.set(name, readImage(reader, ["images", name], value, checked));
  }
  return { checked, maxAgeDays, names: Object.keys(entries), images };
}

function readImage(
  reader: LockReader,
  path: Path,
  value: unknown,
  checked: string | undefined,
): LockedNodeImage {
  const fields = reader.fields(path, value, IMAGE_FIELDS);
  const pathOf = (field: string) => [...path, field];
  const imageName =
    reader.text(pathOf("name"), fields.name, "Oracle-Linux-8.10-2026.06.15-0-OKE-1.35.2-1505") ?? "";
  const named = factsOfName(imageName);
  const written = readFacts(reader, path, fields);
  checkContradictions(reader, path, named, written);
  const created = readCreated(reader, pathOf("created"), fields.created, named.created);
  if (checked !== undefined && (dayOfIsoDate(created) ?? 0) > (dayOfIsoDate(checked) ?? 0)) {
    reader.addProblem(
      pathOf("created"),
      `The image was created on ${created}, after ${checked}, when the lock was checked`,
      "Set checked to the day on which somebody last looked for newer images",
    );
  }
  if (fields.notes !== undefined) reader.text(pathOf("notes"), fields.notes, "Hardened by the platform team");
  return {
    imageId: reader.ocid(pathOf("id"), fields.id),
    imageName,
    created,
    facts: {
      ...named,
      ...Object.fromEntries(Object.entries(written).filter(([, fact]) => fact !== undefined)),
    },
    maxAge: readMaxAge(reader, pathOf("maxAge"), fields.maxAge),
  };
}

/** The given day, or the day in the name. */
function readCreated(reader: LockReader, path: Path, value: unknown, ofName: string | undefined): string {
  if (value === undefined && dayOfIsoDate(ofName) !== undefined) return ofName as string;
  const created = reader.date(path, value) ?? "";
  if (created !== "" && ofName !== undefined && created !== ofName) {
    reader.addProblem(
      path,
      `created is ${created}, but the name of the image says ${ofName}`,
      "Leave created out, or correct the name",
    );
  }
  return created;
}

function readFacts(
  reader: LockReader,
  path: Path,
  fields: { readonly [name: string]: unknown },
): NodeImageFacts {
  const pathOf = (field: string) => [...path, field];
  const { kubernetesVersion: version } = fields;
  const match = typeof version === "string" ? /^v?(1\.\d+\.\d+)$/.exec(version) : null;
  if (version !== undefined && !match) {
    const fix = 'Write the version as OKE names it, for example "v1.35.2"';
    reader.addProblem(pathOf("kubernetesVersion"), `kubernetesVersion is ${describe(version)}`, fix);
  }
  const cgroups = reader.oneOf(pathOf("cgroups"), fields.cgroups, ["v1", "v2"]);
  return {
    kubernetes: match?.[1],
    architecture: reader.oneOf<Architecture>(pathOf("architecture"), fields.architecture as Architecture, [
      "x86_64",
      "aarch64",
    ]),
    cgroups: cgroups === undefined ? undefined : cgroups === "v1" ? 1 : 2,
    hasGpuDrivers: reader.oneOf(pathOf("gpu"), fields.gpu as boolean | undefined, [true, false]),
  };
}

/** Adds a problem for each field that contradicts the name. */
function checkContradictions(
  reader: LockReader,
  path: Path,
  named: NodeImageFacts,
  written: NodeImageFacts,
): void {
  const pairs: [string, keyof NodeImageFacts][] = [
    ["kubernetesVersion", "kubernetes"],
    ["architecture", "architecture"],
    ["gpu", "hasGpuDrivers"],
  ];
  for (const [field, fact] of pairs) {
    if (written[fact] === undefined || named[fact] === undefined || written[fact] === named[fact]) continue;
    reader.addProblem(
      [...path, field],
      `${field} is ${describe(written[fact])}, but the name of the image says ${describe(named[fact])}`,
      `Leave ${field} out, or correct the name`,
    );
  }
}

function readMaxAge(reader: LockReader, path: Path, value: unknown): LockedNodeImage["maxAge"] {
  if (value === undefined) return undefined;
  const { days, reason } = reader.fields(path, value, ["days", "reason"]);
  const limit = reader.days([...path, "days"], days);
  const text = reader.reason([...path, "reason"], reason);
  return limit === undefined ? undefined : { days: limit, reason: text };
}
