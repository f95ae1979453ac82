import { type Construct, type IConstruct } from "constructs";
import { algorithmOf } from "./key-algorithm";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { checkHomeRegionProvider } from "../../core/home-region";
import { checkConstructId } from "../../core/construct-id";
import { problemsIn } from "../../core/construct-scope";
import { compareOcids, checkOcidIfGiven } from "../../core/ocid";
import { checkGiven, checkMembers } from "../../core/required";
import { shown } from "../../core/display-value";
import { checkTags } from "../../core/tagging";
import { type Problems } from "../../core/validation-error";
import { type ImageSigningProps } from "../image-signing-props";
import { type SigningKey } from "../signing-key";

const MAX_KEYS = 5;

/** Validates the props before the construct is created, so that its id stays free if they are refused. */
export function checkImageSigning(scope: Construct, id: string, given: ImageSigningProps): void {
  const props: Partial<ImageSigningProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { cluster, keys, repositories } = props;
  checkGiven(problems, { cluster });
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    problems.collect(() => cluster?.compartmentId);
    checkOnly(problems, scope, cluster as ISecureOkeCluster);
  }
  checkOcidIfGiven(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkKeys(problems, scope, keys);
  checkRepositories(problems, repositories);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

function checkKeys(problems: Problems, scope: Construct, keys: unknown): void {
  if (keys === undefined) return;
  if (!Array.isArray(keys)) {
    problems.add("VALUE_INVALID", `keys is ${shown(keys)}`, "Write a list: [SigningKey.generated()]");
    return;
  }
  if (keys.length === 0) {
    problems.add(
      "SIGNING_KEY_INVALID",
      "keys is empty, so the cluster would run every image, signed or not",
      "List 1 to 5 keys, or leave keys out to create one",
    );
  }
  if (keys.length > MAX_KEYS) {
    const fix = `Name at most ${MAX_KEYS}; images that another key signed must be signed by one of these`;
    problems.add(
      "COUNT_INVALID",
      `keys has ${keys.length} keys, and a cluster verifies at most ${MAX_KEYS}`,
      fix,
    );
  }
  const all = keys as SigningKey[];
  all.forEach((key, index) => {
    const name = `keys[${index}]`;
    if (
      !checkMembers(problems, name, key, ["_details"], "SigningKey.generated() or SigningKey.existing(keyId)")
    )
      return;
    checkAlgorithm(problems, scope, name, key);
  });
  const ids = all
    .map((key) => key?._details)
    .map((one) => one && (one.keyId ?? `generated ${one.name ?? ""}`));
  if (new Set(ids).size < ids.length) {
    const fix = "Name each key once, and give generated keys names: SigningKey.generated({ name })";
    problems.add("NAME_DUPLICATE", "keys has a key twice", fix);
  }
}

function checkAlgorithm(problems: Problems, scope: Construct, name: string, key: SigningKey): void {
  const { keyId } = key._details;
  const algorithm = keyId === undefined ? undefined : algorithmOf(scope, keyId);
  if (algorithm === undefined || algorithm === "RSA") return;
  problems.add(
    "SIGNING_KEY_INVALID",
    `${name} is an ${algorithm} key`,
    'Give an RSA key: keyShape: { algorithm: "RSA", length: 512 }, or SigningKey.generated()',
  );
}

function checkRepositories(problems: Problems, repositories: unknown): void {
  if (repositories === undefined) return;
  if (!Array.isArray(repositories)) {
    problems.add(
      "VALUE_INVALID",
      `repositories is ${shown(repositories)}`,
      "Write a list of PrivateRepository",
    );
    return;
  }
  if (repositories.length === 0) {
    const fix = "List the repositories, or leave repositories out to verify all of the cluster's compartment";
    problems.add("COUNT_INVALID", "repositories is empty, so the cluster could verify no signature", fix);
  }
  (repositories as unknown[]).forEach((repository, index) =>
    checkMembers(
      problems,
      `repositories[${index}]`,
      repository,
      ["repositoryName", "compartmentId"],
      "a PrivateRepository",
    ),
  );
}

interface Signing extends IConstruct {
  readonly cluster: ISecureOkeCluster;
  readonly keyIds: string[];
}

/** Adds a problem for a second construct, whose policy would replace the first. */
function checkOnly(problems: Problems, scope: Construct, cluster: ISecureOkeCluster): void {
  const isSigning = (one: IConstruct): one is Signing => "keyIds" in one && "cluster" in one;
  const idOf = (one: ISecureOkeCluster) => ({ scope: one, id: one.clusterId });
  const other = scope.node.root.node
    .findAll()
    .filter(isSigning)
    .find((one) => compareOcids(idOf(one.cluster), idOf(cluster)) === "same");
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `${cluster.node.path} has an ImageSigning already, ${other.node.path}`,
    "Name all keys there",
  );
}
