import { type TerraformProvider, TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { homeRegionProviderFor, type ISecureOkeCluster } from "./cluster-base";
import { clusterValue } from "./private/cluster-readers";
import { checked } from "../core/checked";
import {
  readArguments,
  reasonFor,
  checkedBy,
  choice,
  displayName,
  ocid,
  optional,
  type PropsSchema,
  type Reader,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { compareOcids } from "../core/ocid";
import { readChoice, type ReasonedChoice } from "../core/reason";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { setTagOwner, type TaggingProps, tagsOf } from "../core/tagging";
import { findWhenWritten, type ProgramFinding } from "../core/warnings";
import { IdentityPolicy } from "../oci/identity-policy";
import { VulnerabilityScanningHostScanRecipe } from "../oci/vulnerability-scanning-host-scan-recipe";
import { VulnerabilityScanningHostScanTarget } from "../oci/vulnerability-scanning-host-scan-target";

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
    readArguments("NodeScanning.enabled", options, nodeScanningReaders());
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
    if (!isEnabled) reasonFor(UNSCANNED)(problems, `${name}.reason`, reason);
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

/** Props for HostScanning. */
export interface HostScanningProps extends TaggingProps, NodeScanningOptions {
  /** The cluster whose nodes are scanned. */
  readonly cluster: ISecureOkeCluster;
  /**
   * The name of the recipe and the target.
   *
   * @default - the path of the construct, joined by dashes
   */
  readonly displayName?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the one of the cluster; otherwise the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

const HOST_SCANNING = {
  cluster: clusterValue(),
  displayName: optional(displayName()),
  homeRegionProvider: optional(terraformProvider()),
  ...nodeScanningReaders(),
  ...taggingReaders(),
} satisfies PropsSchema<HostScanningProps>;

type ResolvedScanning = Resolved<typeof HOST_SCANNING>;

/**
 * Scans the nodes of a cluster for known vulnerabilities, and against the CIS benchmark of their operating system.
 *
 * A SecureOkeCluster creates one by default; use this construct for imported clusters. It creates a recipe and a target of the
 * Vulnerability Scanning service, and before the target the policies that the service needs. The target is the compartment of the nodes
 * instead of a list of instances, as nodes come and go: other instances in this compartment and its subcompartments are scanned too.
 *
 * Nodes reach the service through the service gateway. The plugin "Vulnerability Scanning" of the Oracle Cloud Agent must run on them; no
 * attribute of a node pool enables it, and no source confirms that it is enabled in OKE's images. Ports are scanned on public addresses
 * only, which nodes don't have.
 *
 * @see https://docs.oracle.com/iaas/Content/scanning/using/create-host-target.htm
 * @see https://docs.oracle.com/iaas/Content/scanning/using/required-iam-policy-host-scan.htm
 */
@checked
export class HostScanning extends ResourceConstruct {
  /** The OCID of the recipe. */
  public readonly recipeId: string;
  /** The OCID of the target. */
  public readonly targetId: string;

  /** The OCID of the compartment of the recipe, the target, and the results. */
  public readonly compartmentId: string;
  /** The name of the recipe and the target. */
  public readonly displayName: string;
  /** The strictness of the operating system's CIS benchmark. */
  public readonly cisLevel: CisLevel;
  /** The day of the week on which nodes are scanned; undefined for every day. */
  public readonly weeklyOn?: ScanDay;

  private readonly nodeCompartmentId: string;

  constructor(scope: Construct, id: string, props: HostScanningProps) {
    const read = readScanning(scope, id, props);
    super(scope, id);
    const { cluster, cisLevel, weeklyOn } = read;
    const { compartmentId: nodes, network } = cluster;
    const { compartmentId = nodes, displayName: name = nameOf(this) } = read;
    this.compartmentId = compartmentId;
    this.displayName = name;
    this.cisLevel = cisLevel;
    this.weeklyOn = weeklyOn;
    this.nodeCompartmentId = nodes;
    setTagOwner(this, cluster);
    const policies = [this.addPolicy(read, "Policy", nodes, nodeStatements(nodes))];
    const other = network.compartmentId;
    if (compareOcids({ scope: this, id: other }, { scope: this, id: nodes }) !== "same") {
      policies.push(this.addPolicy(read, "NetworkPolicy", other, networkStatements(other)));
    }
    const tags = tagsOf(this, read);
    const recipe = new VulnerabilityScanningHostScanRecipe(this, "Recipe", {
      compartmentId,
      displayName: name,
      agentSettings: {
        scanLevel: "STANDARD",
        agentConfiguration: { vendor: "OCI", cisBenchmarkSettings: { scanLevel: cisLevel } },
      },
      portSettings: { scanLevel: "LIGHT" },
      schedule: weeklyOn === undefined ? { type: "DAILY" } : { type: "WEEKLY", dayOfWeek: weeklyOn },
      ...tags,
    });
    const target = new VulnerabilityScanningHostScanTarget(this, "Resource", {
      compartmentId,
      displayName: name,
      description: "The nodes of a cluster",
      hostScanRecipeId: recipe.id,
      targetCompartmentId: nodes,
      // The service looks for instances as soon as the target exists.
      dependsOn: policies,
      ...tags,
    });
    this.recipeId = recipe.id;
    this.targetId = target.id;
    findWhenWritten(this, () => this.sharedTarget());
  }

  /** Finds an earlier construct of the program whose target is the same compartment. */
  private sharedTarget(): ProgramFinding[] {
    const isShared = (other: HostScanning) =>
      other.node.path < this.node.path &&
      compareOcids(
        { scope: this, id: this.nodeCompartmentId },
        { scope: other, id: other.nodeCompartmentId },
      ) === "same";
    const other = TerraformStack.of(this)
      .node.findAll()
      .find((construct) => construct instanceof HostScanning && isShared(construct));
    if (!other) return [];
    return [
      {
        id: "node-scanning",
        construct: this,
        what: `${other.node.path} already scans the instances of the same compartment`,
        why: "Each target covers all instances of its compartment, so that each node is scanned twice and reported twice.",
        fix: 'Scan the compartment for one cluster only: nodeScanning: NodeScanning.none({ reason: "The other target covers it" })',
      },
    ];
  }

  private addPolicy(
    { cluster, homeRegionProvider, ...read }: ResolvedScanning,
    id: string,
    compartmentId: string,
    statements: string[],
  ): IdentityPolicy {
    const suffix = id === "Policy" ? "scanning" : "scanning-network";
    return new IdentityPolicy(this, id, {
      provider: homeRegionProviderFor(this, cluster, homeRegionProvider),
      compartmentId,
      name: policyNameOf(this, `${this.displayName}-${suffix}`),
      description: "Lets the Vulnerability Scanning service scan the nodes of a cluster",
      statements,
      lifecycle: { ignoreChanges: ["name"] },
      ...tagsOf(this, read),
    });
  }
}

const allow = (right: string, compartmentId: string) =>
  `Allow service vulnerability-scanning-service to ${right} in compartment id ${compartmentId}`;

/** The rights of the service in the compartment of the nodes; it needs this verb, because it runs commands on them. */
function nodeStatements(compartmentId: string): string[] {
  return ["manage instances", "read compartments", "read vnics", "read vnic-attachments"].map((right) =>
    allow(right, compartmentId),
  );
}

/** The rights of the service in the compartment of the VNICs, if it is not the compartment of the nodes. */
function networkStatements(compartmentId: string): string[] {
  return ["read vnics", "read vnic-attachments"].map((right) => allow(right, compartmentId));
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function readScanning(scope: Construct, id: string, props: HostScanningProps): ResolvedScanning {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, HOST_SCANNING);
  const { cluster } = read;
  if (cluster) problems.collect(() => [cluster.compartmentId, cluster.network.compartmentId]);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedScanning>(read);
}
