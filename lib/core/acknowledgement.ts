import { type IConstruct } from "constructs";
import { type PracticeId } from "./practices";

const METADATA_TYPE = "secure-oke:acknowledgement";

/** A way out of a practice that was taken on purpose. */
export interface Acknowledgement {
  /** The path of the construct that took it. */
  readonly path: string;
  /** The id of the practice. */
  readonly practice: string;
  /** What was chosen instead of the default. */
  readonly what: string;
  /** Why. */
  readonly reason: string;
}

/** Ways out of a practice, kept on the construct that took them so that reports can show them. */
export class Acknowledgements {
  /**
   * All that was acknowledged in a construct and below it, sorted by path.
   *
   * @param scope an App, a stack, a chart or any construct.
   */
  public static of(scope: IConstruct): Acknowledgement[] {
    const found = scope.node
      .findAll()
      .flatMap((construct) => construct.node.metadata)
      .filter((entry) => entry.type === METADATA_TYPE)
      .map((entry) => entry.data as Acknowledgement);
    const key = (entry: Acknowledgement) => [entry.path, entry.practice, entry.what].join("\n");
    return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /** @internal */
  public static _record(scope: IConstruct, practice: PracticeId, what: string, reason: string): void {
    scope.node.addMetadata(METADATA_TYPE, { path: scope.node.path, practice, what, reason });
  }

  private constructor() {}
}
