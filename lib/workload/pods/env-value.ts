import { Token } from "cdktf";
import { checkFieldKey } from "./pod-info-files";
import { checkTimeZone } from "./private/cron-schedule";
import { checked } from "../../core/checked";
import { checkLiteral } from "../../core/credential-literal";
import { shown } from "../../core/display-value";
import { checkSubdomainName } from "../../core/kubernetes-names";
import { Problems } from "../../core/validation-error";
import { choice, refuseKind } from "../../core/value-readers";

const NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const FIELDS =
  /^(?:metadata\.(?:name|namespace|uid|(?:labels|annotations)\['[^']+'\])|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIPs?|podIPs?))$/;

/** How much of what a container reserves, and how much it may use. */
export enum ContainerResourceField {
  /** The processors that are reserved. */
  CPU_REQUEST = "requests.cpu",
  /** The processors that the container may use. */
  CPU_LIMIT = "limits.cpu",
  /** The memory that is reserved. */
  MEMORY_REQUEST = "requests.memory",
  /** The memory that the container may use. */
  MEMORY_LIMIT = "limits.memory",
  /** The disk that is reserved. */
  EPHEMERAL_STORAGE_REQUEST = "requests.ephemeral-storage",
  /** The disk that the container may use. */
  EPHEMERAL_STORAGE_LIMIT = "limits.ephemeral-storage",
}

const CPU_DIVISORS = ["1", "1m"];
const BYTE_DIVISORS = "1 1k 1M 1G 1T 1P 1E 1Ki 1Mi 1Gi 1Ti 1Pi 1Ei".split(" ");

/**
 * The value of an environment variable.
 *
 * There is no value from a Secret: the environment ends in crash reports and child processes, a mounted file does not.
 */
@checked
export class EnvironmentValue {
  /**
   * A text, or a reference to a Terraform value.
   *
   * Text that looks like a credential is refused by the workload.
   *
   * @throws VALUE_INVALID
   */
  public static fromValue(value: string): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.fromValue");
    if (typeof value !== "string") refuseKind(problems, "The value", value, 'a text, for example "8080"');
    problems.throwIfAny();
    return new EnvironmentValue({ value }, value);
  }

  /**
   * A field of the pod, such as its name or address.
   *
   * @param path such as `metadata.name`, `metadata.labels['app']`, `spec.nodeName`, `status.podIP`
   * @throws ENV_INVALID
   * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
   */
  public static fromFieldRef(path: string): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.fromFieldRef");
    if (!FIELDS.test(path)) {
      problems.add(
        "ENV_INVALID",
        `${shown(path)} is not a field that a variable can hold`,
        "Take metadata.name, metadata.namespace, metadata.uid, metadata.labels['…'], metadata.annotations['…'], " +
          "spec.nodeName, spec.serviceAccountName, status.hostIP, status.podIP or status.podIPs",
      );
    }
    checkFieldKey(problems, path);
    problems.throwIfAny();
    return new EnvironmentValue({ valueFrom: { fieldRef: { fieldPath: path } } });
  }

  /**
   * What the container reserves or may use, such as its memory, for a program that sizes itself by it.
   *
   * @param divisor what is counted, rounded up: for processors `1` or `1m`; for memory and disk `1` or one of a unit, such as `1Mi`
   * @throws ENV_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#downwardapi-resourceFieldRef
   */
  public static fromResource(amount: ContainerResourceField, divisor = "1"): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.fromResource");
    choice(ContainerResourceField, "ContainerResourceField.MEMORY_LIMIT, or another one of it")(
      problems,
      "amount",
      amount,
    );
    const divisors = String(amount).endsWith(".cpu") ? CPU_DIVISORS : BYTE_DIVISORS;
    if (!divisors.includes(divisor)) {
      problems.add("ENV_INVALID", `The divisor is ${shown(divisor)}`, `Take one of ${divisors.join(", ")}`);
    }
    problems.throwIfAny();
    return new EnvironmentValue({ valueFrom: { resourceFieldRef: { resource: amount, divisor } } });
  }

  /**
   * A time zone for the variable `TZ`, by which most programs tell the local time.
   *
   * The image must have the database of time zones (`tzdata`): without it a program takes UTC and says nothing.
   *
   * @param name of the IANA database, such as `Europe/Berlin`
   * @throws SCHEDULE_INVALID
   */
  public static timeZone(name: string): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.timeZone");
    checkTimeZone(problems, name);
    problems.throwIfAny();
    return new EnvironmentValue({ value: name }, name);
  }

  /**
   * A key of a ConfigMap in the workload's namespace.
   *
   * @throws NAME_INVALID, ENV_INVALID
   */
  public static fromConfigMap(name: string, key: string): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.fromConfigMap");
    checkSubdomainName(problems, "The ConfigMap", name);
    if (typeof key !== "string" || !KEY.test(key)) {
      problems.add("ENV_INVALID", `The key is ${shown(key)}`, "Use up to 253 letters, digits, -, _ and .");
    }
    problems.throwIfAny();
    return new EnvironmentValue({ valueFrom: { configMapKeyRef: { name, key } } });
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
