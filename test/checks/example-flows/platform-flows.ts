import {
  type ExampleFlows,
  tcp,
  pods,
  out,
  matrixWith,
  fromNodes,
  MTU,
  HOST,
  NODE_EXPORTER,
  HOST_TO_BALANCER,
  toObjectStorage,
} from "./flow-helpers";
import { Endpoint } from "../../../lib/checks";
import { Port } from "../../../lib/core/port";

/** The expected flows of examples about monitoring and logging. */
export const PLATFORM_FLOWS: { readonly [name: string]: ExampleFlows } = {
  "observed-cluster": {
    host: HOST,
    ends: { "Object Storage": Endpoint.addresses(["134.70.0.0/16"]) },
    matrix: matrixWith({ from: "pods", to: "nodes", ports: tcp(9100, 10250) }),
    flows: [
      HOST_TO_BALANCER,
      fromNodes("gateway/traefik", 8443),
      pods("gateway/traefik", "monitoring/grafana", ...tcp(3000)),
      pods("gateway/traefik", "logging/opensearch-dashboards", ...tcp(5601)),
      out("gateway/traefik", "the API endpoint", ...tcp(6443)),
      pods("monitoring/prometheus", "monitoring/alertmanager", ...tcp(9093)),
      pods("monitoring/prometheus", "monitoring/kube-state-metrics", ...tcp(8080, 8081)),
      pods("monitoring/prometheus", "monitoring/grafana", ...tcp(3000)),
      pods("monitoring/prometheus", "monitoring/jaeger", ...tcp(8888)),
      pods("monitoring/prometheus", "monitoring/collector", ...tcp(8888)),
      pods("monitoring/prometheus", "shop/web", ...tcp(9464)),
      pods("monitoring/prometheus", "logging-nodes/fluent-bit", ...tcp(2020)),
      out("monitoring/prometheus", "the API endpoint", ...tcp(6443)),
      out("monitoring/prometheus", "nodes", ...tcp(9100, 10250)),
      out("monitoring/kube-state-metrics", "the API endpoint", ...tcp(6443)),
      pods("monitoring/grafana", "monitoring/prometheus", ...tcp(9090)),
      pods("monitoring/grafana", "monitoring/alertmanager", ...tcp(9093)),
      pods("monitoring/grafana", "monitoring/jaeger", ...tcp(16686)),
      pods("monitoring/collector", "monitoring/jaeger", ...tcp(4317)),
      pods("shop/web", "monitoring/collector", ...tcp(4318)),
      ...["logging/opensearch-dashboards", "logging/opensearch-settings", "logging-nodes/fluent-bit"].map(
        (from) => pods(from, "logging/opensearch", ...tcp(9200)),
      ),
      pods("logging/opensearch", "logging/opensearch", ...tcp(9300)),
      out("logging-nodes/fluent-bit", "the API endpoint", ...tcp(6443)),
      ...toObjectStorage("logging/opensearch"),
      // Its policy names the range of Object Storage, and the rules name all services of the region.
      { from: "logging/opensearch", to: "Oracle services", ports: [], undecided: [...tcp(443), MTU] },
      { from: NODE_EXPORTER, to: "Object Storage", ports: [], undecided: [...tcp(443), MTU] },
      // The node exporter is on the network of its node: policies don't apply to it, and rules of nodes do.
      { from: "the API endpoint", to: NODE_EXPORTER, ports: [...tcp(10250), MTU] },
      { from: "nodes", to: NODE_EXPORTER, ports: [Port.allTraffic()] },
      {
        from: "load balancers",
        to: NODE_EXPORTER,
        ports: tcp(10256),
        undecided: [Port.tcpRange(30000, 32767)],
      },
      { from: "a pod of another namespace", to: NODE_EXPORTER, ports: tcp(9100, 10250) },
      { from: "monitoring/prometheus", to: NODE_EXPORTER, ports: tcp(9100, 10250) },
      pods(NODE_EXPORTER, "gateway/traefik", ...tcp(8443)),
      { from: NODE_EXPORTER, to: "the API endpoint", ports: [...tcp(6443, 12250), MTU] },
      { from: NODE_EXPORTER, to: "Oracle services", ports: [...tcp(443), MTU] },
      ...[NODE_EXPORTER, "nodes", "a pod of another namespace", "DNS", "metadata"].map((to) => ({
        from: NODE_EXPORTER,
        to,
        ports: [Port.allTraffic()],
      })),
      // The receiver of alerts and the provider of users are ranges of the internet.
      ...["pods", "monitoring/alertmanager", "monitoring/grafana"].map((from) => ({
        from,
        to: "the internet",
        ports: tcp(443),
        partly: true,
      })),
      ...["monitoring/alertmanager", "monitoring/grafana"].map((from) => ({
        from,
        to: "Oracle services",
        ports: [],
        undecided: [...tcp(443), MTU],
      })),
    ],
  },
};
