import { Token } from "cdktf";
import { type PracticeId } from "../../core/acknowledgement";
import { Problems } from "../../core/validation-error";
import { referenceOf } from "../../synthesis/references";
import { CONFLICTS, HardeningConflict } from "../conflict";
import { decisionOn, type Plan, type TrackedEntry } from "../hardening-options";
import { type HardeningChange, type HardeningFinding } from "../hardening-report";

/** A map of a manifest, such as a container or its security context. */
export interface Fields {
  [key: string]: unknown;
}

/** Whether a value is missing. */
export function isMissing(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Whether a value is a reference to a Terraform value, which is unknown at synthesis. */
export function isReference(value: unknown): boolean {
  return Token.isUnresolved(value);
}

/** The value as a map, if it is one that can be read and written. */
export function fieldsOf(value: unknown): Fields | undefined {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap && !referenceOf(value) ? (value as Fields) : undefined;
}

/** The entries of a list that are maps; empty for any other value. */
export function entriesOf(value: unknown): Fields[] {
  if (!Array.isArray(value)) return [];
  return value.map(fieldsOf).filter((entry) => entry !== undefined);
}

/** The value at a path of keys. */
export function valueAt(fields: Fields | undefined, ...keys: string[]): unknown {
  return keys.reduce<unknown>((value, key) => fieldsOf(value)?.[key], fields);
}

/** A value as text for messages. */
export function textOf(value: unknown): string | undefined {
  if (isReference(value)) return "a reference to a Terraform value";
  return value === undefined ? undefined : JSON.stringify(value);
}

/** The notes of hardening an object. */
export interface Notes {
  readonly changes: HardeningChange[];
  readonly findings: HardeningFinding[];
  readonly accepted: HardeningFinding[];
  /** The entries of the plan that had an effect. */
  readonly used: Set<TrackedEntry>;
  /** The problems of entries that could not be applied. */
  readonly problems: Problems;
  /** The items of a List that are to be left out. */
  readonly leftOutItems: Set<Fields>;
  /** Whether the object is to be left out. */
  isLeftOut?: boolean;
  /** Whether the object stays although it is a Helm hook. */
  isKeptHook?: boolean;
}

/** The outcome of a conflict. */
export type Outcome = "accepted" | "open" | "overridden";

/** A place in an object, with its notes. */
export interface PlaceProps {
  readonly plan: Plan;
  readonly notes: Notes;
  /** The path of the construct. */
  readonly path: string;
  /** The object, such as `Deployment/web`. */
  readonly object: string;
  readonly container?: string;
  /** The path of the map at this place. */
  readonly field: string;
}

/** A conflict at a place. */
export interface ConflictProps {
  /** The field below the place. */
  readonly field: string;
  /** The value; undefined if it may not be shown. */
  readonly value?: unknown;
  /** Sets the safe value and returns it. */
  readonly override?: () => unknown;
  /** A title instead of the conflict's. */
  readonly title?: string;
  /** A fix instead of the conflict's. */
  readonly fix?: string;
}

/** Empty notes. */
export function newNotes(path: string): Notes {
  return {
    changes: [],
    findings: [],
    accepted: [],
    used: new Set(),
    problems: new Problems(path),
    leftOutItems: new Set(),
  };
}

/** A map of a manifest and its path. */
export class Place {
  constructor(
    public readonly fields: Fields,
    private readonly props: PlaceProps,
  ) {}

  public get plan(): Plan {
    return this.props.plan;
  }

  public get notes(): Notes {
    return this.props.notes;
  }

  public get object(): string {
    return this.props.object;
  }

  public get container(): string | undefined {
    return this.props.container;
  }

  /** An existing map below this one. */
  public below(key: string): Place | undefined {
    const fields = fieldsOf(this.fields[key]);
    return fields && this.enter(fields, `.${key}`);
  }

  /** A map below this one, created if it is missing; undefined if the value is something else. */
  public within(key: string): Place | undefined {
    if (isMissing(this.fields[key])) this.fields[key] = {};
    const place = this.below(key);
    if (!place) this.found(HardeningConflict.UNREADABLE, { field: key, value: this.fields[key] });
    return place;
  }

  /** The place of an entry of a list. */
  public enter(fields: Fields, suffix: string, container?: string): Place {
    return new Place(fields, {
      ...this.props,
      field: `${this.props.field}${suffix}`.replace(/^\./, ""),
      container: container ?? this.props.container,
    });
  }

  /** Sets a missing value. */
  public fill(key: string, value: unknown, practice: PracticeId): void {
    if (!isMissing(this.fields[key])) return;
    this.fields[key] = value;
    this.changed(key, undefined, value, practice);
  }

  /** Records a changed field. */
  public changed(
    field: string,
    before: unknown,
    after: unknown,
    practice: PracticeId,
    reason?: string,
  ): void {
    const { path, object, container } = this.props;
    const texts = { before: textOf(before), after: textOf(after) };
    this.notes.changes.push(
      withoutUndefined({ path, object, container, field: this.fieldPath(field), ...texts, practice, reason }),
    );
  }

  /** Records a conflict, or sets the safe value if the conflict is overridden; returns the outcome. */
  public found(conflict: HardeningConflict, { field, value, override, title, fix }: ConflictProps): Outcome {
    const { path, object, container } = this.props;
    const { practice, ...text } = CONFLICTS[conflict];
    const decision = decisionOn(this.plan, conflict, object, container);
    if (decision) this.notes.used.add(decision);
    if (decision?.isOverride && override) {
      // Rendered first, as the override may change the value in place.
      const before = textOf(value);
      const after = textOf(override());
      const change = { path, object, container, field: this.fieldPath(field), before, after, practice };
      this.notes.changes.push(withoutUndefined({ ...change, reason: decision.reason }));
      return "overridden";
    }
    const finding = {
      conflict,
      path,
      object,
      container,
      field: this.fieldPath(field),
      value: textOf(value),
      practice,
    };
    // An override without a value that the API server would accept leaves a finding.
    const reason = decision?.isOverride ? undefined : decision?.reason;
    const list = reason === undefined ? this.notes.findings : this.notes.accepted;
    list.push(
      withoutUndefined({ ...finding, ...text, ...(title ? { title } : {}), ...(fix ? { fix } : {}), reason }),
    );
    return reason === undefined ? "open" : "accepted";
  }

  private fieldPath(field: string): string {
    return `${this.props.field}.${field}`.replace(/^\./, "");
  }
}

/** The props without undefined values. */
function withoutUndefined<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}
