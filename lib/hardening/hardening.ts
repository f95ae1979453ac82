import { type ApiObject, Chart } from "cdk8s";
import { App, TerraformStack } from "cdktf";
import { type IConstruct } from "constructs";
import { CONFLICTS, HardeningConflict } from "./conflict";
import {
  type HardeningOptions,
  type Plan,
  readOptions,
  trackedEntries,
  type TrackedEntry,
} from "./hardening-options";
import {
  findingLine,
  groupedFindings,
  type HardeningFinding,
  type HardeningReport,
  reportOf,
} from "./hardening-report";
import { harden } from "./private/harden";
import { newNotes, type Notes } from "./private/manifest-fields";
import { type Accounts, accountsOf } from "./private/service-account-token";
import { Acknowledgements, type PracticeId } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { StateOf } from "../core/construct-state";
import { kind } from "../core/readers";
import { Problems, ValidationError } from "../core/validation-error";
import { addWarning } from "../core/warnings";
import { apiObjectsIn, dataOf, renderObject } from "../synthesis/chart-objects";
import { outputOf } from "../synthesis/chart-scopes";
import { isIncluded, keepHook } from "../synthesis/check-included";
import {
  addStep,
  computeOnce,
  dataBefore,
  forgetObjects,
  hasEarlierStep,
  hasStep,
  originalOf,
} from "../synthesis/rendering";
import { checkAtSynthesis } from "../synthesis/synthesis-checks";
import { type ContainerResourceRanges } from "../workload/pods/container-resources";

const warnedTexts = new StateOf<IConstruct, Set<string>>(() => new Set());

/**
 * Warns once: on the stack that a chart is added to, where Terraform tools show it; otherwise with a process
 * warning.
 */
function warn(scope: IConstruct, text: string): void {
  const output = outputAround(scope);
  const target = output ?? scope;
  const texts = warnedTexts.of(target);
  if (texts.has(text)) return;
  texts.add(text);
  if (output) addWarning(output, text);
  else process.emitWarning(text, { type: "HardeningWarning" });
}

/** The output of a chart that contains objects of the scope. */
function outputAround(scope: IConstruct): IConstruct | undefined {
  const charts = [...scope.node.scopes].reverse().concat(scope.node.findAll());
  return charts
    .filter((construct): construct is Chart => Chart.isChart(construct))
    .map(outputOf)
    .find((output) => output !== undefined);
}

const ACCOUNT_KINDS = ["ServiceAccount", "RoleBinding", "ClusterRoleBinding"];

/**
 * Makes workloads that were not written with this library follow its practices: those of plain cdk8s, of
 * cdk8s-plus, and those read with Include or Helm.
 *
 * It hardens Pods, PodTemplates, Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers,
 * Jobs and CronJobs, including those in a List. Missing values are filled; existing values are kept, and a
 * value that violates a practice is a finding. Filled values are decided for each container as a whole: one
 * that needs root, or whose volumes belong to a user of its image, keeps that user until somebody decides.
 * Services, bindings and Helm hooks are checked too, with the rules of AdmissionGuardrails. NetworkPolicies,
 * disruption budgets and accounts are not created: the connections of a workload are unknown here. Create a
 * SecureNamespace in the chart, which denies everything except DNS, and add NetworkPolicies of cdk8s-plus.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
@checked
export class Hardening {
  /**
   * The hardening of all objects in a scope.
   *
   * It has no effect before `apply`.
   *
   * @param scope a chart, an Include, an App of cdk8s or any construct below them
   */
  public static of(scope: IConstruct, options: HardeningOptions = {}): Hardening {
    const problems = new Problems("Hardening.of");
    const instead = "a chart, or another construct of cdk8s";
    const read = kind<IConstruct>(["node"], instead)(problems, "scope", scope);
    if (read?.node.scopes.some((outer) => App.isApp(outer) || TerraformStack.isStack(outer))) {
      problems.add(
        "VALUE_INVALID",
        "scope belongs to a Terraform app, which contains no workloads",
        `Give ${instead}`,
      );
    }
    const plan = readOptions(problems, options);
    problems.throwIfAny();
    return new Hardening(scope, plan);
  }

  private accounts: Accounts = { usingApi: [], created: [] };
  private readonly acknowledged = new Set<string>();
  /** The entries that had an effect on objects that were left out. */
  private readonly usedBefore = new Set<TrackedEntry>();
  private isApplied = false;

  private constructor(
    private readonly scope: IConstruct,
    private readonly plan: Plan,
  ) {}

  /** The id of the user and the groups of pods that set none. */
  public get user(): number {
    return this.plan.user;
  }

  /** The default resources of containers. */
  public get resources(): ContainerResourceRanges {
    return this.plan.resources;
  }

  /** Whether findings fail the synthesis. */
  public get refuseFindings(): boolean {
    return this.plan.refuseFindings;
  }

  /**
   * Hardens the objects in the scope, and reports the changes and findings.
   *
   * It is applied last when the chart is written: later containers, patches and objects are hardened too, and
   * later findings are warnings of the stack or of the program. It is idempotent.
   */
  public apply(): HardeningReport {
    const problems = new Problems(this.scope);
    const objects = apiObjectsIn(this.scope);
    this.accounts = this.readAccounts();
    const notes = objects.map((object) => this.read(object));
    for (const { problems: own } of notes) problems.collect(() => own.throwIfAny());
    problems.throwIfAny();
    objects.forEach((object, index) => {
      const own = notes[index];
      if (!own) return;
      this.decideHook(object, own);
      if (!own.isLeftOut) this.install(object);
      this.acknowledge(object, own);
    });
    if (!this.isApplied) checkAtSynthesis(this.scope, () => this.check());
    this.isApplied = true;
    return reportOf(
      notes.flatMap(({ changes }) => changes),
      notes.flatMap(({ findings }) => findings),
      notes.flatMap(({ accepted }) => accepted),
    );
  }

  private harden(object: ApiObject, data: unknown): Notes {
    const origin = { path: object.node.path, isIncluded: isIncluded(object) };
    return harden(data, this.plan, origin, this.accounts);
  }

  /**
   * The findings of an object without this hardening, and the changes still to be created.
   *
   * Decisions of this hardening remain visible: a filled user does not hide why it could be wrong.
   */
  private read(object: ApiObject): Notes {
    try {
      const notes = this.harden(
        object,
        renderObject(object, () => dataBefore(object, this)),
      );
      if (!hasStep(object, this)) return notes;
      return { ...notes, changes: this.harden(object, renderObject(object)).changes };
    } catch (error) {
      if (ValidationError.isValidationError(error)) throw error;
      // For example, a Deployment of cdk8s-plus that gets its containers later.
      return unreadable(object, error);
    }
  }

  private install(object: ApiObject): void {
    addStep(object, this, (data) => this.harden(object, data).problems.throwIfAny());
  }

  /** Hardens later objects, and reports every remaining finding and unused decision. */
  private check(): void {
    const accounts = this.readAccounts();
    const isChanged = JSON.stringify(accounts) !== JSON.stringify(this.accounts);
    this.accounts = accounts;
    // Objects rendered earlier were hardened for other accounts.
    if (isChanged) forgetObjects(apiObjectsIn(this.scope));
    const problems = new Problems(this.scope);
    const used = new Set<TrackedEntry>(this.usedBefore);
    const findings = apiObjectsIn(this.scope).flatMap((object) => {
      const notes = this.harden(
        object,
        renderObject(object, () => dataBefore(object, this)),
      );
      // Including objects that cdk8s rendered: an earlier hardening may have created the same decision.
      const isLater = hasEarlierStep(object, this);
      const all = isLater ? [notes, this.harden(object, originalOf(object))] : [notes];
      for (const entry of all.flatMap((each) => [...each.used])) used.add(entry);
      this.decideHook(object, notes);
      if (!notes.isLeftOut) this.install(object);
      this.acknowledge(object, notes);
      return notes.findings;
    });
    for (const { where } of trackedEntries(this.plan).filter((entry) => !used.has(entry))) {
      problems.add(
        "HARDENING_INVALID",
        `${where} of the hardening has no effect: nothing in ${this.scope.node.path || "the App"} matches it`,
        "Remove it, or correct its names; the report of apply() lists objects, containers and conflicts",
      );
    }
    this.reportFindings(problems, findings);
    problems.throwIfAny();
  }

  /** Removes a hook that is to be left out from the tree; records one that is kept with its reason. */
  private decideHook(object: ApiObject, { isLeftOut, isKeptHook, used }: Notes): void {
    if (isKeptHook) keepHook(object);
    if (!isLeftOut) return;
    for (const entry of used) this.usedBefore.add(entry);
    object.node.scope?.node.tryRemoveChild(object.node.id);
  }

  private reportFindings(problems: Problems, findings: readonly HardeningFinding[]): void {
    if (this.plan.refuseFindings) {
      for (const finding of findings) problems.add("HARDENING_FINDING", findingLine(finding), finding.fix);
    } else if (findings.length > 0) {
      const lines = groupedFindings(findings);
      const count = `${findings.length} ${findings.length === 1 ? "finding" : "findings"}`;
      warn(
        this.scope,
        [`Hardening left ${count} in ${this.scope.node.path || "the App"} unchanged:`, ...lines].join("\n"),
      );
    }
  }

  private acknowledge(object: ApiObject, { accepted, used }: Notes): void {
    for (const { container, field, practice, reason = "", title } of accepted) {
      const what = `${title}${container === undefined ? "" : ` in the container ${container}`}: ${field}`;
      this.once([object.node.path, what, reason], () =>
        Acknowledgements._record(object, practice as PracticeId, what, reason),
      );
    }
    for (const { where, lowUser } of this.plan.users.filter((entry) => used.has(entry)))
      if (lowUser) this.once([object.node.path, where], () => lowUser._acknowledge(object));
    for (const { where, image } of this.plan.images.filter((entry) => used.has(entry)))
      this.once([object.node.path, where], () => image._acknowledge(object));
  }

  private once(key: readonly string[], record: () => void): void {
    const text = key.join("\n");
    if (this.acknowledged.has(text)) return;
    this.acknowledged.add(text);
    record();
  }

  private readAccounts(): Accounts {
    return computeOnce(this.scope.node.root, accountsIn);
  }
}

/** The service accounts in a tree, and those that call the API server. */
function accountsIn(root: IConstruct): Accounts {
  const all = apiObjectsIn(root).filter(({ kind }) => ACCOUNT_KINDS.includes(kind) || kind.endsWith("List"));
  return accountsOf(all.map(dataOf));
}

/** The notes of an object that can't be rendered yet. */
function unreadable(object: ApiObject, error: unknown): Notes {
  const { practice, ...text } = CONFLICTS[HardeningConflict.UNREADABLE];
  const finding = {
    conflict: HardeningConflict.UNREADABLE,
    path: object.node.path,
    object: `${object.kind}/${object.name}`,
    field: "",
    practice,
    ...text,
    title: `Object can't be rendered yet: ${error instanceof Error ? error.message : String(error)}`,
    fix: "Call apply() after the object is complete; later changes are hardened at synthesis",
  };
  const notes = newNotes(object.node.path);
  notes.findings.push(finding);
  return notes;
}
