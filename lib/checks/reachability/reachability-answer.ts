import { checked } from "../../core/checked";

/** Whether the source reaches the target. */
export enum Verdict {
  /** Reachable, at least between one pair of addresses on one of the ports. */
  YES = "yes",
  /** Not reachable. */
  NO = "no",
  /**
   * Depends on a value that is unknown before Terraform or a controller runs, or that is not in the
   * configuration.
   */
  UNKNOWN = "unknown",
}

/** The verdict of one layer at one end. */
export interface ReachabilityReason {
  /** The end: `source` or `target`. */
  readonly end: string;
  /** The layer: `security rules`, `return path` (of replies to packets that a stateless rule allowed), `packet routing`, `route`, or `network policy`. */
  readonly layer: string;
  /** The verdict of the layer. */
  readonly verdict: Verdict;
  /**
   * The deciding rules, routes or policies: Terraform addresses or names of policies; empty if one is
   * missing.
   */
  readonly rules: string[];
  /** A description of the reason. */
  readonly text: string;
}

/** The answer to a reachability question. */
@checked
export class ReachabilityAnswer {
  /** @internal */
  public static _of(
    question: string,
    verdict: Verdict,
    complete: boolean,
    explain: () => ReachabilityReason[],
    assumptions: string[],
  ): ReachabilityAnswer {
    return new ReachabilityAnswer(question, verdict, complete, explain, assumptions);
  }

  private explained?: ReachabilityReason[];

  private constructor(
    /** A description of the question. */
    public readonly question: string,
    /** Whether the source reaches the target. */
    public readonly verdict: Verdict,
    /**
     * Whether it certainly holds for every address of both ends and every requested port; only with the
     * verdict YES.
     */
    public readonly complete: boolean,
    private readonly explain: () => ReachabilityReason[],
    /** The assumptions of the answer. */
    public readonly assumptions: string[],
  ) {}

  /**
   * The reasons: for YES, what allows it; for NO, what is missing; for UNKNOWN, what is unknown.
   *
   * If there are several pairs of addresses, they explain one pair.
   */
  public get reasons(): ReachabilityReason[] {
    // Computed on demand: of all pairs of a large cluster, few are looked at.
    this.explained ??= this.explain();
    return this.explained;
  }

  /** The answer as text, on several lines. */
  public toString(): string {
    const lines = this.reasons.map(({ end, layer, verdict, rules, text }) => {
      const by = rules.length > 0 ? `: ${rules.join(", ")}` : "";
      return `  ${end}, ${layer}: ${verdict}, ${text}${by}`;
    });
    const partly =
      this.verdict === Verdict.YES && !this.complete ? ", but not for all addresses and ports" : "";
    return [`${this.question}: ${this.verdict}${partly}`, ...lines].join("\n");
  }
}
