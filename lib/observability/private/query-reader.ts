import { checkedBy, type Reader, text } from "../../core/readers";
import { checkText } from "../../core/terraform-text";
import { type Problems } from "../../core/validation-error";

/** A token of a query, and its position. */
export interface QueryToken {
  readonly kind: string;
  readonly text: string;
  readonly at: number;
}

/** A syntax error in a query, with the position. */
export class QuerySyntaxError extends Error {}

/** The tokens of a query, read one after the other. */
export class QueryTokens {
  private next = 0;
  private readonly tokens: QueryToken[] = [];

  /**
   * @param kinds the kinds of tokens by name, each a sticky pattern; the first match counts. Tokens of the
   * kind `blank` are skipped.
   */
  constructor(
    private readonly query: string,
    kinds: { readonly [kind: string]: RegExp },
  ) {
    let at = 0;
    while (at < query.length) {
      const token = tokenAt(query, at, kinds);
      if (!token) throw new QuerySyntaxError(`unexpected ${JSON.stringify(query[at])} at ${at + 1}`);
      if (token.kind !== "blank") this.tokens.push(token);
      at += token.text.length;
    }
  }

  /** The text of the next token, if it has the kind and one of the texts. */
  public accept(kind: string, ...texts: readonly string[]): string | undefined {
    if (!this.sees(kind, ...texts)) return undefined;
    return this.tokens[this.next++]?.text;
  }

  /** Whether the next token has the kind and one of the texts. */
  public sees(kind: string, ...texts: readonly string[]): boolean {
    const token = this.tokens[this.next];
    if (token?.kind !== kind) return false;
    return texts.length === 0 || texts.includes(token.text.toLowerCase());
  }

  /** Whether the token after the next one is this text. */
  public seesBehind(text: string): boolean {
    return this.tokens[this.next + 1]?.text === text;
  }

  /** The text of the next token, which must have the kind and one of the texts. */
  public expect(what: string, kind: string, ...texts: readonly string[]): string {
    const text = this.accept(kind, ...texts);
    return text ?? this.fail(`expected ${what}`);
  }

  /** Throws unless all tokens are read. */
  public end(): void {
    if (this.next < this.tokens.length) this.fail("expected the end");
  }

  public fail(expected: string): never {
    const token = this.tokens[this.next];
    const found = token ? `${JSON.stringify(token.text)} at ${token.at + 1}` : "the end";
    throw new QuerySyntaxError(`${expected}, found ${found} in ${this.query}`);
  }
}

function tokenAt(
  query: string,
  at: number,
  kinds: { readonly [kind: string]: RegExp },
): QueryToken | undefined {
  for (const [kind, pattern] of Object.entries(kinds)) {
    pattern.lastIndex = at;
    const text = pattern.exec(query)?.[0];
    if (text) return { kind, text, at };
  }
  return undefined;
}

/**
 * Reads a query or a condition that must parse.
 *
 * @param example how a program writes one, for messages
 */
export function queryText(
  example: string,
  parse: (query: string, problems: Problems, name: string) => void,
): Reader<string> {
  return checkedBy(text(example), (problems, name, query) => {
    checkText(problems, name, query);
    try {
      parse(query, problems, name);
    } catch (error) {
      if (!(error instanceof QuerySyntaxError)) throw error;
      problems.add("QUERY_INVALID", `${name} does not parse: ${error.message}`, `Write ${example}`);
    }
  });
}
