import { checked } from "../../core/checked";

/** Whether one end of a question reaches the other. */
export enum Verdict {
  /** It does, at least from one address to one other on one of the ports. */
  YES = "yes",
  /** It does not. */
  NO = "no",
  /** It depends on something that is not known before Terraform or a controller has run, or is not in the configuration. */
  UNKNOWN = "unknown",
}

/** What one layer of one end says. */
export interface ReachabilityReason {
  /** Which end: `source` or `target`. */
  readonly end: string;
  /** What was asked: `security rules`, `way back` (of answers to a stateless rule), `route`, or `network policy`. */
  readonly layer: string;
  /** What it said. */
  readonly verdict: Verdict;
  /** The rules, routes or policies that decided: addresses of Terraform, or names of policies; empty where one is missing. */
  readonly rules: string[];
  /** The reason, in words. */
  readonly text: string;
}

/** The answer to one question. */
@checked
export class ReachabilityAnswer {
  /** @internal */
  public static _of(
    question: string,
    verdict: Verdict,
    complete: boolean,
    tell: () => ReachabilityReason[],
    assumptions: string[],
  ): ReachabilityAnswer {
    return new ReachabilityAnswer(question, verdict, complete, tell, assumptions);
  }

  private told?: ReachabilityReason[];

  private constructor(
    /** The question, in words. */
    public readonly question: string,
    /** Whether the source reaches the target. */
    public readonly verdict: Verdict,
    /** Whether it surely holds for every address of both ends and every port that was asked for; only ever with the verdict YES. */
    public readonly complete: boolean,
    private readonly tell: () => ReachabilityReason[],
    /** What the answer takes for granted. */
    public readonly assumptions: string[],
  ) {}

  /**
   * Why: for YES what lets it through, for NO what is missing, for UNKNOWN what is not known.
   *
   * It is told for one pair of addresses, where many were asked for.
   */
  public get reasons(): ReachabilityReason[] {
    // Told when somebody asks: of all pairs of a large cluster, few are looked at.
    this.told ??= this.tell();
    return this.told;
  }

  /** The answer as lines for people. */
  public toString(): string {
    const lines = this.reasons.map(({ end, layer, verdict, rules, text }) => {
      const by = rules.length > 0 ? `: ${rules.join(", ")}` : "";
      return `  ${end}, ${layer}: ${verdict}, ${text}${by}`;
    });
    const partly = this.verdict === Verdict.YES && !this.complete ? ", but not for all of it" : "";
    return [`${this.question}: ${this.verdict}${partly}`, ...lines].join("\n");
  }
}
