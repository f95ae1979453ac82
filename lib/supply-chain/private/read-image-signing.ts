import { type Construct, type IConstruct } from "constructs";
import { algorithmOf } from "../../encryption/private/key-algorithm";
import { type ISecureOkeCluster } from "../../cluster/cluster-base";
import { checkConstructId, problemsIn } from "../../core/construct-scope";
import { checkHomeRegionProvider, terraformProvider } from "../../core/regions";
import {
  checkedBy,
  listOf,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../../core/readers";
import { type Problems } from "../../core/validation-error";
import { isSameCluster } from "../../synthesis/chart-scopes";
import { type ImageSigningProps } from "../image-signing-props";
import { PrivateRepository } from "../private-repository";
import { SigningKey } from "../signing-key";

const MAX_KEYS = 5;

const IMAGE_SIGNING = {
  cluster: valueOf<ISecureOkeCluster>("ISecureOkeCluster"),
  keys: withDefault(checkedBy(listOf(valueOf(SigningKey), "a list: [SigningKey.generated()]"), checkKeys), [
    SigningKey.generated(),
  ]),
  repositories: optional(
    checkedBy(listOf(valueOf(PrivateRepository), "a list of PrivateRepository"), (problems, name, list) => {
      if (list.length > 0) return;
      const fix = "Name the repositories, or leave it out for all of the cluster's compartment";
      problems.add("COUNT_INVALID", `${name} is empty, so that the cluster could verify no signature`, fix);
    }),
  ),
  compartmentId: optional(ocid("compartment", "tenancy")),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<ImageSigningProps>;

/** The props of an ImageSigning, with their defaults. */
export type ResolvedSigning = Resolved<typeof IMAGE_SIGNING>;

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
export function readImageSigning(scope: Construct, id: string, props: ImageSigningProps): ResolvedSigning {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, IMAGE_SIGNING);
  const { cluster, keys = [] } = read;
  if (cluster) {
    problems.collect(() => cluster.compartmentId);
    checkOnly(problems, scope, cluster);
  }
  keys.forEach((key, index) => {
    checkAlgorithm(problems, scope, `keys[${index}]`, key);
  });
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved<ResolvedSigning>(read);
}

function checkKeys(problems: Problems, name: string, keys: readonly SigningKey[]): void {
  if (keys.length === 0) {
    problems.add(
      "SIGNING_KEY_INVALID",
      `${name} is empty, so that the cluster would run every image, signed or not`,
      "Give one to five keys, or leave keys out for a new one",
    );
  }
  if (keys.length > MAX_KEYS) {
    problems.add(
      "COUNT_INVALID",
      `${name} has ${keys.length} keys, and a cluster verifies at most ${MAX_KEYS}`,
      `Give at most ${MAX_KEYS} keys, and sign images of other keys again with one of them`,
    );
  }
  const ids = keys.map(({ _details: details }) => details.keyId ?? `generated ${details.name ?? ""}`);
  if (new Set(ids).size === ids.length) return;
  const fix = "Name each key once, and give generated keys names: SigningKey.generated({ name })";
  problems.add("NAME_DUPLICATE", `${name} has a key twice`, fix);
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

interface Signing extends IConstruct {
  readonly cluster: ISecureOkeCluster;
  readonly keyIds: string[];
}

/** Adds a problem for a second construct, whose policy would replace the first. */
function checkOnly(problems: Problems, scope: Construct, cluster: ISecureOkeCluster): void {
  const isSigning = (construct: IConstruct): construct is Signing =>
    "keyIds" in construct && "cluster" in construct;
  const other = scope.node.root.node
    .findAll()
    .filter(isSigning)
    .find((signing) => isSameCluster(signing.cluster, cluster));
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `cluster is ${cluster.node.path}, which already has the ImageSigning ${other.node.path}`,
    "Add all keys to that ImageSigning",
  );
}
