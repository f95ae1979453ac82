import { checked } from "../core/checked";
import { checkOcidIfGiven } from "../core/ocid";
import { checkReason, type ReasonedChoice } from "../core/reason";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/**
 * The number of checks of the operating system's CIS benchmark that may fail before a node is reported as a risk.
 *
 * This is the benchmark of Linux, not that of Kubernetes; use `NodeBenchmark` for the latter.
 *
 * @see https://docs.oracle.com/iaas/Content/scanning/using/create-host-recipe-oci-agent.htm
 */
export enum CisLevel {
  /** A critical risk when more than 20 % fail. */
  STRICT = "STRICT",
  /** A high risk when more than 40 % fail. */
  MEDIUM = "MEDIUM",
  /** A high risk when more than 80 % fail. */
  LIGHT = "LIGHT",
}

/** A day of the week. */
export enum ScanDay {
  /** Monday. */
  MONDAY = "MONDAY",
  /** Tuesday. */
  TUESDAY = "TUESDAY",
  /** Wednesday. */
  WEDNESDAY = "WEDNESDAY",
  /** Thursday. */
  THURSDAY = "THURSDAY",
  /** Friday. */
  FRIDAY = "FRIDAY",
  /** Saturday. */
  SATURDAY = "SATURDAY",
  /** Sunday. */
  SUNDAY = "SUNDAY",
}

/** Options for scanning nodes: benchmark level, schedule and compartment. */
export interface NodeScanningOptions {
  /**
   * The strictness of the operating system's CIS benchmark.
   *
   * @default CisLevel.STRICT
   */
  readonly cisLevel?: CisLevel;
  /**
   * The day of the week on which nodes are scanned.
   *
   * @default - every day
   */
  readonly weeklyOn?: ScanDay;
  /**
   * The OCID of the compartment of the recipe, the target, and the results.
   *
   * @default - the compartment of the nodes
   */
  readonly compartmentId?: string;
}

/** Whether the Vulnerability Scanning service scans the nodes of a cluster for vulnerabilities. */
@checked
export class NodeScanning {
  /**
   * Scans nodes. The default: every day, with the strict level of the CIS benchmark.
   *
   * @throws OCID_INVALID, VALUE_INVALID
   */
  public static enabled(options: NodeScanningOptions = {}): NodeScanning {
    const problems = new Problems("NodeScanning.enabled");
    checkNodeScanning(problems, options);
    problems.throwIfAny();
    return new NodeScanning(true, options);
  }

  /**
   * Scans nothing: the cluster creates no scan of its nodes.
   *
   * The reason is recorded as an acknowledgement of the cluster: another target covers the compartment, for example.
   *
   * @throws REASON_MISSING, ATTRIBUTE_MISSING
   */
  public static none(choice: ReasonedChoice): NodeScanning {
    const problems = new Problems("NodeScanning.none");
    if (checkGiven(problems, { choice }))
      checkReason(problems, "A cluster whose nodes are not scanned", choice.reason);
    problems.throwIfAny();
    return new NodeScanning(false, {}, choice.reason);
  }

  /**
   * Checks that a value was created by a factory and is complete: it may come from another copy of this library, or from JavaScript.
   *
   * @internal
   */
  public static _check(problems: Problems, name: string, value: NodeScanning | undefined): void {
    const instead = "NodeScanning.enabled() or NodeScanning.none({ reason }), or leave it out";
    if (!checkMembers(problems, name, value, ["isEnabled", "options"], instead)) return;
    const { isEnabled, options, reason } = value as NodeScanning;
    if (isEnabled) checkNodeScanning(problems, options ?? {});
    else checkReason(problems, `${name}, a cluster whose nodes are not scanned,`, reason);
  }

  private constructor(
    /** Whether nodes are scanned. */
    public readonly isEnabled: boolean,
    /** The options of the scan. */
    public readonly options: NodeScanningOptions,
    /** The reason for not scanning, if scanning is disabled. */
    public readonly reason?: string,
  ) {}
}

/** Adds a problem for each option that the service would reject. */
export function checkNodeScanning(problems: Problems, options: NodeScanningOptions): void {
  const { cisLevel = CisLevel.STRICT, weeklyOn = ScanDay.SUNDAY, compartmentId } = options;
  const choices: readonly [string, unknown, object][] = [
    ["cisLevel", cisLevel, CisLevel],
    ["weeklyOn", weeklyOn, ScanDay],
  ];
  for (const [name, value, members] of choices) {
    if ((Object.values(members) as unknown[]).includes(value)) continue;
    const type = name === "cisLevel" ? "CisLevel" : "ScanDay";
    problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write one of ${type}`);
  }
  checkOcidIfGiven(problems, "compartmentId", compartmentId, "compartment", "tenancy");
}
