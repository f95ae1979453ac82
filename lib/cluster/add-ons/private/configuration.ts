import { type AddOnOptions, type AddOnResources, type AddOnRollingUpdate } from "../add-on-options";
import { checkLabels } from "../../../core/kubernetes-names";
import { readBytes, readCpu } from "../../../core/quantity";
import { checkMembers } from "../../../core/required";
import { shown } from "../../../core/display-value";
import { type Problems } from "../../../core/validation-error";

/** Collects the configuration of an add-on as the texts that OKE expects; omitted values keep Oracle's setting. */
export class ConfigurationWriter {
  private readonly entries = new Map<string, string>();

  constructor(private readonly problems: Problems) {}

  public get configuration(): { [key: string]: string } {
    return Object.fromEntries([...this.entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  public text(key: string, value: string | undefined): void {
    if (value !== undefined) this.entries.set(key, value);
  }

  public flag(key: string, name: string, value: boolean | undefined): void {
    if (value === undefined) return;
    if (typeof value === "boolean") this.entries.set(key, String(value));
    else this.problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, "Write true or false");
  }

  public count(
    key: string,
    name: string,
    value: number | undefined,
    [least, most]: readonly [number, number],
  ): void {
    if (value === undefined) return;
    if (Number.isInteger(value) && value >= least && value <= most)
      return void this.entries.set(key, String(value));
    this.problems.add(
      "COUNT_INVALID",
      `${name} is ${shown(value)}`,
      `Give a whole number from ${least} to ${most}`,
    );
  }

  public choice(key: string, name: string, value: string | undefined, choices: readonly string[]): void {
    if (value === undefined) return;
    const parts = typeof value === "string" ? value.split(",") : [];
    if (parts.length > 0 && parts.every((part) => choices.includes(part)))
      return void this.entries.set(key, value);
    this.problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write ${choices.join(" or ")}`);
  }

  public json(key: string, value: unknown): void {
    if (value !== undefined) this.entries.set(key, JSON.stringify(value));
  }

  public resources(key: string, name: string, given: AddOnResources | undefined): void {
    if (given === undefined) return;
    const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = given ?? {};
    const pair = (what: string, read: typeof readCpu, request?: string, limit?: string) => {
      const [least, most] = [request, limit].map((text, index) =>
        text === undefined
          ? undefined
          : read(this.problems, `${name}.${what}${index === 0 ? "Request" : "Limit"}`, text),
      );
      if (least === undefined || most === undefined || least <= most) return;
      this.problems.add(
        "VALUE_INVALID",
        `${name} reserves ${request} and may use ${limit} at most`,
        `Give ${what}Limit at least ${request}`,
      );
    };
    pair("cpu", readCpu, cpuRequest, cpuLimit);
    pair("memory", readBytes, memoryRequest, memoryLimit);
    const limits = withoutMissing({ cpu: cpuLimit, memory: memoryLimit });
    const requests = withoutMissing({ cpu: cpuRequest, memory: memoryRequest });
    const both = { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) };
    if (Object.keys(both).length > 0) this.json(key, both);
  }

  /** Writes the common options of most add-ons. */
  public placement(options: AddOnOptions): void {
    const { nodeSelector, tolerates, affinity, topologySpreadConstraints, rollingUpdate } = options;
    if (nodeSelector !== undefined) {
      checkLabels(this.problems, "nodeSelector", nodeSelector);
      this.json(
        "nodeSelectors",
        Object.fromEntries(Object.entries(nodeSelector).sort(([a], [b]) => (a < b ? -1 : 1))),
      );
    }
    if (tolerates !== undefined) {
      const example = 'NodeTaint.noSchedule("workload", "batch")';
      const taints = tolerates.filter((taint) =>
        checkMembers(this.problems, "tolerates", taint, ["key", "value", "effect"], example),
      );
      this.json(
        "tolerations",
        taints.map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect })),
      );
    }
    this.given("affinity", affinity, isPlain, "an object, as in the spec of a pod");
    const isList = (value: unknown) => Array.isArray(value) && value.every(isPlain);
    this.given(
      "topologySpreadConstraints",
      topologySpreadConstraints,
      isList,
      "a list of objects, as in the spec of a pod",
    );
    if (rollingUpdate !== undefined) this.rollingUpdate(rollingUpdate);
  }

  /** Writes a Kubernetes value whose type is not declared here. */
  private given(name: string, value: unknown, is: (value: unknown) => boolean, instead: string): void {
    if (value === undefined) return;
    try {
      if (is(value)) return this.json(name, value);
    } catch {
      // JSON has no words for a member of it.
    }
    this.problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write ${instead}`);
  }

  private rollingUpdate(update: AddOnRollingUpdate): void {
    const { maxSurge, maxUnavailable } = update;
    for (const [name, value] of Object.entries({ maxSurge, maxUnavailable })) {
      if (value === undefined || /^\d+%?$/.test(String(value))) continue;
      this.problems.add(
        "VALUE_INVALID",
        `rollingUpdate.${name} is ${shown(value)}`,
        'Write a number or a percentage, such as "1" or "25%"',
      );
    }
    const asKubernetes = (value: string | undefined) =>
      value !== undefined && /^\d+$/.test(value) ? Number(value) : value;
    const both = withoutMissing({
      maxSurge: asKubernetes(maxSurge),
      maxUnavailable: asKubernetes(maxUnavailable),
    });
    if (both) this.json("rollingUpdate", both);
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function withoutMissing(object: object): object | undefined {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
