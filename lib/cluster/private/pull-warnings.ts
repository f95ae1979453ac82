import { type ApiObject, type Chart } from "cdk8s";
import { type ISynthesisSession, TerraformStack, Token } from "cdktf";
import { StateOf, StateOfTree } from "../../core/construct-state";
import { type GuardrailText } from "../../core/guardrail-catalogue";
import { addWarning } from "../../core/warnings";
import { pullSecretsOf, pullsWithoutSecrets, type PodSpec, podSpecsOf } from "../../synthesis/pull-secrets";
import { apiObjectsIn, dataOf } from "../../synthesis/chart-objects";
import { isSameCluster } from "../../synthesis/chart-scopes";
import { whileReading } from "../../synthesis/rendering";
import { type ISecureOkeCluster } from "../cluster-base";

/** The id of the warning, in the style of the catalogue. */
export const IMAGE_PULL_CREDENTIALS = "image-pull-credentials";

const FINDING: GuardrailText = {
  title: "Images that nodes may not be able to pull",
  why: "OCIR serves private images only with credentials: without them, pods stay in ImagePullBackOff. Whether a repository is public is not known here.",
  fix:
    'Name the pull Secret, SecureNamespace({ imagePullSecrets: ["ocir"] }), or let the nodes pull, PrivateNodePool({ registryAccess }). If the images are ' +
    "public or the nodes can pull them already, set imagePullSecrets: []. See docs/private-images.md",
  practice: "access-tokens",
};

// Its pods run in kube-system, where no SecureNamespace is.
const FIX_OF_ENGINE =
  'Name a pull Secret of kube-system, NetworkPolicyEngine.calico({ imagePullSecrets: ["ocir"], … }) or .cilium, or let the nodes of all pools ' +
  "pull, PrivateNodePool({ registryAccess }). If the images are public or the nodes can pull them already, set imagePullSecrets: []. See " +
  "docs/private-images.md";

/** The properties of a pool that decide which images its nodes can pull. */
export interface PoolPulls {
  readonly path: string;
  readonly labels?: { readonly [key: string]: string };
  /** The repositories that the nodes may pull from without a Secret. */
  readonly repositories?: readonly string[];
}

/** An image with the object that uses it. */
interface Pull {
  readonly image: string;
  readonly by: string;
}

/** Whether an image needs credentials that the eligible nodes of a pod don't have. */
type IsLacking = (image: string, nodeSelector: PodSpec["nodeSelector"]) => boolean;

interface Watched {
  readonly charts: Chart[];
  readonly images: string[];
}

const watched = new StateOf<ISecureOkeCluster, Watched>(watch);
const pools = new StateOfTree(() => new Map<ISecureOkeCluster, PoolPulls[]>());

// Frequent kinds of objects that run no pods.
const WITHOUT_PODS = new Set([
  ...[
    "ConfigMap",
    "Endpoints",
    "EndpointSlice",
    "HorizontalPodAutoscaler",
    "Ingress",
    "LimitRange",
    "Namespace",
  ],
  ...[
    "NetworkPolicy",
    "PodDisruptionBudget",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "Service",
    "ServiceAccount",
  ],
]);
const OCIR = /^(?:[a-z0-9-]+\.)?ocir\.(?:io|[a-z0-9-]+\.oci\.[a-z0-9.-]+)$/;

/** Records a pool of a cluster. */
export function notePool(cluster: ISecureOkeCluster, pool: PoolPulls): void {
  const ofTree = pools.of(cluster);
  ofTree.set(cluster, [...(ofTree.get(cluster) ?? []), pool]);
}

/** Warns at synthesis, once for each chart, of images that need credentials which neither a Secret nor the nodes provide. */
export function warnOfChart(cluster: ISecureOkeCluster, chart: Chart): void {
  watched.of(cluster).charts.push(chart);
}

/** The same warning for images outside of charts, such as those of a policy engine. */
export function warnOfImages(cluster: ISecureOkeCluster, images: readonly string[]): void {
  if (images.length > 0) watched.of(cluster).images.push(...images);
}

/** Has the warnings of a cluster given before its stack is written. */
function watch(cluster: ISecureOkeCluster): Watched {
  const own: Watched = { charts: [], images: [] };
  const stack = TerraformStack.of(cluster);
  const inner = stack.synthesizer;
  let isWarned = false;
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      // One reading with the writing that follows, so that objects are rendered once for both.
      whileReading(() => {
        // Before the stack is written, so that the warnings are in the manifest of the app, which the cdktf command shows.
        if (!isWarned) {
          for (const text of warningsOf(cluster, own))
            addWarning(cluster, `[${IMAGE_PULL_CREDENTIALS}] ${text}`);
        }
        isWarned = true;
        inner.synthesize(session);
      });
    },
  };
  return own;
}

function warningsOf(cluster: ISecureOkeCluster, { charts, images }: Watched): string[] {
  const nodes = poolsOf(cluster);
  const isLacking: IsLacking = (image, nodeSelector) =>
    isOfOcir(image) && !canNodesPull(nodes, image, nodeSelector);
  const accounts = accountsIn(charts);
  const ofEngine = images
    .filter((image) => isLacking(image, {}))
    .map((image) => ({ image, by: "the policy engine" }));
  const all: (readonly [string, Pull[], string])[] = [
    ["the policy engine", ofEngine, FIX_OF_ENGINE],
    ...charts.map(
      (chart) =>
        [`the chart ${chart.node.path}`, lackingIn(chart, accounts, isLacking), FINDING.fix] as const,
    ),
  ];
  return all.flatMap(([owner, found, fix]) => {
    if (found.length === 0) return [];
    const names = [...new Set(found.map(({ image, by }) => `${image} (${by})`))].sort();
    const shown = names.length > 3 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
    const what = `${cluster.node.path}: images of ${owner} may need credentials, and nothing provides them: ${shown.join(", ")}`;
    return [[what, `  Why: ${FINDING.why}`, `  Instead: ${fix}`].join("\n")];
  });
}

/** The images that the pods of a chart can't pull, unless they were declared to need no credentials. */
function lackingIn(chart: Chart, accounts: ReadonlyMap<string, ApiObject>, isLacking: IsLacking): Pull[] {
  return apiObjectsIn(chart)
    .filter(({ kind }) => !WITHOUT_PODS.has(kind))
    .flatMap((object) => {
      const data = dataOf(object) as { metadata?: { namespace?: string } };
      const { namespace } = data.metadata ?? {};
      return podSpecsOf(data).flatMap((pod) => {
        const images = pod.images.map(nameOf).filter((image) => isLacking(image, pod.nodeSelector));
        // Checked last, because an account must be rendered for it.
        const isGiven =
          images.length === 0 || pod.hasPullSecrets || !lacksSecrets(object, namespace, accounts, pod);
        return isGiven ? [] : images.map((image) => ({ image, by: `${object.kind} ${object.name}` }));
      });
    });
}

function lacksSecrets(
  object: ApiObject,
  namespace: string | undefined,
  accounts: ReadonlyMap<string, ApiObject>,
  { serviceAccountName }: PodSpec,
): boolean {
  const account = accounts.get(`${namespace}/${serviceAccountName}`);
  // An account that no chart creates may have pull Secrets.
  if (!account) return serviceAccountName === "default" && pullSecretsOf(object, namespace) === undefined;
  const { imagePullSecrets: own } = dataOf(account) as { imagePullSecrets?: unknown };
  if (Array.isArray(own) && own.length > 0) return false;
  return !pullsWithoutSecrets(account) && pullSecretsOf(object, namespace)?.length !== 0;
}

function accountsIn(charts: readonly Chart[]): Map<string, ApiObject> {
  const all = charts.flatMap(apiObjectsIn).filter(({ kind }) => kind === "ServiceAccount");
  return new Map(all.map((account) => [`${account.metadata.namespace}/${account.name}`, account]));
}

/** The pools of a cluster; if none is created through this construct, those of the same cluster elsewhere in the app. */
function poolsOf(cluster: ISecureOkeCluster): readonly PoolPulls[] {
  const all = pools.of(cluster);
  const own = all.get(cluster);
  if (own) return own;
  return [...all].filter(([other]) => isSameCluster(other, cluster)).flatMap(([, each]) => each);
}

/** Whether all eligible nodes of a pod can pull an image; yes if it is not known. */
function canNodesPull(
  nodes: readonly PoolPulls[],
  image: string,
  nodeSelector: PodSpec["nodeSelector"],
): boolean {
  const fits = ({ labels = {} }: PoolPulls) =>
    Object.entries(nodeSelector).every(
      ([key, value]) => labels[key] === value || Token.isUnresolved(labels[key]),
    );
  const chosen = nodes.filter(fits);
  const possible = chosen.length > 0 ? chosen : nodes;
  return (
    possible.length > 0 && possible.every(({ repositories }) => repositories && mayPull(repositories, image))
  );
}

function mayPull(repositories: readonly string[], image: string): boolean {
  const [, , ...path] = image.split("/");
  const repository = path.join("/");
  if (Token.isUnresolved(image)) return true;
  return repositories.some((name) => {
    if (Token.isUnresolved(name)) return true;
    return name.endsWith("*") ? repository.startsWith(name.slice(0, -1)) : repository === name;
  });
}

function isOfOcir(image: string): boolean {
  return OCIR.test(image.split("/")[0]?.split(":")[0] ?? "");
}

/** An image without its tag and its digest. */
function nameOf(image: string): string {
  const [tagged = ""] = image.split("@");
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  return colon < 0 ? tagged : tagged.slice(0, colon);
}
