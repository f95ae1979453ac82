import { Token } from "cdktf";
import { refuseKind } from "./shapes";
import { checkLiteral } from "../core/credential-literal";
import { checkSubdomainName } from "../core/kubernetes-names";
import { shown } from "../core/shown";
import { Problems } from "../core/validation-error";

const NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const FIELDS =
  /^(?:metadata\.(?:name|namespace|uid|(?:labels|annotations)\['[^']+'\])|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIPs?|podIPs?))$/;

/**
 * The value of an environment variable.
 *
 * There is no value from a Secret: the environment ends in crash reports and child processes, a mounted file does not.
 */
export class EnvValue {
  /**
   * A text, or a reference to a Terraform value.
   *
   * Text that looks like a credential is refused by the workload.
   *
   * @throws VALUE_INVALID
   */
  public static fromValue(value: string): EnvValue {
    const problems = new Problems("EnvValue.fromValue");
    if (typeof value !== "string") refuseKind(problems, "The value", value, 'a text, for example "8080"');
    problems.throwIfAny();
    return new EnvValue({ value }, value);
  }

  /**
   * A field of the pod, such as its name or address.
   *
   * @param path such as `metadata.name`, `metadata.labels['app']`, `spec.nodeName`, `status.podIP`
   * @throws ENV_INVALID
   * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
   */
  public static fromField(path: string): EnvValue {
    const problems = new Problems("EnvValue.fromField");
    if (!FIELDS.test(path)) {
      problems.add(
        "ENV_INVALID",
        `${shown(path)} is not a field that a variable can hold`,
        "Take metadata.name, metadata.namespace, metadata.uid, metadata.labels['…'], metadata.annotations['…'], " +
          "spec.nodeName, spec.serviceAccountName, status.hostIP, status.podIP or status.podIPs",
      );
    }
    problems.throwIfAny();
    return new EnvValue({ valueFrom: { fieldRef: { fieldPath: path } } });
  }

  /**
   * A key of a ConfigMap in the workload's namespace.
   *
   * @throws NAME_INVALID, ENV_INVALID
   */
  public static fromConfigMap(name: string, key: string): EnvValue {
    const problems = new Problems("EnvValue.fromConfigMap");
    checkSubdomainName(problems, "The ConfigMap", name);
    if (typeof key !== "string" || !KEY.test(key)) {
      problems.add("ENV_INVALID", `The key is ${shown(key)}`, "Use up to 253 letters, digits, -, _ and .");
    }
    problems.throwIfAny();
    return new EnvValue({ valueFrom: { configMapKeyRef: { name, key } } });
  }

  private constructor(
    private readonly manifest: object,
    private readonly literal?: string,
  ) {}

  /** @internal */
  public _toManifest(name: string): object {
    return { name, ...this.manifest };
  }

  /** @internal */
  public _check(problems: Problems, name: string): void {
    if (!NAME.test(name) || name === "." || name.startsWith("..")) {
      problems.add(
        "ENV_INVALID",
        `env has a variable named ${shown(name)}`,
        "Use letters, digits, _, - and ., not beginning with a digit",
      );
    }
    if (this.literal !== undefined && !Token.isUnresolved(this.literal)) {
      checkLiteral(problems, `env.${name}`, name, this.literal);
    }
  }
}
