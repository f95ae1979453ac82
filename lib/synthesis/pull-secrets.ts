import { type ApiObject, Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { apiObjectsIn } from "./chart-objects";
import { isSameCluster, scopeOf } from "./chart-scopes";
import { addStep, computeOnce } from "./rendering";
import { checkAtSynthesis } from "./synthesis-checks";
import { MarkOn, StateOfTree } from "../core/construct-state";

/** A pod in an object, reduced to what concerns pulling its images. */
export interface PodSpec {
  readonly images: readonly string[];
  readonly serviceAccountName: string;
  readonly hasPullSecrets: boolean;
  readonly nodeSelector: { readonly [key: string]: unknown };
}

interface Fields {
  readonly [key: string]: unknown;
}
const LISTS = ["containers", "initContainers", "ephemeralContainers"];
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The pods anywhere in an object.
 *
 * They are found by their containers and not by the kind of the object, so that those in custom resources of operators are found too.
 */
export function podSpecsOf(value: unknown): PodSpec[] {
  if (Array.isArray(value)) return value.flatMap(podSpecsOf);
  if (!isFields(value)) return [];
  const own = Array.isArray(value.containers)
    ? [readPod(value)].filter(({ images }) => images.length > 0)
    : [];
  const inside = Object.entries(value).filter(([key]) => !LISTS.includes(key));
  return [...own, ...inside.flatMap(([, each]) => podSpecsOf(each))];
}

function readPod(spec: Fields): PodSpec {
  const { serviceAccountName, serviceAccount, imagePullSecrets, nodeSelector } = spec;
  const name = [serviceAccountName, serviceAccount].find((each) => typeof each === "string" && each !== "");
  return {
    images: LISTS.flatMap((list) => imagesIn(spec[list])),
    serviceAccountName: (name as string | undefined) ?? "default",
    hasPullSecrets: Array.isArray(imagePullSecrets) && imagePullSecrets.length > 0,
    nodeSelector: isFields(nodeSelector) ? nodeSelector : {},
  };
}

function imagesIn(containers: unknown): string[] {
  if (!Array.isArray(containers)) return [];
  return containers
    .map((one: unknown) => (isFields(one) ? one.image : undefined))
    .filter((image) => typeof image === "string");
}

/** The pull Secrets that a namespace declares. */
interface NamespaceSecrets {
  readonly namespace: IConstruct;
  readonly names: readonly string[];
}

const ofNamespaces = new StateOfTree(() => new Map<string, NamespaceSecrets[]>());
const ownAccounts = new MarkOn<ApiObject>();
const withoutSecrets = new MarkOn<ApiObject>();

/** Records the pull Secrets of a namespace; an empty list declares that its images need none. */
export function notePullSecrets(namespace: IConstruct, name: string, names: readonly string[]): void {
  const byName = ofNamespaces.of(namespace);
  byName.set(name, [...(byName.get(name) ?? []), { namespace, names }]);
}

/**
 * The pull Secrets that the namespace of a construct declares; undefined if it declares none, or is created elsewhere.
 *
 * Read at synthesis, so that the namespace may be created after its workloads and in another chart of the same cluster.
 */
export function pullSecretsOf(
  construct: IConstruct,
  namespace: string | undefined,
): readonly string[] | undefined {
  if (namespace === undefined) return undefined;
  const all = ofNamespaces.peek(construct)?.get(namespace) ?? [];
  const [chart, ...others] = [construct, ...all.map((declared) => declared.namespace)].map((each) =>
    Chart.of(each),
  );
  const isOwn = (index: number) => others[index] === chart;
  const isNear = (index: number) => {
    const [own, other] = [chart, others[index]].map((each) => each && scopeOf(each));
    return own === undefined || other === undefined ? own === other : isSameCluster(own, other);
  };
  return (all.find((_, index) => isOwn(index)) ?? all.find((_, index) => isNear(index)))?.names;
}

/** Records an account that a construct of the library created, which names its pull Secrets itself. */
export function noteOwnAccount(account: ApiObject): void {
  ownAccounts.once(account);
}

/** Whether a construct of the library created an account. */
function isOwnAccount(account: ApiObject): boolean {
  return ownAccounts.has(account);
}

/** Records that the images of an account's pods need no pull Secret. */
export function notePullsWithoutSecrets(account: ApiObject): void {
  withoutSecrets.once(account);
}

/** Whether the images of an account's pods were declared to need no pull Secret. */
export function pullsWithoutSecrets(account: ApiObject): boolean {
  return withoutSecrets.has(account);
}

interface AccountData {
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: { readonly namespace?: unknown };
  imagePullSecrets?: unknown;
}

const watched = new MarkOn<IConstruct>();
/** The owner of the step, so that an account gets it only once, however often it is written. */
const OWNER = {};

/**
 * Adds the pull Secrets of namespaces to the ServiceAccounts of others, such as those of an included Helm chart.
 *
 * A pod uses the Secrets of its account, and a chart whose pods run with their own account would have none. An account that already names
 * Secrets keeps them.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account
 */
export function givePullSecrets({ node: { root } }: IConstruct): void {
  if (!watched.once(root)) return;
  // At synthesis, after the charts of others have been read: namespaces often come first.
  checkAtSynthesis(root, () => computeOnce(root, installSteps));
}

function installSteps(root: IConstruct): void {
  const accounts = apiObjectsIn(root).filter(
    ({ kind }) => kind === "ServiceAccount" || kind.endsWith("List"),
  );
  for (const object of accounts.filter((account) => !isOwnAccount(account))) {
    addStep(object, OWNER, (data) => {
      fill(object, data as AccountData);
    });
  }
}

function fill(object: ApiObject, data: AccountData): void {
  const { kind, items, metadata, imagePullSecrets: named } = data;
  if (Array.isArray(items) && String(kind).endsWith("List")) {
    for (const item of items as AccountData[]) fill(object, item);
  }
  if (kind !== "ServiceAccount") return;
  // Charts write an empty list if the value is not set.
  const isNamed = named !== undefined && named !== null && !(Array.isArray(named) && named.length === 0);
  const namespace = metadata?.namespace;
  if (isNamed || typeof namespace !== "string") return;
  const names = pullSecretsOf(object, namespace) ?? [];
  if (names.length > 0) data.imagePullSecrets = names.map((name) => ({ name }));
}
