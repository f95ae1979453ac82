import { type Fields, fieldsOf, isUnsaid, textOf } from "./fields";
import { decisionOn, type Plan, type Usable } from "./read-options";
import { type PracticeId } from "../../core/acknowledgement";
import { Problems } from "../../core/validation-error";
import { CONFLICTS, HardeningConflict } from "../conflict";
import { type HardeningChange, type HardeningFinding } from "../hardening-report";

/** What was noted while an object was hardened. */
export interface Notes {
  readonly changes: HardeningChange[];
  readonly findings: HardeningFinding[];
  readonly accepted: HardeningFinding[];
  /** What of the plan was of use. */
  readonly used: Set<Usable>;
  /** What could not be done as asked. */
  readonly problems: Problems;
  /** Items of a List that are to be left out. */
  readonly leftOutItems: Set<Fields>;
  /** Whether the object is to be left out. */
  isLeftOut?: boolean;
  /** Whether the object stays although it is a hook of Helm. */
  isKeptHook?: boolean;
}

/** What was decided about a conflict. */
export type Answer = "accepted" | "open" | "overridden";

/** Where something stands: notes what happens there. */
export interface PlaceProps {
  readonly plan: Plan;
  readonly notes: Notes;
  /** The path of the construct. */
  readonly path: string;
  /** Such as `Deployment/web`. */
  readonly object: string;
  readonly container?: string;
  /** The way to the map that stands here. */
  readonly field: string;
}

/** A conflict at a place. */
export interface ConflictProps {
  /** The field below the place. */
  readonly field: string;
  /** What stands there; undefined where it may not be shown. */
  readonly value?: unknown;
  /** Sets the safe value and answers it. */
  readonly mend?: () => unknown;
  /** What is said instead of the title. */
  readonly title?: string;
  /** What is said instead of the fix of the conflict. */
  readonly fix?: string;
}

/** Notes of nothing yet. */
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

/** A map of a manifest and the way to it. */
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

  /** A map below this one that is there already. */
  public below(key: string): Place | undefined {
    const fields = fieldsOf(this.fields[key]);
    return fields && this.enter(fields, `.${key}`);
  }

  /** A map below this one, made where nothing was said; undefined where something else stands there. */
  public within(key: string): Place | undefined {
    if (isUnsaid(this.fields[key])) this.fields[key] = {};
    const place = this.below(key);
    if (!place) this.found(HardeningConflict.UNREADABLE, { field: key, value: this.fields[key] });
    return place;
  }

  /** The same for an entry of a list. */
  public enter(fields: Fields, way: string, container?: string): Place {
    return new Place(fields, {
      ...this.props,
      field: `${this.props.field}${way}`.replace(/^\./, ""),
      container: container ?? this.props.container,
    });
  }

  /** Sets what was not said. */
  public fill(key: string, value: unknown, practice: PracticeId): void {
    if (!isUnsaid(this.fields[key])) return;
    this.fields[key] = value;
    this.changed(key, undefined, value, practice);
  }

  /** Notes that a field was changed. */
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
      said({ path, object, container, field: this.way(field), ...texts, practice, reason }),
    );
  }

  /** Notes a conflict, or mends it where that was decided; answers what was. */
  public found(conflict: HardeningConflict, { field, value, mend, title, fix }: ConflictProps): Answer {
    const { path, object, container } = this.props;
    const { practice, ...text } = CONFLICTS[conflict];
    const decision = decisionOn(this.plan, conflict, object, container);
    if (decision) this.notes.used.add(decision);
    if (decision?.isOverride && mend) {
      // Told before it is mended, which may change it in its place.
      const before = textOf(value);
      const after = textOf(mend());
      const change = { path, object, container, field: this.way(field), before, after, practice };
      this.notes.changes.push(said({ ...change, reason: decision.reason }));
      return "overridden";
    }
    const finding = {
      conflict,
      path,
      object,
      container,
      field: this.way(field),
      value: textOf(value),
      practice,
    };
    // An override that would make of the object what the API server refuses leaves it a finding.
    const reason = decision?.isOverride ? undefined : decision?.reason;
    const list = reason === undefined ? this.notes.findings : this.notes.accepted;
    list.push(said({ ...finding, ...text, ...(title ? { title } : {}), ...(fix ? { fix } : {}), reason }));
    return reason === undefined ? "open" : "accepted";
  }

  private way(field: string): string {
    return `${this.props.field}.${field}`.replace(/^\./, "");
  }
}

/** Without what is undefined. */
function said<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as T;
}
