import { type Size } from "cdk8s";
import { checked } from "../../core/checked";
import {
  valueOf,
  choice,
  optional,
  type PropsSchema,
  readArgument,
  readProps,
  wholeSize,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { ContainerImage } from "../../workload/images/container-image";

const IMAGE = valueOf(ContainerImage);

/**
 * The program that reads the log files of each node.
 *
 * The library does not choose versions: you pin the image by digest, after a scan.
 */
@checked
export class LogCollector {
  /**
   * Fluent Bit 4 or newer: small, with all needed plugins in its image.
   *
   * @param image such as a copy of `cr.fluentbit.io/fluent/fluent-bit`
   * @see https://docs.fluentbit.io/manual/installation/downloads/docker
   */
  public static fluentBit(image: ContainerImage): LogCollector {
    return new LogCollector("fluent-bit", readArgument("LogCollector.fluentBit", "image", image, IMAGE));
  }

  /**
   * Fluentd 1.16 or newer, for images with your own plugins. It needs four times the memory of Fluent Bit.
   *
   * @param image with the plugins `concat`, `kubernetes_metadata_filter`, `prometheus` and `opensearch` or `elasticsearch`, as the images of
   * fluent/fluentd-kubernetes-daemonset have them
   * @see https://github.com/fluent/fluentd-kubernetes-daemonset
   */
  public static fluentd(image: ContainerImage): LogCollector {
    return new LogCollector("fluentd", readArgument("LogCollector.fluentd", "image", image, IMAGE));
  }

  private constructor(
    /** The program: `fluent-bit` or `fluentd`. */
    public readonly program: string,
    /** The image. */
    public readonly image: ContainerImage,
  ) {}
}

/** The behavior of a collector while its buffer is full. */
export enum LogOverflow {
  /** It keeps the newest lines and drops the oldest ones of the buffer. */
  DROP_OLDEST = "drop-oldest",
  /**
   * It stops reading until the destination responds, and loses no line that the kubelet still has: by default the last 5 files of each
   * container, 10 mebibytes each.
   */
  PAUSE = "pause",
}

/** Props for a LogBuffer. */
export interface LogBufferProps {
  /**
   * The size of the buffer on each node, for lines that the destination has not accepted: 64 mebibytes or more.
   *
   * With `LogOverflow.PAUSE`, the memory of Fluent Bit grows with it, because it maps the whole buffer.
   *
   * @default - 1 gibibyte; 64 mebibytes with LogOverflow.PAUSE
   */
  readonly limit?: Size;
  /**
   * The volume on the disk of the node that holds the buffer and the positions in the files, at least 64 mebibytes more than `limit`.
   *
   * @default - `limit` and 256 mebibytes more
   */
  readonly volume?: Size;
  /**
   * Back-pressure: the behavior while the buffer is full.
   *
   * @default LogOverflow.DROP_OLDEST
   */
  readonly overflow?: LogOverflow;
}

const MIN_LIMIT = 64;
/** Mebibytes for the positions in the files, and for the chunk that is being written. */
const HEADROOM = 64;
const DEFAULT_LIMITS = { [LogOverflow.DROP_OLDEST]: 1024, [LogOverflow.PAUSE]: MIN_LIMIT };

const BUFFER = {
  limit: optional(wholeSize("mebibytes", { least: MIN_LIMIT, example: "Size.gibibytes(1)" })),
  volume: optional(wholeSize("mebibytes", { least: MIN_LIMIT + HEADROOM, example: "Size.gibibytes(2)" })),
  overflow: withDefault(
    choice(LogOverflow, "LogOverflow.DROP_OLDEST or LogOverflow.PAUSE"),
    LogOverflow.DROP_OLDEST,
  ),
} satisfies PropsSchema<LogBufferProps>;

/**
 * The buffer of a collector for lines that the destination has not accepted: its size, and the behavior while it is full.
 */
@checked
export class LogBuffer {
  /** A buffer of files on the disk of each node. */
  public static of(props: LogBufferProps = {}): LogBuffer {
    const problems = new Problems("LogBuffer.of");
    const { overflow = LogOverflow.DROP_OLDEST, ...sizes } = readProps(problems, props, BUFFER);
    const { limit = DEFAULT_LIMITS[overflow], volume = limit + 4 * HEADROOM } = sizes;
    if (!problems.any && volume < limit + HEADROOM) {
      problems.add(
        "LOG_BUFFER_INVALID",
        `volume is ${volume} MiB, which is too small for limit, ${limit} MiB: the kubelet would evict the collector`,
        `Give Size.mebibytes(${limit + HEADROOM}) or more, or leave volume out`,
      );
    }
    problems.throwIfAny();
    return new LogBuffer(limit, volume, overflow);
  }

  private constructor(
    /** The size of the buffer, in mebibytes. */
    public readonly limitMebibytes: number,
    /** The size of its volume, in mebibytes. */
    public readonly volumeMebibytes: number,
    /** The behavior while the buffer is full. */
    public readonly overflow: LogOverflow,
  ) {}
}
