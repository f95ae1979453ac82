import { Size } from "cdk8s";
import { SIZE } from "./private/amounts";
import { checked } from "../../core/checked";
import { Problems } from "../../core/validation-error";
import { choice, shaped } from "../../core/value-readers";

/** What a collector does with new lines while its buffer is full. */
export enum LogOverflow {
  /** It keeps the newest lines and drops the oldest ones of the buffer. */
  DROP_OLDEST = "drop-oldest",
  /**
   * It stops reading until the destination answers, and loses no line that the kubelet still has: by default the last 5 files of each
   * container, 10 mebibytes each.
   */
  PAUSE = "pause",
}

/** Props for a LogBuffer. */
export interface LogBufferProps {
  /**
   * How much is kept on each node while the destination does not answer, 64 mebibytes or more.
   *
   * With `LogOverflow.PAUSE`, Fluent Bit also gets as much memory, because it maps the whole buffer.
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
   * Back-pressure: what happens to new lines while the buffer is full.
   *
   * @default LogOverflow.DROP_OLDEST
   */
  readonly overflow?: LogOverflow;
}

const LEAST = 64;
const DEFAULT_LIMITS = {
  [LogOverflow.DROP_OLDEST]: Size.gibibytes(1),
  [LogOverflow.PAUSE]: Size.mebibytes(LEAST),
};
/** For the positions in the files, and for the chunk that is being written. */
const HEADROOM = 64;

/**
 * The files in which a collector keeps lines while its destination does not answer, their limit, and what it does when they are full.
 */
@checked
export class LogBuffer {
  /** A buffer of files on the disk of each node. */
  public static of(props: LogBufferProps = {}): LogBuffer {
    const problems = new Problems("LogBuffer.of");
    const { overflow = LogOverflow.DROP_OLDEST, ...sizes } = shaped(problems, props, {
      limit: SIZE,
      volume: SIZE,
      overflow: choice(LogOverflow, "LogOverflow.DROP_OLDEST or LogOverflow.PAUSE"),
    }) as LogBufferProps;
    const { limit = DEFAULT_LIMITS[overflow], volume } = sizes;
    const most = limit.toKibibytes() / 1024;
    const room = volume === undefined ? most + 4 * HEADROOM : volume.toKibibytes() / 1024;
    if (!Number.isInteger(most) || most < LEAST) {
      problems.add(
        "LOG_BUFFER_INVALID",
        `limit is ${most} mebibytes`,
        `Give ${LEAST} or more whole mebibytes: Size.gibibytes(1)`,
      );
    }
    if (!Number.isInteger(room) || room < most + HEADROOM) {
      problems.add(
        "LOG_BUFFER_INVALID",
        `limit is ${most} MiB, but volume is ${room} MiB, so the node would evict the collector before the limit applies`,
        `Write volume: Size.mebibytes(${most + HEADROOM}) or more, or leave it out`,
      );
    }
    problems.throwIfAny();
    return new LogBuffer(most, room, overflow);
  }

  private constructor(
    /** The most that is kept, in mebibytes. */
    public readonly limitMebibytes: number,
    /** The volume that it is kept in, in mebibytes. */
    public readonly volumeMebibytes: number,
    /** What happens to new lines while the buffer is full. */
    public readonly overflow: LogOverflow,
  ) {}
}
