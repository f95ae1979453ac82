import { Size } from "cdk8s";
import { SIZE } from "./private/amounts";
import { checked } from "../../core/checked";
import { Problems } from "../../core/validation-error";
import { shaped } from "../../core/value-readers";

/** Props for a LogBuffer. */
export interface LogBufferProps {
  /**
   * How much is kept on each node while the destination does not answer, 64 mebibytes or more.
   *
   * @default - 1 gibibyte
   */
  readonly limit?: Size;
  /**
   * The volume on the disk of the node that holds the buffer and the positions in the files, at least 64 mebibytes more than `limit`.
   *
   * @default - `limit` and 256 mebibytes more
   */
  readonly volume?: Size;
}

const LEAST = 64;
/** For the positions in the files, and for the chunk that is being written. */
const HEADROOM = 64;

/**
 * What a collector does while its destination does not answer: it keeps lines in files, up to a limit, and then drops the oldest ones.
 *
 * The kubelet keeps the last files of each container beside, 10 mebibytes each: after an outage that is longer, they are what is left.
 */
@checked
export class LogBuffer {
  /**
   * A buffer of files on the disk of each node.
   *
   * @throws LOG_BUFFER_INVALID, VALUE_INVALID
   */
  public static of(props: LogBufferProps = {}): LogBuffer {
    const problems = new Problems("LogBuffer.of");
    const { limit = Size.gibibytes(1), volume } = shaped(problems, props, {
      limit: SIZE,
      volume: SIZE,
    }) as LogBufferProps;
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
        `limit is ${most} mebibytes, and volume ${room}: the node would end the collector before the limit holds`,
        `Give the volume ${most + HEADROOM} mebibytes or more, or leave it out`,
      );
    }
    problems.throwIfAny();
    return new LogBuffer(most, room);
  }

  private constructor(
    /** The most that is kept, in mebibytes. */
    public readonly limitMebibytes: number,
    /** The volume that it is kept in, in mebibytes. */
    public readonly volumeMebibytes: number,
  ) {}
}
