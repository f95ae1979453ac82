import { Chart, type ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { isSameCluster, scopeOf } from "./chart-scopes";

/** What a namespace says of the Secrets that its images are pulled with. */
interface NamespaceSecrets {
  readonly namespace: IConstruct;
  readonly names: readonly string[];
}

const ofNamespaces = new WeakMap<IConstruct, Map<string, NamespaceSecrets[]>>();
const ownAccounts = new WeakSet<ApiObject>();
const withoutSecrets = new WeakSet<ApiObject>();

/** Notes the pull Secrets of a namespace; an empty list says that its images need none. */
export function notePullSecrets(namespace: IConstruct, name: string, names: readonly string[]): void {
  const { root } = namespace.node;
  const known = ofNamespaces.get(root) ?? new Map<string, NamespaceSecrets[]>();
  ofNamespaces.set(root, known);
  known.set(name, [...(known.get(name) ?? []), { namespace, names }]);
}

/**
 * The pull Secrets that the namespace of a construct names; undefined where it names none, or is made elsewhere.
 *
 * Read at synthesis, so that the namespace may be made after its workloads and in another chart of the same cluster.
 */
export function pullSecretsOf(
  construct: IConstruct,
  namespace: string | undefined,
): readonly string[] | undefined {
  if (namespace === undefined) return undefined;
  const all = ofNamespaces.get(construct.node.root)?.get(namespace) ?? [];
  const [chart, ...others] = [construct, ...all.map((one) => one.namespace)].map((one) => Chart.of(one));
  const isOwn = (index: number) => others[index] === chart;
  const isNear = (index: number) => {
    const [one, other] = [chart, others[index]].map((each) => each && scopeOf(each));
    return one === undefined || other === undefined ? one === other : isSameCluster(one, other);
  };
  return (all.find((_, index) => isOwn(index)) ?? all.find((_, index) => isNear(index)))?.names;
}

/** Notes an account that a construct of the library made, which names its pull Secrets itself. */
export function noteOwnAccount(account: ApiObject): void {
  ownAccounts.add(account);
}

/** Whether a construct of the library made an account. */
export function isOwnAccount(account: ApiObject): boolean {
  return ownAccounts.has(account);
}

/** Notes that the images of an account's pods need no pull Secret. */
export function notePullsWithoutSecrets(account: ApiObject): void {
  withoutSecrets.add(account);
}

/** Whether somebody said that the images of an account's pods need no pull Secret. */
export function pullsWithoutSecrets(account: ApiObject): boolean {
  return withoutSecrets.has(account);
}
