import { Token } from "cdktf";
import { type Construct } from "constructs";
import { checkHomeRegionProvider } from "./home-region";
import { type NodeRegistryAccessProps } from "./node-registry-access-props";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { shown } from "../core/shown";
import { checkTags } from "../core/tagging";
import { type Problems } from "../core/validation-error";

export const PROVIDER_FOLDER = "/usr/local/bin/";
export const PROVIDER_CONFIG_FILE = "/etc/kubernetes/credential-provider-config.yaml";

const TAG = /^[A-Za-z0-9_-]{1,100}\.[A-Za-z0-9_-]{1,100}$/;
const NAME = /^[A-Za-z0-9._-]{1,100}$/;
const REPOSITORY = /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/;
const PREFIX = /^[a-z0-9]+([._-]+[a-z0-9]+)*[._-]*\*$/;
// Stands in a script as it is.
const PATH = /^\/[A-Za-z0-9._/-]+$/;

/** Validates the props before anything is made; throws with all that is wrong. */
export function readRegistryAccess(scope: Construct, id: string, given: NodeRegistryAccessProps): void {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const props: Partial<NodeRegistryAccessProps> = given ?? {};
  const { cluster, nodeTag, repositories, configureKubelet = true } = props;
  checkGiven(problems, { cluster, nodeTag, repositories });
  if (checkMembers(problems, "cluster", cluster, ["clusterId", "addCdk8sChart"], "a SecureOkeCluster")) {
    problems.collect(() => cluster?.compartmentId);
  }
  checkOcid(problems, "tenancyId", props.tenancyId, "tenancy");
  checkOcidIfGiven(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  const tagFix = 'Write the namespace, a period and the key: "Operations.NodeRole"';
  checkText(problems, "nodeTag", nodeTag, TAG, tagFix, "TAG_INVALID");
  for (const name of ["nodeTagValue", "dynamicGroupName"] as const) {
    checkText(
      problems,
      name,
      props[name],
      NAME,
      "Use up to 100 letters, digits, periods, underscores and dashes",
    );
  }
  for (const name of ["providerFolder", "providerConfigFile"] as const) {
    const fix = `Write an absolute path such as "${name === "providerFolder" ? PROVIDER_FOLDER : PROVIDER_CONFIG_FILE}"`;
    checkText(problems, name, props[name], PATH, fix, "VALUE_INVALID");
  }
  checkRepositories(problems, repositories);
  if (typeof configureKubelet !== "boolean") {
    problems.add("VALUE_INVALID", `configureKubelet is ${shown(configureKubelet)}`, "Write true or false");
  }
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

/** Adds a problem for a text that can't stand where it is written: a reference to a Terraform value could hold anything. */
function checkText(
  problems: Problems,
  name: string,
  value: unknown,
  pattern: RegExp,
  fix: string,
  code: "NAME_INVALID" | "TAG_INVALID" | "VALUE_INVALID" = "NAME_INVALID",
): void {
  if (value === undefined || value === null) return;
  if (typeof value === "string" && !Token.isUnresolved(value) && pattern.test(value)) return;
  problems.add(code, `${name} is ${shown(value)}`, fix);
}

function checkRepositories(problems: Problems, repositories: unknown): void {
  if (repositories === undefined || repositories === null) return;
  if (!Array.isArray(repositories) || Token.isUnresolved(repositories)) {
    const fix = 'Write a list, for example ["shop/web", "shop/worker"]';
    problems.add("VALUE_INVALID", `repositories is ${shown(repositories)}`, fix);
    return;
  }
  if (repositories.length === 0) {
    const fix = "Name the repositories that the nodes may pull from";
    problems.add("COUNT_INVALID", "repositories is empty, so the nodes could pull nothing", fix);
  }
  for (const name of repositories as unknown[]) {
    if (Token.isUnresolved(name)) continue;
    if (typeof name === "string" && (REPOSITORY.test(name) || PREFIX.test(name))) continue;
    problems.add(
      "NAME_INVALID",
      `repositories has ${shown(name)}`,
      'Write the name without the host and the namespace of the registry, such as "shop/web", or the beginning of names ' +
        'without a slash, such as "shop-*"',
    );
  }
  const twice = repositories.filter((one, index) => repositories.indexOf(one) < index);
  for (const name of new Set(twice as unknown[])) {
    problems.add("NAME_DUPLICATE", `repositories names ${shown(name)} twice`, "Name each repository once");
  }
}
