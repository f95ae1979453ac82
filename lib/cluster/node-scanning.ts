import { checked } from "../core/checked";
import {
  checkedBy,
  choice,
  ocid,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  valueOf,
  withDefault,
} from "../core/readers";
import { checkReason, readChoice, type ReasonedChoice } from "../core/reason";
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

const UNSCANNED = "A cluster whose nodes are not scanned";

/** Whether the Vulnerability Scanning service scans the nodes of a cluster for vulnerabilities. */
@checked
export class NodeScanning {
  /** Scans nodes. The default: every day, with the strict level of the CIS benchmark. */
  public static enabled(options: NodeScanningOptions = {}): NodeScanning {
    const problems = new Problems("NodeScanning.enabled");
    readProps(problems, options, nodeScanningReaders());
    problems.throwIfAny();
    return new NodeScanning(true, options);
  }

  /**
   * Scans nothing: the cluster creates no scan of its nodes.
   *
   * The reason is recorded as an acknowledgement of the cluster: another target covers the compartment, for example.
   */
  public static none(choice: ReasonedChoice): NodeScanning {
    const reason = readChoice("NodeScanning.none", UNSCANNED, choice);
    return new NodeScanning(false, {}, reason);
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

/** Reads the scanning of a cluster's nodes, which may come from another copy of the library. */
export function nodeScanning(): Reader<NodeScanning> {
  return checkedBy(valueOf(NodeScanning), (problems, name, { isEnabled, options, reason }) => {
    if (!isEnabled) checkReason(problems, UNSCANNED, reason, `${name}.reason`);
    else readProps(problems, options ?? {}, nodeScanningReaders(), `${name}.options`);
  });
}

/** The readers of `NodeScanningOptions`, to be spread into the schema of props that extend them. */
export function nodeScanningReaders() {
  return {
    cisLevel: withDefault(choice(CisLevel, "one of CisLevel, for example CisLevel.STRICT"), CisLevel.STRICT),
    weeklyOn: optional(choice(ScanDay, "one of ScanDay, for example ScanDay.SUNDAY")),
    compartmentId: optional(ocid("compartment", "tenancy")),
  } satisfies PropsSchema<NodeScanningOptions>;
}
