import { type Chart, Duration, Size } from "cdk8s";
import {
  ClusterLogging,
  IngressCertificate,
  IngressHost,
  LogBuffer,
  LogCollector,
  LogDestination,
  LogOverflow,
  LogParser,
  LogRedaction,
  LogRetention,
  LogSnapshots,
  OracleServiceRanges,
  TlsTermination,
  type ContainerImage,
  type SecretFiles,
  type SecureOkeCluster,
  type TraefikIngress,
} from "secure-oke";

interface Parts {
  readonly cluster: SecureOkeCluster;
  readonly traefik: TraefikIngress;
  readonly image: (name: string) => ContainerImage;
  readonly vault: (name: string) => SecretFiles;
}

/** Collects the logs of all containers in OpenSearch. */
export function addLogging(chart: Chart, { cluster, traefik, image, vault }: Parts): ClusterLogging {
  return new ClusterLogging(chart, "logging", {
    cluster,
    collector: LogCollector.fluentBit(image("fluent-bit")),
    destination: LogDestination.openSearchInCluster({
      image: image("opensearch"),
      users: vault("opensearch-users"),
      kmsKeyId: "ocid1.key.oc1.eu-frankfurt-1.vault.example",
      retention: LogRetention.of(Duration.days(90)),
      storage: Size.gibibytes(200),
      dashboards: {
        image: image("opensearch-dashboards"),
        secretFiles: vault("opensearch-dashboards"),
        exposure: {
          gateway: traefik,
          host: IngressHost.of("logs.example.com"),
          tls: TlsTermination.atIngress(IngressCertificate.fromSecret("logs-tls")),
        },
      },
      snapshots: LogSnapshots.toBucket({
        bucketName: "shop-log-snapshots",
        objectStorageNamespace: "acme",
        region: "eu-frankfurt-1",
        secretFiles: vault("log-snapshots"),
        oracleServices: OracleServiceRanges.of(["134.70.24.0/21"]),
        retention: Duration.days(365),
      }),
    }),
    // When an outage of OpenSearch fills the buffer, the oldest lines are dropped. LogOverflow.PAUSE stops reading instead.
    buffer: LogBuffer.of({ limit: Size.gibibytes(2), overflow: LogOverflow.DROP_OLDEST }),
    redaction: LogRedaction.recommended({ fields: ["iban", "card-number"] }),
    // The gateway writes one line for each request. Messages of the shop have several lines and begin with a date.
    parsers: [
      LogParser.pattern("access", {
        pattern: '^(?<client>\\S+) - \\S+ \\[(?<time>[^\\]]+)\\] "(?<request>[^"]*)" (?<status>\\d{3})',
        timeField: "time",
        timeFormat: "%d/%b/%Y:%H:%M:%S %z",
      }),
      LogParser.multiline("dated", { firstLine: "^\\d{4}-\\d{2}-\\d{2} ", continuation: "^\\s" }),
    ],
    multiline: ["java", "python", "dated"],
    formats: [{ namespace: "gateway", container: "traefik", parser: "access" }],
    imagePullSecrets: ["ocir"],
  });
}
