import * as fs from "node:fs";
import * as path from "node:path";
import { Endpoint } from "./endpoint";
import { EndpointReader } from "./private/endpoint-reader";
import { type EndAnswer, evaluatePair, type PairAnswer } from "./private/evaluate-flow";
import { type End } from "./private/flow-side";
import { LoadBalancerReader } from "./private/load-balancer-reader";
import { ManifestModel, parseManifests } from "./private/manifest-model";
import { NetworkModel } from "./private/network-model";
import { packetsOf } from "./private/packets";
import { type Json, TerraformModel } from "./private/terraform-model";
import { and, or, Tri } from "./private/three-valued-logic";
import { wideRules } from "./private/wide-rules";
import { ReachabilityAnswer, type ReachabilityReason, Verdict } from "./reachability-answer";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { any, readArgument, readProps, text, valueOf } from "../../core/readers";
import { Port } from "../../core/port";
import { Problems } from "../../core/validation-error";

/** The verdict for one of several ends. */
interface EndVerdict<T> {
  readonly end: T;
  readonly verdict: Tri;
}

/**
 * Whether one of the ends is reachable.
 *
 * Only one of the ends with the same `oneOf` exists, and it is unknown which: unless they agree, the verdict
 * is UNKNOWN.
 */
function someOf<T extends { readonly oneOf?: string }>(endVerdicts: readonly EndVerdict<T>[]): Tri {
  const groups = new Map<string, Tri[]>();
  let best = Tri.NO as Tri;
  for (const { end, verdict } of endVerdicts) {
    if (end.oneOf === undefined) {
      best = or(best, verdict);
      continue;
    }
    const same = groups.get(end.oneOf);
    if (same) same.push(verdict);
    else groups.set(end.oneOf, [verdict]);
  }
  return [...groups.values()].reduce((sum, verdicts) => or(sum, agreed(verdicts)), best);
}

/** The verdict of ends that agree; MAYBE for others. */
function agreed(verdicts: readonly Tri[]): Tri {
  const [first = Tri.NO] = verdicts;
  return verdicts.every((verdict) => verdict === first) ? first : Tri.MAYBE;
}

/** The files of a folder written by cdktf. */
interface OutdirTexts {
  readonly terraform: string[];
  readonly manifests: string[];
}

/** Reads the stacks of a folder and the previews of their charts; all stacks by default. */
function readOutdir(problems: Problems, outdir: string, stackNames?: readonly string[]): OutdirTexts {
  const terraform = filesIn(path.join(outdir, "stacks")).filter(({ file }) => file.endsWith(".tf.json"));
  if (terraform.length === 0) {
    const fix = 'Give the folder that the app was synthesized into, for example "cdktf.out"';
    problems.add(
      "CONFIGURATION_UNREADABLE",
      `outdir is ${shown(outdir)}, which contains no stacks/<name>/cdk.tf.json`,
      fix,
    );
  }
  const stacks = [...new Set(terraform.map(({ stack }) => stack))];
  if (!problems.any && stackNames !== undefined) checkStacks(problems, stackNames, stacks);
  if (problems.any) return { terraform: [], manifests: [] };
  const manifests = filesIn(path.join(outdir, "manifests")).filter(({ file }) => /\.ya?ml$/.test(file));
  const read = (files: readonly File[]) =>
    files
      .filter(({ stack }) => stackNames === undefined || stackNames.includes(stack))
      .map(({ file }) => fs.readFileSync(file, "utf8"));
  return { terraform: read(terraform), manifests: read(manifests) };
}

function checkStacks(problems: Problems, stackNames: unknown, stacks: readonly string[]): void {
  const instead = `Give names of stacks in the folder, for example ${JSON.stringify(stacks)}`;
  if (!Array.isArray(stackNames) || stackNames.length === 0) {
    problems.add("VALUE_INVALID", `stacks is ${shown(stackNames)}`, instead);
    return;
  }
  stackNames.forEach((name: unknown, index) => {
    if (stacks.includes(name as string)) return;
    problems.add(
      "VALUE_INVALID",
      `stacks[${index}] is ${shown(name)}, which is not a stack of the folder`,
      instead,
    );
  });
}

interface File {
  readonly file: string;
  /** The folder of the file: the name of a stack. */
  readonly stack: string;
}

function filesIn(folder: string): File[] {
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.sort().map((name) => ({
    file: path.join(folder, name),
    stack: name.split(path.sep)[0] ?? "",
  }));
}

/** Options of a reachability analysis. */
export interface ReachabilityOptions {
  /**
   * Whether the cluster has an engine that enforces NetworkPolicies, such as Calico or Cilium.
   *
   * OKE has none by itself; without one, policies have no effect and are ignored.
   *
   * @default true
   */
  readonly policyEngine?: boolean;
}

/** Options of `Reachability.fromOutdir`. */
export interface ReachabilityOutdirOptions extends ReachabilityOptions {
  /**
   * The names of the stacks to read, with the manifests of the charts that were added to them.
   *
   * Analyze stages of one app, such as staging and production, separately: name the stacks of one of them. If
   * read together, a name in both stages is ambiguous, and answers about it are UNKNOWN.
   *
   * @default - all stacks
   */
  readonly stacks?: string[];
}

/** A synthesized configuration as texts. */
export interface ReachabilityTexts extends ReachabilityOptions {
  /**
   * Terraform configurations in JSON, such as the text of each `cdk.tf.json`.
   *
   * @default - none: only NetworkPolicies are evaluated
   */
  readonly terraform?: string[];
  /**
   * Kubernetes manifests in YAML or JSON, each with one or more objects.
   *
   * @default - none
   */
  readonly manifests?: string[];
}

const QUESTION = { source: valueOf(Endpoint), target: valueOf(Endpoint), port: valueOf(Port) };
const VERDICTS = { [Tri.NO]: Verdict.NO, [Tri.MAYBE]: Verdict.UNKNOWN, [Tri.YES]: Verdict.YES } as const;

/**
 * Computes reachability from a synthesized configuration: the source, target, port and rules of each
 * connection.
 *
 * It reads Terraform JSON and Kubernetes manifests, including those not written by this library. It evaluates
 * security groups, security lists, route tables, gateways and NetworkPolicies: a pod's packets need the rules
 * and the policies of both ends. If a decision depends on a value that is unknown before Terraform runs, the
 * answer is UNKNOWN, never NO.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/securityrules.htm
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
@checked
export class Reachability {
  /**
   * Reads a folder written by cdktf: all stacks with their previews of manifests, or some of them.
   *
   * @param outdir such as `cdktf.out`
   */
  public static fromOutdir(outdir: string, options: ReachabilityOutdirOptions = {}): Reachability {
    const problems = new Problems("Reachability.fromOutdir");
    const read = readProps(problems, { outdir, options }, { outdir: text(), options: any<object>() });
    if (read.outdir === undefined || read.options === undefined) problems.throwAll();
    const { stacks, ...others } = options;
    const texts = readOutdir(problems, outdir, stacks);
    problems.throwIfAny();
    return Reachability.fromTexts({ ...others, ...texts });
  }

  /**
   * Reads a configuration from texts.
   */
  public static fromTexts(texts: ReachabilityTexts): Reachability {
    readArgument("Reachability.fromTexts", "texts", texts, any());
    const objects = parseManifests(texts.manifests ?? []);
    const model = new TerraformModel(texts.terraform ?? []);
    const resolve = (text: Json): Json => {
      const resolved = model.resolve(text, undefined);
      return resolved.kind === "literal" ? resolved.value : undefined;
    };
    return new Reachability(model, new ManifestModel(objects, resolve), texts);
  }

  private readonly network: NetworkModel;
  private readonly reader: EndpointReader;
  private readonly policyEngine: boolean;

  private constructor(
    private readonly model: TerraformModel,
    private readonly manifests: ManifestModel,
    options: ReachabilityOptions,
  ) {
    this.policyEngine = options.policyEngine ?? true;
    this.network = new NetworkModel(model);
    const balancers = new LoadBalancerReader(model, this.network, manifests);
    this.reader = new EndpointReader(model, this.network, manifests, balancers, this.policyEngine);
  }

  /**
   * Returns whether the source reaches the target, and by which rules.
   *
   * An endpoint may have many addresses: YES means that at least one address reaches one of the target; see
   * `complete` of the answer.
   *
   * @param port a port of the target; for a range, YES means that at least one port is reachable
   */
  public ask(source: Endpoint, target: Endpoint, port: Port): ReachabilityAnswer {
    const problems = new Problems("Reachability.ask");
    readProps(problems, { source, target, port }, QUESTION);
    problems.throwIfAny();
    const [from, to] = [this.ends(problems, source), this.ends(problems, target)];
    if (![...from, ...to].some(({ guard }) => guard) || from.some(({ peer }) => peer.isLinkLocal)) {
      const what = `The configuration contains neither ${source.toString()} nor ${target.toString()}`;
      problems.add(
        "ENDPOINTS_OUTSIDE",
        what,
        "Give an endpoint of the configuration as source or target, for example Endpoint.nodes()",
      );
    }
    problems.throwIfAny();
    const packets = packetsOf(port);
    const pairs = from.map((start) => to.map((end) => packets.map((flow) => evaluatePair(start, end, flow))));
    // The common case of two single ends needs no table.
    const [only] = pairs.length === 1 ? (pairs[0] ?? []) : [];
    const isSingle = from.length === 1 && to.length === 1;
    const some = isSingle
      ? most(only ?? [])
      : someOf(
          from.map((end, row) => {
            const verdicts = to.map((other, column) => ({
              end: other,
              verdict: most(pairs[row]?.[column] ?? []),
            }));
            return { end, verdict: someOf(verdicts) };
          }),
        );
    const question = `${source.toString()} to ${target.toString()} on ${port.toString()}`;
    return answer(question, some, pairs.flat(2), this.assumptions([...from, ...to]));
  }

  /**
   * The wide rules and policies, one line each, sorted; compare the list in a test to notice every new one.
   *
   * A rule is wide if it allows every protocol or more than 1,000 ports, or a range wider than a /8 (a /19
   * for IPv6); a policy's rule is wide if it allows every port, everyone or every namespace.
   */
  public wideRules(): string[] {
    return wideRules(this.network, this.manifests);
  }

  private ends(problems: Problems, endpoint: Endpoint): End[] {
    const ends = problems.any ? [] : this.reader.ends(endpoint);
    if (ends.length > 0 || problems.any) return ends;
    const what = `The configuration does not contain ${endpoint.toString()}`;
    problems.add(
      "ENDPOINT_UNKNOWN",
      what,
      "Correct the name or the namespace, or add the missing stack or chart to terraform or manifests",
    );
    problems.throwIfAny();
    return ends;
  }

  private assumptions(ends: readonly End[]): string[] {
    const guards = ends.flatMap(({ guard }) => guard ?? []);
    const pods = ends.filter(({ peer }) => peer.pod ?? peer.maybePod);
    const engine = this.policyEngine
      ? "an engine enforces NetworkPolicies; OKE has none by itself"
      : "no engine enforces NetworkPolicies, so they have no effect";
    const hasPeering = guards.some(({ routes }) =>
      routes.routes.some(({ gateway }) => gateway === "private"),
    );
    return [
      ...(pods.length > 0 ? [engine] : []),
      ...(pods.length > 0
        ? ["the ends are on different nodes: security rules do not filter traffic inside a node"]
        : []),
      ...(this.model.isEmpty
        ? ["only NetworkPolicies are evaluated, as there is no Terraform configuration"]
        : []),
      ...(ends.some(({ oneOf }) => oneOf !== undefined)
        ? [
            "several ends have this name, and only one of them is meant; `stacks` selects the stacks of one stage",
          ]
        : []),
      ...(hasPeering ? ["the networks behind a DRG or a peering gateway allow the packets"] : []),
    ];
  }
}

function most(pairs: readonly PairAnswer[]): Tri {
  return pairs.reduce((sum, pair) => or(sum, pair.some), Tri.NO as Tri);
}

function answer(
  question: string,
  some: Tri,
  pairs: readonly PairAnswer[],
  assumptions: string[],
): ReachabilityAnswer {
  const all = pairs.reduce((least, pair) => and(least, pair.all), Tri.YES as Tri);
  const explain = () => {
    // If only some of the possible ends are reachable, the others explain why the answer is unknown.
    const explained = pairs.find((pair) => pair.some === some) ?? pairs.find((pair) => pair.some < some);
    const worst = explained?.some ?? some;
    // The allowing layers explain a YES; the denying ones explain the rest.
    return (explained?.answers() ?? [])
      .filter(({ verdict }) => some === Tri.YES || verdict <= worst)
      .map(reasonOf);
  };
  return ReachabilityAnswer._of(
    question,
    VERDICTS[some],
    some === Tri.YES && all === Tri.YES,
    explain,
    assumptions,
  );
}

function reasonOf({ end, layer, verdict, by, text, name }: EndAnswer): ReachabilityReason {
  return { end, layer, verdict: VERDICTS[verdict], rules: [...by], text: `${name}: ${text}` };
}
