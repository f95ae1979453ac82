import { Duration } from "cdk8s";
import { mountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import {
  type DefaultReader,
  duration,
  passing,
  type PropsSchema,
  readProps,
  type Resolved,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { kindOf } from "../../core/kind-checks";

/** The audience and the lifetime of a token. */
export interface ProjectedTokenOptions {
  /** The audience of the token, the name by which the recipient identifies itself, such as `vault`. */
  readonly audience: string;
  /**
   * The lifetime: whole seconds, 10 minutes to a day; the kubelet replaces the token before it expires.
   *
   * @default Duration.hours(1)
   */
  readonly expiration?: Duration;
}

/** The default lifetime of a token. */
export const DEFAULT_EXPIRATION = Duration.hours(1);
// Kubernetes issues no shorter ones.
const MIN_SECONDS = 600;
const MAX_SECONDS = 86_400;
// The audiences of the API server, as clusters name it.
const API_SERVER = /^(?:https:\/\/)?kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?\/?$|^api$/;

/** Reads the lifetime of a token. */
export function tokenExpiration(): DefaultReader<Duration> {
  return withDefault(duration("seconds", { least: MIN_SECONDS, most: MAX_SECONDS }), DEFAULT_EXPIRATION);
}

function checkAudience(problems: Problems, name: string, audience: unknown): void {
  if (typeof audience !== "string" || audience.trim() === "") {
    const what = typeof audience === "string" ? "blank" : kindOf(name, audience);
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} is ${what}`,
      'Give the name of the recipient, for example { audience: "vault" }',
    );
  } else if (API_SERVER.test(audience)) {
    problems.add(
      "VALUE_INVALID",
      `${name} is ${shown(audience)}, the API server`,
      "Remove the token, and give the workload apiAccess: ApiAccess.token(), which also allows egress to the API server",
    );
  }
}

const OPTIONS = {
  audience: passing<string>(checkAudience),
  expiration: tokenExpiration(),
} satisfies PropsSchema<ProjectedTokenOptions>;

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
   */
  public static of(path: string, options: ProjectedTokenOptions): ProjectedToken {
    const problems = new Problems("ProjectedToken.of");
    mountPath()(problems, "path", path);
    const { audience, expiration } = problems.resolved<Resolved<typeof OPTIONS>>(
      readProps(problems, options, OPTIONS),
    );
    return new ProjectedToken(path, audience, expiration);
  }

  private constructor(
    /** The directory of the file. */
    public readonly path: string,
    /** The audience of the token. */
    public readonly audience: string,
    /** The lifetime. */
    public readonly expiration: Duration,
  ) {}

  /** @internal */
  public _toVolume(name: string): { readonly name: string } {
    const { audience, expiration } = this;
    const serviceAccountToken = { path: "token", expirationSeconds: expiration.toSeconds(), audience };
    return { name, projected: { defaultMode: 0o440, sources: [{ serviceAccountToken }] } } as {
      readonly name: string;
    };
  }
}
