import { type ImageLockOptions } from "../../workload/images/image-lock";
import { ContainerImage } from "../../workload/images/container-image";
import { type PropsSchema, readProps, valueOf } from "../../core/readers";
import { checked } from "../../core/checked";
import { Problems } from "../../core/validation-error";

/** The images that a ClusterMonitoring runs, each pinned by its digest. */
export interface MonitoringImageSet {
  /** Prometheus 3 or newer, such as `quay.io/prometheus/prometheus`. */
  readonly prometheus: ContainerImage;
  /** Alertmanager, such as `quay.io/prometheus/alertmanager`. */
  readonly alertmanager: ContainerImage;
  /** kube-state-metrics, such as `registry.k8s.io/kube-state-metrics/kube-state-metrics`. */
  readonly kubeStateMetrics: ContainerImage;
  /** The node exporter, such as `quay.io/prometheus/node-exporter`. */
  readonly nodeExporter: ContainerImage;
  /** Grafana, such as `docker.io/grafana/grafana`. */
  readonly grafana: ContainerImage;
  /** The OpenTelemetry collector, 0.155 or newer, such as `docker.io/otel/opentelemetry-collector`. */
  readonly collector: ContainerImage;
  /** Jaeger 2 or newer, such as `docker.io/jaegertracing/jaeger`. */
  readonly jaeger: ContainerImage;
}

const IMAGE = valueOf(ContainerImage);

const IMAGES = {
  prometheus: IMAGE,
  alertmanager: IMAGE,
  kubeStateMetrics: IMAGE,
  nodeExporter: IMAGE,
  grafana: IMAGE,
  collector: IMAGE,
  jaeger: IMAGE,
} satisfies PropsSchema<MonitoringImageSet>;

/**
 * The images of a ClusterMonitoring.
 *
 * The library does not choose versions: you pin them by digest, after a scan.
 */
@checked
export class MonitoringImages {
  /** Images by their references. */
  public static of(images: MonitoringImageSet): MonitoringImages {
    const problems = new Problems("MonitoringImages.of");
    return new MonitoringImages(problems.resolved<MonitoringImageSet>(readProps(problems, images, IMAGES)));
  }

  /**
   * Images of a lock file, under the names `prometheus`, `alertmanager`, `kube-state-metrics`, `node-exporter`, `grafana`,
   * `opentelemetry-collector` and `jaeger`.
   */
  public static fromLock(options: ImageLockOptions = {}): MonitoringImages {
    const problems = new Problems("MonitoringImages.fromLock");
    const image = (name: string) => problems.collect(() => ContainerImage.fromLock(name, options));
    const images = {
      prometheus: image("prometheus"),
      alertmanager: image("alertmanager"),
      kubeStateMetrics: image("kube-state-metrics"),
      nodeExporter: image("node-exporter"),
      grafana: image("grafana"),
      collector: image("opentelemetry-collector"),
      jaeger: image("jaeger"),
    };
    return new MonitoringImages(problems.resolved<MonitoringImageSet>(images));
  }

  private constructor(
    /** The images. */
    public readonly images: MonitoringImageSet,
  ) {}
}
