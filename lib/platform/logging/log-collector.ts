import { checked } from "../../core/checked";
import { valueOf } from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { ContainerImage } from "../../workload/images/container-image";

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
    return LogCollector.read("LogCollector.fluentBit", "fluent-bit", image);
  }

  /**
   * Fluentd 1.16 or newer, for images with your own plugins. It needs four times the memory of Fluent Bit.
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
    valueOf(ContainerImage)(problems, "image", image);
    problems.throwIfAny();
    return new LogCollector(program, image);
  }

  private constructor(
    /** The program: `fluent-bit` or `fluentd`. */
    public readonly program: string,
    /** The image. */
    public readonly image: ContainerImage,
  ) {}
}
