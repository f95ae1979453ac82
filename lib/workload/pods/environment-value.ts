import { Token } from "cdktf";
import { checkFieldKey } from "./mounted-files";
import { checked } from "../../core/checked";
import { checkLiteral } from "../../core/credential-literal";
import { shown } from "../../core/display-value";
import { checkedBy, choice, matching, type Reader, subdomainName, text } from "../../core/readers";
import { Problems } from "../../core/validation-error";

const NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const KEY = matching(
  /^[-._a-zA-Z0-9]{1,253}$/,
  'Use up to 253 letters, digits, -, _, and ., for example "log-level"',
  { code: "ENV_INVALID" },
);
const POD_FIELD = checkedBy(
  matching(
    /^(?:metadata\.(?:name|namespace|uid|(?:labels|annotations)\['[^']+'\])|spec\.(?:nodeName|serviceAccountName)|status\.(?:hostIPs?|podIPs?))$/,
    "Write metadata.name, metadata.namespace, metadata.uid, metadata.labels['…'], metadata.annotations['…'], " +
      "spec.nodeName, spec.serviceAccountName, status.hostIP, status.podIP or status.podIPs",
    { code: "ENV_INVALID" },
  ),
  checkFieldKey,
);

/** A resource request or limit of a container. */
export enum ContainerResourceField {
  /** The CPU request. */
  CPU_REQUEST = "requests.cpu",
  /** The CPU limit. */
  CPU_LIMIT = "limits.cpu",
  /** The memory request. */
  MEMORY_REQUEST = "requests.memory",
  /** The memory limit. */
  MEMORY_LIMIT = "limits.memory",
  /** The ephemeral storage request. */
  EPHEMERAL_STORAGE_REQUEST = "requests.ephemeral-storage",
  /** The ephemeral storage limit. */
  EPHEMERAL_STORAGE_LIMIT = "limits.ephemeral-storage",
}

const FIELD = choice(
  ContainerResourceField,
  "a ContainerResourceField, for example ContainerResourceField.MEMORY_LIMIT",
);
const CPU_DIVISORS = ["1", "1m"];
const BYTE_DIVISORS = "1 1k 1M 1G 1T 1P 1E 1Ki 1Mi 1Gi 1Ti 1Pi 1Ei".split(" ");

/**
 * The value of an environment variable.
 *
 * Values from a Secret are not supported: the environment is visible in crash reports and to child processes,
 * a mounted file is not.
 */
@checked
export class EnvironmentValue {
  /**
   * A text, or a reference to a Terraform value.
   *
   * The workload refuses a text that looks like a credential.
   */
  public static fromValue(value: string): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.fromValue");
    text('a text, for example "8080"')(problems, "value", value);
    problems.throwIfAny();
    return new EnvironmentValue({ value }, value);
  }

  /**
   * A field of the pod, such as its name or address.
   *
   * @param path such as `metadata.name`, `metadata.labels['app']`, `spec.nodeName`, `status.podIP`
   * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
   */
  public static fromFieldRef(path: string): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.fromFieldRef");
    POD_FIELD(problems, "path", path);
    problems.throwIfAny();
    return new EnvironmentValue({ valueFrom: { fieldRef: { fieldPath: path } } });
  }

  /**
   * A resource request or limit of the container, such as its memory limit, for a program that sizes itself
   * by it.
   *
   * @param divisor the unit of the value, which is rounded up: for CPU `1` or `1m`; for memory and storage
   * `1` or a unit, such as `1Mi`
   * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#downwardapi-resourceFieldRef
   */
  public static fromResource(amount: ContainerResourceField, divisor = "1"): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.fromResource");
    FIELD(problems, "amount", amount);
    const divisors = String(amount).endsWith(".cpu") ? CPU_DIVISORS : BYTE_DIVISORS;
    if (!divisors.includes(divisor)) {
      problems.add("ENV_INVALID", `divisor is ${shown(divisor)}`, `Write one of ${divisors.join(", ")}`);
    }
    problems.throwIfAny();
    return new EnvironmentValue({ valueFrom: { resourceFieldRef: { resource: amount, divisor } } });
  }

  /**
   * A time zone for the variable `TZ`, from which most programs take the local time.
   *
   * The image must contain the time zone database (`tzdata`): without it, a program silently uses UTC.
   *
   * @param name the name in the IANA database, such as `Europe/Berlin`
   */
  public static timeZone(name: string): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.timeZone");
    timeZone()(problems, "name", name);
    problems.throwIfAny();
    return new EnvironmentValue({ value: name }, name);
  }

  /** A key of a ConfigMap in the workload's namespace. */
  public static fromConfigMap(name: string, key: string): EnvironmentValue {
    const problems = new Problems("EnvironmentValue.fromConfigMap");
    subdomainName()(problems, "name", name);
    KEY(problems, "key", key);
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
  public _check(problems: Problems, name: string, property: string): void {
    if (!NAME.test(name) || name === "." || name.startsWith("..")) {
      problems.add(
        "ENV_INVALID",
        `${property} has the invalid variable name ${shown(name)}`,
        "Use letters, digits, _, -, and ., not beginning with a digit, for example LOG_LEVEL",
      );
    }
    if (this.literal !== undefined && !Token.isUnresolved(this.literal)) {
      checkLiteral(problems, `${property}.${name}`, name, this.literal);
    }
  }
}

/** Reads the name of a time zone that the API server accepts. */
export function timeZone(): Reader<string> {
  return (problems, name, value) => {
    if (typeof value === "string" && isTimeZone(value)) return value;
    problems.add(
      "SCHEDULE_INVALID",
      `${name} is ${shown(value)}`,
      'Write a name of the IANA time zone database, for example "Etc/UTC" or "Europe/Berlin"',
    );
    return undefined;
  };
}

function isTimeZone(name: string): boolean {
  // The API server supports no offsets, and uses its own zone for Local.
  if (!/^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/.test(name)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // Unlike here, names are case-sensitive there.
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}
