import { checkMountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { kindOf, shaped } from "../../core/value-readers";

/** Whom a token is for, and how long it is good. */
export interface ProjectedTokenOptions {
  /** Who takes the token: the name by which the other side expects to be called, such as `vault`. */
  readonly audience: string;
  /**
   * Seconds until the token ends, 600 to 86400; the kubelet puts a new one in its place before that.
   *
   * @default 3600
   */
  readonly expirationSeconds?: number;
}

/** How long a token is good for which nothing else is said, in seconds. */
export const DEFAULT_EXPIRATION = 3600;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 86_400;
// Whom the API server is itself, by the names that clusters give it.
const API_SERVER = /^(?:https:\/\/)?kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?\/?$|^api$/;

/** Adds a problem where a token can't be good for so long. */
export function checkExpiration(problems: Problems, seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS) return;
  problems.add(
    "COUNT_INVALID",
    `expirationSeconds is ${shown(seconds)}`,
    `Give whole seconds from ${LEAST_SECONDS}, the least that Kubernetes issues, to ${MOST_SECONDS}, a day`,
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
 * A token of the workload's service account, in a file, by which a program proves to another one who it is.
 *
 * It is bound to the pod, for one audience, and renewed in its file; read it anew for each use. At the API server it is of no
 * use: `apiAccess` is for that.
 *
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
@checked
export class ProjectedToken {
  /**
   * A token as the file `token` of a directory.
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
    /** Who takes the token. */
    public readonly audience: string,
    /** Seconds until the token ends. */
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
