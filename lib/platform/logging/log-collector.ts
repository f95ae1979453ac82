import { checked } from "../../core/checked";
import { Problems } from "../../core/validation-error";
import { kind } from "../../core/value-readers";
import { type ContainerImage } from "../../workload/images/container-image";

const IMAGE = kind(
  ["reference", "_acknowledge"],
  'ContainerImage.of("fra.ocir.io/acme/fluent-bit@sha256:…"), or ContainerImage.fromLock("fluent-bit")',
);

/**
 * The program that reads the log files of each node.
 *
 * The library names no image itself: which version runs, and that it was scanned, is the decision of whoever writes the digest down.
 */
@checked
export class LogCollector {
  /**
   * Fluent Bit 4 or newer: small, and all that it needs is in its image.
   *
   * @param image such as a copy of `cr.fluentbit.io/fluent/fluent-bit`
   * @see https://docs.fluentbit.io/manual/installation/downloads/docker
   */
  public static fluentBit(image: ContainerImage): LogCollector {
    return LogCollector.read("LogCollector.fluentBit", "fluent-bit", image);
  }

  /**
   * Fluentd 1.16 or newer, for those who have plugins of their own in the image. It needs four times the memory of Fluent Bit.
   *
   * @param image with the plugins `concat`, `kubernetes_metadata_filter`, `prometheus` and `opensearch` or `elasticsearch`, as the images of
   * fluent/fluentd-kubernetes-daemonset have them
   * @see https://github.com/fluent/fluentd-kubernetes-daemonset
   */
  public static fluentd(image: ContainerImage): LogCollector {
    return LogCollector.read("LogCollector.fluentd", "fluentd", image);
  }

  private static read(factory: string, program: string, image: ContainerImage): LogCollector {
    const problems = new Problems(factory);
    IMAGE(problems, "image", image);
    problems.throwIfAny();
    return new LogCollector(program, image);
  }

  private constructor(
    /** Which one it is: `fluent-bit` or `fluentd`. */
    public readonly program: string,
    /** Its image. */
    public readonly image: ContainerImage,
  ) {}
}
