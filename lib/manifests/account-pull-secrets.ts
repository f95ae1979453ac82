import { type ApiObject } from "cdk8s";
import { type IConstruct } from "constructs";
import { apiObjectsIn } from "./chart-objects";
import { isOwnAccount, pullSecretsOf } from "./pull-secrets";
import { computeOnce } from "./reading";
import { addStep } from "./rendering";
import { checkAtSynthesis } from "./synthesis-checks";

interface AccountData {
  readonly kind?: unknown;
  readonly items?: unknown;
  readonly metadata?: { readonly namespace?: unknown };
  imagePullSecrets?: unknown;
}

const watched = new WeakSet<IConstruct>();
/** The owner of the step, so that an account gets it once, however often it is written. */
const OWNER = {};

/**
 * Gives the pull Secrets of namespaces to the ServiceAccounts that others wrote, such as those of an included Helm chart.
 *
 * A pod has the Secrets of its account, and a chart whose pods run as an account of its own would have none. An account that
 * names Secrets keeps its own.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account
 */
export function givePullSecrets({ node: { root } }: IConstruct): void {
  if (watched.has(root)) return;
  watched.add(root);
  // At synthesis, when the charts of others were read: namespaces often come first.
  checkAtSynthesis(root, () => computeOnce(root, installSteps));
}

function installSteps(root: IConstruct): void {
  const accounts = apiObjectsIn(root).filter(
    ({ kind }) => kind === "ServiceAccount" || kind.endsWith("List"),
  );
  for (const object of accounts.filter((one) => !isOwnAccount(one))) {
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
  // Charts write an empty list where nobody set their value.
  const isNamed = named !== undefined && named !== null && !(Array.isArray(named) && named.length === 0);
  const namespace = metadata?.namespace;
  if (isNamed || typeof namespace !== "string") return;
  const names = pullSecretsOf(object, namespace) ?? [];
  if (names.length > 0) data.imagePullSecrets = names.map((name) => ({ name }));
}
