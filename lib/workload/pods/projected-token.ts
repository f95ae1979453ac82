import { checkMountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { kindOf, shaped } from "../../core/value-readers";

/** The audience and the lifetime of a token. */
export interface ProjectedTokenOptions {
  /** The audience of the token, the name by which the recipient identifies itself, such as `vault`. */
  readonly audience: string;
  /**
   * The lifetime in seconds, 600 to 86400; the kubelet replaces the token before it expires.
   *
   * @default 3600
   */
  readonly expirationSeconds?: number;
}

/** The default lifetime of a token, in seconds. */
export const DEFAULT_EXPIRATION = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 86_400;
// The audiences of the API server, as clusters name it.
const API_SERVER = /^(?:https:\/\/)?kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?\/?$|^api$/;

/** Adds a problem for an invalid token lifetime. */
export function checkExpiration(problems: Problems, seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return;
  problems.add(
    "COUNT_INVALID",
    `expirationSeconds is ${shown(seconds)}`,
    `Give whole seconds from ${MIN_SECONDS}, the least that Kubernetes issues, to ${MAX_SECONDS}, a day`,
  );
}

function checkAudience(problems: Problems, audience: unknown): void {
  if (typeof audience !== "string" || audience.trim() === "") {
    const what = typeof audience === "string" ? "blank" : kindOf(audience);
    problems.add(
      "ATTRIBUTE_MISSING",
      `audience is ${what}`,
      'Name who takes the token, for example { audience: "vault" }',
    );
  } else if (API_SERVER.test(audience)) {
    problems.add(
      "VALUE_INVALID",
      `audience is ${shown(audience)}, the API server itself`,
      "Give the workload apiAccess: ApiAccess.token(), which opens the way there too",
    );
  }
}

/**
 * A token of the workload's ServiceAccount in a file, with which a program authenticates to another program.
 *
 * It is bound to the pod, for one audience, and renewed in its file; read the file again for each use. The
 * API server does not accept it: use `apiAccess` for that.
 *
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
@checked
export class ProjectedToken {
  /**
   * A token in the file `token` of a directory.
   *
   * @param path the directory, such as `/run/secrets/vault`
   * @throws PATH_INVALID, ATTRIBUTE_MISSING, COUNT_INVALID, VALUE_INVALID
   */
  public static of(path: string, options: ProjectedTokenOptions): ProjectedToken {
    const problems = new Problems("ProjectedToken.of");
    checkMountPath(problems, path);
    const { audience, expirationSeconds = DEFAULT_EXPIRATION } = shaped(problems, options, {});
    checkAudience(problems, audience);
    checkExpiration(problems, expirationSeconds);
    problems.throwIfAny();
    return new ProjectedToken(path, String(audience), expirationSeconds);
  }

  private constructor(
    /** The directory of the file. */
    public readonly path: string,
    /** The audience of the token. */
    public readonly audience: string,
    /** The lifetime in seconds. */
    public readonly expirationSeconds: number,
  ) {}

  /** @internal */
  public _toVolume(name: string): { readonly name: string } {
    const { audience, expirationSeconds } = this;
    const serviceAccountToken = { path: "token", expirationSeconds, audience };
    const volume = { name, projected: { defaultMode: 0o440, sources: [{ serviceAccountToken }] } };
    return volume;
  }
}
