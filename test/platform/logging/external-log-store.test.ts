import { Chart } from "cdk8s";
import { Egress, ExternalPeer, HardenedDeployment, LogDestination, Port } from "../../../lib";
import { objectsOf } from "../../../lib/synthesis/chart-objects";

import { fileOf, find, image, parse, secret, World } from "./support";

const EGRESS = [Egress.to("203.0.113.9/32", Port.tcp(9200), { reason: "The log store of the company" })];
const outside = () =>
  LogDestination.openSearch({ host: "logs.example.com", credentials: secret("log-store"), egress: EGRESS });
const fluentBit = (world: World) => parse(fileOf(world.chart, "fluent-bit.yaml"));

function named(list: any[], name: string): any {
  const found = list.filter((one) => one.name === name);
  expect(found).toHaveLength(1);
  return found[0];
}

describe("a log store outside of the ClusterLogging", () => {
  test("gets egress on both layers, and the credentials as files", () => {
    const world = new World();
    world.logging({ destination: outside() });
    const bit = fluentBit(world);
    expect(bit.env).toEqual([
      {
        name: "DESTINATION_USER",
        uri: "file:///run/secrets/log-store/username",
        refresh_interval: 60,
      },
      {
        name: "DESTINATION_PASSWORD",
        uri: "file:///run/secrets/log-store/password",
        refresh_interval: 60,
      },
    ]);
    expect(named(bit.pipeline.outputs, "opensearch")).toMatchObject({
      host: "logs.example.com",
      tls: true,
      "tls.verify": true,
      "tls.verify_hostname": true,
      http_passwd: "${DESTINATION_PASSWORD}",
    });
    const { egress } = find(world.chart, "NetworkPolicy", "fluent-bit").spec;
    expect(JSON.stringify(egress)).toContain("203.0.113.9/32");
    expect(objectsOf(world.chart).some(({ metadata }: any) => metadata.namespace === "logging")).toBe(false);
  });

  test("can be an ExternalPeer of the VCN", () => {
    const world = new World();
    const peer = new ExternalPeer(world.chart, "store", { cidr: "10.0.99.0/24" });
    world.logging({
      destination: LogDestination.elasticsearch({
        host: "logs.internal",
        port: 9243,
        credentials: secret("log-store"),
        certificateAuthority: secret("log-store-ca"),
        peer,
        indexPrefix: "oke",
      }),
    });
    expect(named(fluentBit(world).pipeline.outputs, "es")).toMatchObject({
      port: 9243,
      "tls.ca_file": "/run/secrets/log-store-ca/ca.crt",
      logstash_prefix: "oke",
    });
    const { egress } = find(world.chart, "NetworkPolicy", "fluent-bit").spec;
    expect(egress).toContainEqual({
      to: [{ ipBlock: { cidr: "10.0.99.0/24" } }],
      ports: [{ port: 9243, protocol: "TCP" }],
    });
  });

  test("can be a workload of the cluster, which gets an ingress rule for the collectors", () => {
    const world = new World();
    const chart = new Chart(world.app, "search", { namespace: "search" });
    const peer = new HardenedDeployment(chart, "elasticsearch", {
      image: image("elasticsearch"),
      port: 9200,
    });
    world.logging({
      destination: LogDestination.elasticsearch({
        host: "elasticsearch.search.svc",
        credentials: secret("log-store"),
        peer,
      }),
    });
    world.cluster.addCdk8sChart("search", chart);
    expect(JSON.stringify(find(chart, "NetworkPolicy", "elasticsearch").spec.ingress)).toContain(
      "fluent-bit",
    );
  });
});
