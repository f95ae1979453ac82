import { Egress, LogDestination, LogParser, Port } from "../../../lib";

import { fileOf, find, FLUENTD, secret, World } from "./support";

const EGRESS = [Egress.to("203.0.113.9/32", Port.tcp(9200), { reason: "The log store of the company" })];
const outside = () =>
  LogDestination.openSearch({ host: "logs.example.com", credentials: secret("log-store"), egress: EGRESS });
describe("Fluentd", () => {
  const world = new World();
  world.logging({
    collector: FLUENTD,
    parsers: [
      LogParser.pattern("access", { pattern: "^(?<client>\\S+)/" }),
      LogParser.multiline("dated", { firstLine: "^\\d{4}/", continuation: "^\\s" }),
    ],
    multiline: ["java", "dated"],
    formats: [{ namespace: "shop", parser: "access" }],
  });
  const text = fileOf(world.chart, "fluent.conf");

  test("reads the same directories, and redacts by the same rules", () => {
    const { spec } = find(world.chart, "DaemonSet", "fluentd").spec.template;
    expect(spec.volumes.flatMap(({ hostPath }: any) => hostPath?.path ?? [])).toEqual([
      "/var/log/containers",
      "/var/log/pods",
    ]);
    expect(spec.containers[0].args).toEqual(["-c", "/etc/fluentd/fluent.conf", "-p", "/etc/fluentd/plugins"]);
    expect(fileOf(world.chart, "filter_redact.rb")).toContain("register_filter('redact'");
    expect(text).toContain("<filter kubernetes.**>\n  @type redact\n</filter>");
  });

  test("buffers in files with a limit, verifies TLS, and gives each line an id", () => {
    expect(text).toContain("total_limit_size 1024m");
    expect(text).toContain("overflow_action drop_oldest_chunk");
    expect(text).toContain("ssl_verify true");
    expect(text).toContain("id_key _hash");
  });

  test("escapes slashes in expressions", () => {
    expect(text).toContain("expression /^(?<client>\\S+)\\//");
    expect(text).toContain("multiline_start_regexp /^\\d{4}\\//");
  });

  test("reads credentials from files", () => {
    const other = new World();
    other.logging({ collector: FLUENTD, destination: outside() });
    expect(fileOf(other.chart, "fluent.conf")).toContain(
      "password \"#{File.read('/run/secrets/log-store/password').strip}\"",
    );
  });
});
