import { checked } from "../core/checked";
import { isLabelValue, isQualifiedName } from "../core/kubernetes-names";
import { shown } from "../core/display-value";
import { checkedBy, readArguments, type Reader, text } from "../core/readers";

const TAINT = {
  key: literalText(
    isQualifiedName,
    'Write up to 63 letters, digits, -, _ and ., for example "workload" or "example.com/workload"',
  ),
  value: literalText(
    isLabelValue,
    "Write up to 63 letters, digits, -, _ and ., beginning and ending with a letter or digit",
  ),
};

type Effect = "NoSchedule" | "PreferNoSchedule" | "NoExecute";

/**
 * A taint that the nodes of a pool have from the moment when they join the cluster.
 *
 * Workloads run on such a node only if they tolerate the taint, see `Toleration`.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
@checked
export class NodeTaint {
  /**
   * New pods that don't tolerate the taint are not scheduled on the node.
   *
   * @param key up to 63 letters, digits, `-`, `_` and `.`, optionally after a DNS name and a slash
   * @param value as the value of a label; by default empty
   */
  public static noSchedule(key: string, value = ""): NodeTaint {
    return NodeTaint.read("NodeTaint.noSchedule", key, value, "NoSchedule");
  }

  /**
   * New pods that don't tolerate the taint are scheduled on the node only if no other node has room.
   *
   * @param key up to 63 letters, digits, `-`, `_` and `.`, optionally after a DNS name and a slash
   * @param value as the value of a label; by default empty
   */
  public static preferNoSchedule(key: string, value = ""): NodeTaint {
    return NodeTaint.read("NodeTaint.preferNoSchedule", key, value, "PreferNoSchedule");
  }

  /**
   * Pods that don't tolerate the taint are not scheduled on the node, and those that run there are evicted.
   *
   * @param key up to 63 letters, digits, `-`, `_` and `.`, optionally after a DNS name and a slash
   * @param value as the value of a label; by default empty
   */
  public static noExecute(key: string, value = ""): NodeTaint {
    return NodeTaint.read("NodeTaint.noExecute", key, value, "NoExecute");
  }

  private static read(factory: string, key: string, value: string, effect: Effect): NodeTaint {
    readArguments(factory, { key, value }, TAINT);
    return new NodeTaint(key, value, effect);
  }

  private constructor(
    /** The key, such as `workload`. */
    public readonly key: string,
    /** The value; may be empty. */
    public readonly value: string,
    /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`. */
    public readonly effect: string,
  ) {}

  /** The taint as the kubelet and kubectl write it, such as `workload=batch:NoSchedule`. */
  public get text(): string {
    return `${this.key}=${this.value}:${this.effect}`;
  }
}

function literalText(isValid: (value: string) => boolean, fix: string): Reader<string> {
  return checkedBy(text(), (problems, name, value) => {
    if (!isValid(value)) problems.add("LABEL_INVALID", `${name} is ${shown(value)}`, fix);
  });
}
