import * as fs from "node:fs";
import * as path from "node:path";
import { type Endpoint } from "./endpoint";
import { EndReader } from "./private/end-reader";
import { type EndAnswer, judgePair, type PairAnswer } from "./private/evaluate-flow";
import { type End } from "./private/flow-ends";
import { and, or, Tri } from "./private/label-selector";
import { LoadBalancerReader } from "./private/load-balancer-reader";
import { ManifestModel } from "./private/manifest-model";
import { NetworkModel } from "./private/network-model";
import { packetsOf } from "./private/packets";
import { parseManifests } from "./private/parse-manifests";
import { type Json, TerraformModel } from "./private/terraform-model";
import { wideRules } from "./private/wide-rules";
import { ReachabilityAnswer, type ReachabilityReason, Verdict } from "./reachability-answer";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { type Port } from "../../core/port";
import { checkGiven } from "../../core/required";
import { Problems } from "../../core/validation-error";

/** What one end of several says. */
interface Said<T> {
  readonly end: T;
  readonly verdict: Tri;
}

/**
 * Whether one of some ends says yes.
 *
 * Of ends with one name in `oneOf` only one is meant, and nobody knows which: they say yes or no together, or nobody knows.
 */
function someOf<T extends { readonly oneOf?: string }>(said: readonly Said<T>[]): Tri {
  const groups = new Map<string, Tri[]>();
  let most = Tri.NO as Tri;
  for (const { end, verdict } of said) {
    if (end.oneOf === undefined) {
      most = or(most, verdict);
      continue;
    }
    const same = groups.get(end.oneOf);
    if (same) same.push(verdict);
    else groups.set(end.oneOf, [verdict]);
  }
  return [...groups.values()].reduce((sum, verdicts) => or(sum, together(verdicts)), most);
}

function together(verdicts: readonly Tri[]): Tri {
  const [first = Tri.NO] = verdicts;
  return verdicts.every((verdict) => verdict === first) ? first : Tri.MAYBE;
}

/** The texts of a folder that cdktf wrote. */
interface OutdirTexts {
  readonly terraform: string[];
  readonly manifests: string[];
}

/** Reads the stacks of a folder and the previews of their charts; of all stacks where none are named. */
function readOutdir(problems: Problems, outdir: string, wanted?: readonly string[]): OutdirTexts {
  const terraform = filesIn(path.join(outdir, "stacks")).filter(({ file }) => file.endsWith(".tf.json"));
  if (terraform.length === 0) {
    const fix = "Give the folder that the app was synthesized into, such as cdktf.out";
    problems.add("CONFIGURATION_UNREADABLE", `${outdir} holds no stacks/<name>/cdk.tf.json`, fix);
  }
  const stacks = [...new Set(terraform.map(({ stack }) => stack))];
  if (!problems.any && wanted !== undefined) checkStacks(problems, wanted, stacks);
  if (problems.any) return { terraform: [], manifests: [] };
  const manifests = filesIn(path.join(outdir, "manifests")).filter(({ file }) => /\.ya?ml$/.test(file));
  const read = (files: readonly File[]) =>
    files
      .filter(({ stack }) => wanted === undefined || wanted.includes(stack))
      .map(({ file }) => fs.readFileSync(file, "utf8"));
  return { terraform: read(terraform), manifests: read(manifests) };
}

function checkStacks(problems: Problems, wanted: unknown, stacks: readonly string[]): void {
  const instead = `Write names of stacks of the folder: ${stacks.join(", ")}`;
  if (!Array.isArray(wanted) || wanted.length === 0) {
    problems.add("VALUE_INVALID", `stacks is ${shown(wanted)}, and not a list of names`, instead);
    return;
  }
  wanted.forEach((name: unknown, index) => {
    if (stacks.includes(name as string)) return;
    problems.add("VALUE_INVALID", `stacks[${index}] is ${shown(name)}, and no stack has that name`, instead);
  });
}

interface File {
  readonly file: string;
  /** The folder that it is in: the name of a stack. */
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

/** How the configuration is understood. */
export interface ReachabilityOptions {
  /**
   * Whether the cluster has an engine that enforces NetworkPolicies, such as Calico or Cilium.
   *
   * OKE has none by itself; without one the policies do nothing, and are left out of the answers.
   *
   * @default true
   */
  readonly policyEngine?: boolean;
}

/** How the folder of an app is understood. */
export interface ReachabilityOutdirOptions extends ReachabilityOptions {
  /**
   * The names of the stacks that are read, with the manifests of the charts that were added to them.
   *
   * Two stages of one app, such as staging and production, are questions of their own: name the stacks of one of them. Read
   * together, what both have is one name for two things, and answers about it are UNKNOWN.
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
   * @default - none: only NetworkPolicies are judged
   */
  readonly terraform?: string[];
  /**
   * Kubernetes manifests in YAML or JSON, each of one or several objects.
   *
   * @default - none
   */
  readonly manifests?: string[];
}

const VERDICTS = { [Tri.NO]: Verdict.NO, [Tri.MAYBE]: Verdict.UNKNOWN, [Tri.YES]: Verdict.YES } as const;

/**
 * Computes from a synthesized configuration who reaches whom, on which port, and by which rules.
 *
 * It reads Terraform's JSON and Kubernetes' manifests, also those that this library did not write. Security groups, security
 * lists, route tables, gateways and NetworkPolicies all count: a pod's packets need the rules and the policies of both ends.
 * What depends on a value that is not known before Terraform runs is answered with UNKNOWN, never with NO.
 *
 * @see https://docs.oracle.com/iaas/Content/Network/Concepts/securityrules.htm
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
@checked
export class Reachability {
  /**
   * Reads the folder that cdktf wrote: all stacks and all previews of manifests, or those of some stacks.
   *
   * @param outdir such as `cdktf.out`
   * @throws CONFIGURATION_UNREADABLE; VALUE_INVALID where the folder has no such stack
   */
  public static fromOutdir(outdir: string, options: ReachabilityOutdirOptions = {}): Reachability {
    const problems = new Problems("Reachability.fromOutdir");
    if (!checkGiven(problems, { outdir, options })) problems.throwIfAny();
    const { stacks, ...others } = options;
    const texts = readOutdir(problems, outdir, stacks);
    problems.throwIfAny();
    return Reachability.fromTexts({ ...others, ...texts });
  }

  /**
   * Reads texts.
   *
   * @throws CONFIGURATION_UNREADABLE
   */
  public static fromTexts(texts: ReachabilityTexts): Reachability {
    const problems = new Problems("Reachability.fromTexts");
    if (!checkGiven(problems, { texts })) problems.throwIfAny();
    const objects = parseManifests(texts.manifests ?? []);
    const model = new TerraformModel(texts.terraform ?? []);
    const resolve = (text: Json): Json => {
      const resolved = model.resolve(text, undefined);
      return resolved.kind === "literal" ? resolved.value : undefined;
    };
    return new Reachability(model, new ManifestModel(objects, resolve), texts);
  }

  private readonly network: NetworkModel;
  private readonly reader: EndReader;
  private readonly policyEngine: boolean;

  private constructor(
    private readonly model: TerraformModel,
    private readonly manifests: ManifestModel,
    options: ReachabilityOptions,
  ) {
    this.policyEngine = options.policyEngine ?? true;
    this.network = new NetworkModel(model);
    const balancers = new LoadBalancerReader(model, this.network, manifests);
    this.reader = new EndReader(model, this.network, manifests, balancers, this.policyEngine);
  }

  /**
   * Whether the source reaches the target, and by which rules.
   *
   * An end may be many addresses: YES means that one of them reaches one of the other end; see `complete` of the answer.
   *
   * @param port a port of the target; of several, YES means that one is reached
   * @throws ENDPOINT_UNKNOWN where the configuration has no such end; ENDPOINTS_OUTSIDE where nothing of it lies between the two
   */
  public ask(source: Endpoint, target: Endpoint, port: Port): ReachabilityAnswer {
    const problems = new Problems("Reachability.ask");
    if (!checkGiven(problems, { source, target, port })) problems.throwIfAny();
    const [from, to] = [this.ends(problems, source), this.ends(problems, target)];
    if (![...from, ...to].some(({ guard }) => guard) || from.some(({ peer }) => peer.isLinkLocal)) {
      const what = `Nothing of the configuration decides what ${source.toString()} sends to ${target.toString()}`;
      problems.add(
        "ENDPOINTS_OUTSIDE",
        what,
        "Name an end that the configuration makes: nodes, pods, a load balancer",
      );
    }
    problems.throwIfAny();
    const packets = packetsOf(port);
    const judged = from.map((one) => to.map((other) => packets.map((some) => judgePair(one, other, some))));
    // Two single ends, as most questions have them, need no table.
    const [only] = judged.length === 1 ? (judged[0] ?? []) : [];
    const isSingle = from.length === 1 && to.length === 1;
    const some = isSingle
      ? most(only ?? [])
      : someOf(
          from.map((end, row) => {
            const said = to.map((other, column) => ({
              end: other,
              verdict: most(judged[row]?.[column] ?? []),
            }));
            return { end, verdict: someOf(said) };
          }),
        );
    const question = `${source.toString()} to ${target.toString()} on ${port.toString()}`;
    return answer(question, some, judged.flat(2), this.assumptions([...from, ...to]));
  }

  /**
   * The rules and policies that are wide, one line each, sorted; a test that holds the list notices every new one.
   *
   * Wide is a rule for every protocol or more than 1,000 ports, a range wider than a /8 (a /19 of IPv6), and in a policy a
   * rule for every port, for everyone or for every namespace.
   */
  public wideRules(): string[] {
    return wideRules(this.network, this.manifests);
  }

  private ends(problems: Problems, endpoint: Endpoint): End[] {
    const ends = problems.any ? [] : this.reader.ends(endpoint);
    if (ends.length > 0 || problems.any) return ends;
    const what = `The configuration has nothing that is ${endpoint.toString()}`;
    problems.add(
      "ENDPOINT_UNKNOWN",
      what,
      "Check the name and the namespace, and that every stack and chart was given",
    );
    problems.throwIfAny();
    return ends;
  }

  private assumptions(ends: readonly End[]): string[] {
    const guards = ends.flatMap(({ guard }) => guard ?? []);
    const pods = ends.filter(({ peer }) => peer.pod ?? peer.maybePod);
    const engine = this.policyEngine
      ? "an engine enforces NetworkPolicies; OKE has none by itself"
      : "no engine enforces NetworkPolicies, so they do nothing";
    const isFar = guards.some(({ routes }) => routes.routes.some(({ gateway }) => gateway === "private"));
    return [
      ...(pods.length > 0 ? [engine] : []),
      ...(pods.length > 0
        ? ["the ends are on different nodes: what stays on one node passes no security rule"]
        : []),
      ...(this.model.isEmpty
        ? ["only NetworkPolicies are known, as no Terraform configuration was given"]
        : []),
      ...(ends.some(({ oneOf }) => oneOf !== undefined)
        ? ["one of several ends is meant, and which one is not known; `stacks` names the stacks of one stage"]
        : []),
      ...(isFar ? ["what lies behind a DRG or a peering gateway lets it pass"] : []),
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
  const tell = () => {
    // Where only some of the ends that may be meant say yes, those that do not tell why it is not known.
    const telling = pairs.find((pair) => pair.some === some) ?? pairs.find((pair) => pair.some < some);
    const least = telling?.some ?? some;
    // What let packets through tells a yes; what did not tells the rest.
    return (telling?.answers() ?? [])
      .filter(({ verdict }) => some === Tri.YES || verdict <= least)
      .map(reasonOf);
  };
  return ReachabilityAnswer._of(
    question,
    VERDICTS[some],
    some === Tri.YES && all === Tri.YES,
    tell,
    assumptions,
  );
}

function reasonOf({ end, layer, verdict, by, text, name }: EndAnswer): ReachabilityReason {
  return { end, layer, verdict: VERDICTS[verdict], rules: [...by], text: `${name}: ${text}` };
}
