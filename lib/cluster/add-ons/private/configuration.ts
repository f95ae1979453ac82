import { type AddOnOptions, type AddOnResources, type AddOnRollingUpdate } from "../add-on-options";
import { NodeTaint } from "../../node-setup";
import { checkLabels } from "../../../core/kubernetes-names";
import { readBytes, readCpu } from "../../../core/quantity";
import { boolean, listOf, valueOf, wholeNumber } from "../../../core/readers";
import { byKey, sortedByKey } from "../../../core/stable-order";
import { shown } from "../../../core/display-value";
import { type Problems } from "../../../core/validation-error";

const FLAG = boolean();
const TAINTS = listOf(valueOf(NodeTaint), '[NodeTaint.noSchedule("workload", "batch")]');

/** Collects the configuration of an add-on as the texts that OKE expects; omitted values keep Oracle's setting. */
export class ConfigurationWriter {
  private readonly entries = new Map<string, string>();

  constructor(private readonly problems: Problems) {}

  public get configuration(): { [key: string]: string } {
    return Object.fromEntries([...this.entries].sort(byKey));
  }

  public text(key: string, value: string | undefined): void {
    if (value !== undefined) this.entries.set(key, value);
  }

  public flag(key: string, name: string, value: boolean | undefined): void {
    if (value !== undefined) this.text(key, FLAG(this.problems, name, value)?.toString());
  }

  public count(
    key: string,
    name: string,
    value: number | undefined,
    [least, most]: readonly [number, number],
  ): void {
    if (value !== undefined)
      this.text(key, wholeNumber({ least, most })(this.problems, name, value)?.toString());
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

  public resources(key: string, name: string, resources: AddOnResources | undefined): void {
    if (resources === undefined) return;
    const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = resources ?? {};
    const pair = (what: string, read: typeof readCpu, request?: string, limit?: string) => {
      const [least, most] = [request, limit].map((text, index) =>
        text === undefined
          ? undefined
          : read(this.problems, `${name}.${what}${index === 0 ? "Request" : "Limit"}`, text),
      );
      if (least === undefined || most === undefined || least <= most) return;
      this.problems.add(
        "VALUE_INVALID",
        `${name}.${what}Limit is ${limit}, less than the request, ${request}`,
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
  public placement(options: AddOnOptions, at?: string): void {
    const nameOf = (name: string) => (at === undefined ? name : `${at}.${name}`);
    const { nodeSelector, tolerates, affinity, topologySpreadConstraints, rollingUpdate } = options;
    if (nodeSelector !== undefined) {
      checkLabels(this.problems, nameOf("nodeSelector"), nodeSelector);
      this.json("nodeSelectors", sortedByKey(nodeSelector));
    }
    if (tolerates !== undefined) {
      const taints = TAINTS(this.problems, nameOf("tolerates"), tolerates);
      this.json(
        "tolerations",
        taints?.map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect })),
      );
    }
    this.plain("affinity", nameOf("affinity"), affinity, isPlain, "an object, as in the spec of a pod");
    const isList = (value: unknown) => Array.isArray(value) && value.every(isPlain);
    this.plain(
      "topologySpreadConstraints",
      nameOf("topologySpreadConstraints"),
      topologySpreadConstraints,
      isList,
      "a list of objects, as in the spec of a pod",
    );
    if (rollingUpdate !== undefined) this.rollingUpdate(nameOf("rollingUpdate"), rollingUpdate);
  }

  /** Writes a Kubernetes value whose type is not declared here. */
  private plain(
    key: string,
    name: string,
    value: unknown,
    isValid: (value: unknown) => boolean,
    instead: string,
  ): void {
    if (value === undefined) return;
    try {
      if (isValid(value)) return this.json(key, value);
    } catch {
      // JSON can't represent one of its members.
    }
    this.problems.add("VALUE_INVALID", `${name} is ${shown(value)}`, `Write ${instead}`);
  }

  private rollingUpdate(at: string, update: AddOnRollingUpdate): void {
    const { maxSurge, maxUnavailable } = update;
    for (const [name, value] of Object.entries({ maxSurge, maxUnavailable })) {
      if (value === undefined || /^\d+%?$/.test(String(value))) continue;
      this.problems.add(
        "VALUE_INVALID",
        `${at}.${name} is ${shown(value)}`,
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
