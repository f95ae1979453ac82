import { type IConstruct } from "constructs";
import { checked } from "./checked";
import { anyScope } from "./construct-scope";
import { StateOf } from "./construct-state";
import { readArgument } from "./readers";
import { shortHash } from "./resource-name";
import { byKey } from "./stable-order";

/** The thirteen practices, in the order of Oracle's guides and of the reports. */
export const PRACTICES = {
  exposure: "Plan the exposure level",
  patching: "Patch worker nodes",
  "network-layers": "NetworkPolicies and NSGs together",
  "nsg-rules-as-code": "NSG rules as code",
  rotation: "Short-lived, rotated credentials",
  "non-root": "Run as a non-privileged user",
  "immutable-containers": "Immutable containers",
  "tls-offload": "Offload TLS",
  auditing: "Audit and log",
  "small-images": "Small, current images",
  "credential-exposure": "No credentials in code",
  "access-tokens": "Tokens for people and for tools",
  "least-privilege": "Least privilege",
} as const;

/** The id of a practice. */
export type PracticeId = keyof typeof PRACTICES;

const METADATA_TYPE = "secure-oke:acknowledgement";

const included = new StateOf<IConstruct, IConstruct[]>(() => []);

/** A construct and its descendants, with the trees that were included anywhere below it; without duplicates. */
function treesOf(scope: IConstruct): IConstruct[] {
  const all = new Set(scope.node.findAll());
  // The set grows during the iteration: an included construct may include more.
  for (const construct of all) {
    for (const { node } of included.peek(construct) ?? []) {
      node.findAll().forEach((descendant) => all.add(descendant));
    }
  }
  return [...all];
}

/** A deliberate exception to a practice. */
export interface Acknowledgement {
  /**
   * The id of the exception in reports, such as `exposure-1f0c92ab`.
   *
   * It depends on the construct, the practice and the choice only: it doesn't change with a new reason or with further exceptions.
   */
  readonly id: string;
  /** The path of the construct that makes the exception. */
  readonly path: string;
  /** The id of the practice. */
  readonly practice: string;
  /** The choice that was made instead of the default. */
  readonly what: string;
  /** The reason for the exception. */
  readonly reason: string;
}

/** The exceptions to practices, recorded on the constructs that make them so that reports can list them. */
@checked
export class Acknowledgements {
  /**
   * The exceptions of a construct and its descendants, sorted by path, including charts that were added to a cluster among them.
   *
   * @param scope an App, a stack, a chart or any other construct
   */
  public static of(scope: IConstruct): Acknowledgement[] {
    const found = treesOf(readArgument("Acknowledgements.of", "scope", scope, anyScope()))
      .flatMap((construct) => construct.node.metadata)
      .filter((entry) => entry.type === METADATA_TYPE)
      .map((entry) => entry.data as Acknowledgement);
    const keyOf = (entry: Acknowledgement) =>
      [entry.path, entry.practice, entry.what, entry.reason].join("\n");
    const unique = new Map(found.map((entry) => [keyOf(entry), entry]));
    return [...unique].sort(byKey).map(([, entry]) => entry);
  }

  /** @internal */
  public static _record(scope: IConstruct, practice: PracticeId, what: string, reason: string): void {
    const { path } = scope.node;
    const id = `${practice}-${shortHash([path, practice, what].join("\n"))}`;
    scope.node.addMetadata(METADATA_TYPE, { id, path, practice, what, reason });
  }

  /**
   * Includes a construct of another tree, such as a chart, as a descendant of the scope.
   *
   * @internal
   */
  public static _include(scope: IConstruct, other: IConstruct): void {
    included.of(scope).push(other);
  }

  private constructor() {}
}
