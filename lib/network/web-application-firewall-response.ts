import { checked } from "../core/checked";
import { checkMembers } from "../core/required";
import { shown } from "../core/shown";
import { checkText } from "../core/terraform-text";
import { Problems } from "../core/validation-error";

/** What stands in a response beside its code. */
export interface WafResponseOptions {
  /**
   * The body, up to 8,192 characters.
   *
   * @default - the code and its name, in JSON
   */
  readonly body?: string;
  /**
   * What the body is, such as `text/html`.
   *
   * @default "application/json"
   */
  readonly contentType?: string;
}

// Of those that OCI offers, the ones that refuse; 429 is not among them.
const CODES: { readonly [code: number]: string } = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Payload Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  422: "Unprocessable Entity",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  507: "Insufficient Storage",
};

const LONGEST_BODY = 8192;
const CONTENT_TYPE = /^[a-z]+\/[A-Za-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?$/;

/**
 * What a client gets from a firewall in the place of the program's answer.
 *
 * @see https://docs.oracle.com/iaas/Content/WAF/Actions/waf-actions.htm
 */
@checked
export class WafResponse {
  /**
   * A response with a code that refuses.
   *
   * @param code one of the codes from 400 on that OCI's firewall offers, such as 403 or 503
   * @throws COUNT_INVALID, VALUE_INVALID, TEXT_TEMPLATE
   */
  public static of(code: number, options: WafResponseOptions = {}): WafResponse {
    const problems = new Problems("WafResponse.of");
    if (typeof code !== "number" || !(code in CODES)) {
      const fix = `Give one of ${Object.keys(CODES).join(", ")}`;
      problems.add("COUNT_INVALID", `code is ${shown(code)}, none that refuses and that OCI offers`, fix);
    }
    const { body, contentType } = readOptions(problems, options);
    problems.throwIfAny();
    const text = body ?? JSON.stringify({ code: String(code), message: CODES[code] });
    return new WafResponse(code, text, contentType ?? "application/json");
  }

  private constructor(
    /** The code. */
    public readonly code: number,
    /** The body. */
    public readonly body: string,
    /** What the body is. */
    public readonly contentType: string,
  ) {}

  /** @internal */
  public _action(name: string): object {
    return {
      name,
      type: "RETURN_HTTP_RESPONSE",
      code: this.code,
      headers: [{ name: "Content-Type", value: this.contentType }],
      body: { type: "STATIC_TEXT", text: this.body },
    };
  }
}

function readOptions(problems: Problems, options: WafResponseOptions): WafResponseOptions {
  const given = typeof options === "object" && options !== null ? options : undefined;
  if (!given)
    problems.add("VALUE_INVALID", `The options are ${shown(options)}`, "Write an object, or leave them out");
  const { body, contentType } = given ?? {};
  if (body !== undefined && (typeof body !== "string" || body.length > LONGEST_BODY)) {
    const fix = `Write a text of up to ${LONGEST_BODY} characters`;
    problems.add("VALUE_INVALID", "body is no text, or too long", fix);
  }
  checkText(problems, "body", body);
  if (contentType !== undefined && (typeof contentType !== "string" || !CONTENT_TYPE.test(contentType))) {
    const fix = 'Write a type such as "text/html; charset=utf-8"';
    problems.add("VALUE_INVALID", `contentType is ${shown(contentType)}`, fix);
  }
  return { body, contentType };
}

/** Adds a problem where a value was given that is no response. */
export function checkResponse(problems: Problems, name: string, value: unknown): void {
  checkMembers(problems, name, value, ["code", "body", "_action"], "WafResponse.of(403)");
}
