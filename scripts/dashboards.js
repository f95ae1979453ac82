// Draws the dashboards of examples/observed-cluster with the results of their queries in Prometheus.
//
// Reads dashboards and alert rules from the manifests of the example, and metrics from dashboard-samples.js. Fails where a panel
// has no data. With --check, writes nothing and fails where a picture differs. MONITORING_TOOLS names the folder of prometheus
// and promtool.
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const echarts = require("echarts");
const { Yaml } = require("cdk8s");
const { END, START, STEP_SECONDS, openMetrics } = require("./dashboard-samples");

const example = path.join(__dirname, "..", "examples", "observed-cluster");
const COLUMN = 50;
const ROW = 30;
const HEADER = 56;
const COLORS = [
  "#3274d9",
  "#e0752d",
  "#299c46",
  "#8f3bb8",
  "#c4162a",
  "#0a97a5",
  "#b88a00",
  "#705da0",
  "#5c6bc0",
  "#6d4c41",
];
/** The step of the queries in seconds. */
const PICTURE_STEP = 180;

const tool = (name) => {
  const folders = [process.env.MONITORING_TOOLS ?? "", ...process.env.PATH.split(path.delimiter)];
  const found = folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
  if (!found) throw new Error(`Neither MONITORING_TOOLS nor PATH has ${name}`);
  return found;
};

/** The files in a ConfigMap of the monitoring namespace. */
function filesOf(configMap) {
  const objects = Yaml.load(path.join(example, "expected", "manifests", "observed", "monitoring.yaml"));
  return objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name.startsWith(configMap))
    .data;
}

async function freePort() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

function load(folder, text) {
  const file = path.join(folder, "samples.txt");
  fs.writeFileSync(file, text);
  const args = ["tsdb", "create-blocks-from", "openmetrics", "--quiet", file, path.join(folder, "data")];
  execFileSync(tool("promtool"), args, { stdio: ["ignore", "ignore", "inherit"] });
}

/** Runs Prometheus with the metrics of a folder, and passes a function that queries it. */
async function withPrometheus(folder, use) {
  const port = await freePort();
  const config = path.join(folder, "prometheus.yaml");
  fs.writeFileSync(config, "{}\n");
  const child = spawn(
    tool("prometheus"),
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(folder, "data")}`,
      "--storage.tsdb.retention.time=100y",
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const ended = new Promise((done) => child.once("exit", done));
  const query = async (route, values) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${route}?${new URLSearchParams(values)}`);
    const { data, error } = await response.json();
    if (error) throw new Error(`${values.query}: ${error}`);
    return data.result;
  };
  try {
    await until(() => fetch(`http://127.0.0.1:${port}/-/ready`).then(({ ok }) => ok));
    return await use(query);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function until(holds) {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((done) => setTimeout(done, 200)))
    if (await holds().catch(() => false)) return;
  throw new Error("Prometheus was not ready within a minute");
}

const SECONDS = { s: 1, m: 60, h: 3600 };

/** The ALERTS series of firing alerts: for each alert, the times when its condition has been true for its `for` duration. */
async function firingAlerts(query) {
  const file = path.join(os.tmpdir(), `rules-${process.pid}.yaml`);
  fs.writeFileSync(file, filesOf("prometheus-rules")["alerts.yaml"]);
  const rules = Yaml.load(file)[0].groups.flatMap((group) => group.rules);
  fs.rmSync(file);
  const lines = [];
  for (const { alert, expr, for: held = "0s" } of rules) {
    const [, amount, unit] = /^(\d+)([smh])$/.exec(held);
    const range = { query: expr, start: START, end: END, step: STEP_SECONDS };
    for (const { metric, values } of await query("query_range", range)) {
      const { __name__, ...labels } = metric;
      const text = Object.entries({ alertname: alert, alertstate: "firing", ...labels })
        .map(([name, value]) => `${name}="${value}"`)
        .join(",");
      let since = values[0][0];
      values.forEach(([time], index) => {
        if (index > 0 && time - values[index - 1][0] > STEP_SECONDS) since = time;
        if (time - since >= Number(amount) * SECONDS[unit]) lines.push(`ALERTS{${text}} 1 ${time}`);
      });
    }
  }
  return `# TYPE ALERTS gauge\n${lines.join("\n")}\n# EOF\n`;
}

const scaled = (value, base, units) => {
  let index = 0;
  for (; Math.abs(value) >= base && index < units.length - 1; index++) value /= base;
  return `${Number(value.toPrecision(3))}${units[index]}`;
};

const FORMATS = {
  short: (value) => scaled(value, 1000, ["", " K", " Mil", " Bil"]),
  percentunit: (value) => `${Number((value * 100).toPrecision(3))}%`,
  bytes: (value) => scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]),
  Bps: (value) => scaled(value, 1000, [" B/s", " kB/s", " MB/s", " GB/s"]),
  s: (value) =>
    Math.abs(value) < 1 ? `${Number((value * 1000).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`,
  reqps: (value) => `${scaled(value, 1000, ["", " K"])}/s`,
};

function legendOf({ legendFormat }, metric) {
  if (legendFormat === undefined)
    return Object.entries(metric)
      .map(([name, value]) => `${name}=${value}`)
      .join(", ");
  return legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => metric[name] ?? "");
}

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const short = (text) => (text.length > 44 ? `${text.slice(0, 43)}…` : text);

/** The series that the queries of a panel return, with their names. */
async function seriesOf(query, panel) {
  const found = [];
  for (const target of panel.targets) {
    const range = { query: target.expr, start: START + 3600, end: END, step: PICTURE_STEP };
    const results = target.instant
      ? await query("query", { query: target.expr, time: END })
      : await query("query_range", range);
    for (const { metric, value, values = [value] } of results) {
      const numbers = values.map(([time, text]) => [time, Number(text)]);
      found.push({ name: legendOf(target, metric) || "value", values: numbers });
    }
  }
  return found.filter(({ values }) => values.some(([, number]) => Number.isFinite(number)));
}

/** Adds null for times without a value, so that the line has a gap there. */
function withGaps(values) {
  const byTime = new Map(values);
  const times = Array.from(
    { length: (END - START - 3600) / PICTURE_STEP + 1 },
    (_, i) => START + 3600 + i * PICTURE_STEP,
  );
  return times.map((time) => [time, byTime.get(time) ?? null]);
}

/** The chart of a panel as SVG. */
function chartOf(panel, series, width, height) {
  const format = FORMATS[panel.fieldConfig.defaults.unit];
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  const byLast = [...series].sort(
    (a, b) => b.values.at(-1)[1] - a.values.at(-1)[1] || (a.name < b.name ? -1 : 1),
  );
  const named = byLast.slice(0, 10);
  const rows = Math.ceil(named.length / 2);
  chart.setOption({
    animation: false,
    color: COLORS,
    grid: { left: 70, right: 16, top: 12, bottom: 26 + 15 * rows },
    legend: {
      ...{ type: "plain", left: 8, bottom: 2, width: width - 16, itemWidth: 10, itemHeight: 3, itemGap: 14 },
      data: named.map(({ name }) => name),
      icon: "rect",
      formatter: short,
      textStyle: { fontSize: 10, width: width / 2 - 40, overflow: "truncate" },
    },
    xAxis: {
      ...{ type: "time", min: (START + 3600) * 1000, max: END * 1000, splitNumber: 5 },
      axisLabel: { fontSize: 10, formatter: (time) => new Date(time).toISOString().slice(11, 16) },
    },
    yAxis: {
      ...{ type: "value", splitNumber: 3, scale: panel.fieldConfig.defaults.min === undefined },
      min: panel.fieldConfig.defaults.min,
      axisLabel: { fontSize: 10, formatter: format },
      splitLine: { lineStyle: { color: "#e9edf2" } },
    },
    series: named.map(({ name, values }) => ({
      ...{ name, type: "line", showSymbol: values.length < 3, lineStyle: { width: 1.2 } },
      data: withGaps(values).map(([time, value]) => [time * 1000, value]),
    })),
  });
  const svg = chart.renderToSVGString({ useViewBox: false });
  chart.dispose();
  return svg.replace(/ (?:d|transform)="[^"]*"/g, (attribute) => attribute.replace(/(\d+\.\d)\d+/g, "$1"));
}

/** The last values of a panel in large type. */
function statOf(panel, series, width, height) {
  const format = FORMATS[panel.fieldConfig.defaults.unit];
  const shown = series.slice(0, 6);
  const columns = Math.min(3, shown.length);
  const rows = Math.ceil(shown.length / columns);
  return shown
    .map(({ name, values }, index) => {
      const x = ((index % columns) + 0.5) * (width / columns);
      const y = (Math.floor(index / columns) + 0.5) * (height / rows);
      const text = escaped(format(values.at(-1)[1]));
      return (
        `<text x="${x}" y="${y - 14}" text-anchor="middle" font-size="12" fill="#5a6872">${escaped(name)}</text>` +
        `<text x="${x}" y="${y + 22}" text-anchor="middle" font-size="34" fill="#299c46">${text}</text>`
      );
    })
    .join("\n");
}

async function draw(query, dashboard) {
  const { panels, title } = dashboard;
  const bottom = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const [width, height] = [24 * COLUMN, HEADER + bottom * ROW];
  const parts = [];
  for (const panel of panels) {
    const series = await seriesOf(query, panel);
    if (series.length === 0) throw new Error(`${title}: the panel ${panel.title} has no data`);
    const { gridPos } = panel;
    const [w, h] = [gridPos.w * COLUMN - 8, gridPos.h * ROW - 8];
    const inside = panel.type === "stat" ? statOf : chartOf;
    const body = inside(panel, series, w, h - 30);
    parts.push(
      `<g transform="translate(${gridPos.x * COLUMN + 4} ${HEADER + gridPos.y * ROW + 4})">\n` +
        `<rect width="${w}" height="${h}" fill="#fff" stroke="#dce1e6"/>\n` +
        `<text x="10" y="20" font-size="13" font-weight="600" fill="#24292e">${escaped(panel.title)}</text>\n` +
        `<g transform="translate(0 30)">${body}</g>\n</g>`,
    );
  }
  const at = new Date(END * 1000).toISOString().slice(0, 16).replace("T", " ");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">\n` +
    `<title>${escaped(title)}</title>\n<rect width="${width}" height="${height}" fill="#f4f5f5"/>\n` +
    `<text x="12" y="34" font-size="20" font-weight="600" fill="#24292e">${escaped(title)}</text>\n` +
    `<text x="${width - 12}" y="34" text-anchor="end" font-size="12" fill="#5a6872">last 5 hours until ${at} UTC</text>\n` +
    `${parts.join("\n")}\n</svg>\n`
  );
}

async function main() {
  const isCheck = process.argv.includes("--check");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "dashboards-"));
  try {
    load(folder, openMetrics());
    load(folder, await withPrometheus(folder, firingAlerts));
    await withPrometheus(folder, async (query) => {
      for (const json of Object.values(filesOf("grafana-dashboards"))) {
        const dashboard = JSON.parse(json);
        const file = path.join(example, `dashboard-${dashboard.uid}.svg`);
        const svg = await draw(query, dashboard);
        const isSame = fs.existsSync(file) && fs.readFileSync(file, "utf8") === svg;
        if (!isCheck) fs.writeFileSync(file, svg);
        else if (!isSame) throw new Error(`${path.basename(file)} differs: run node scripts/dashboards.js`);
        console.log(
          `${path.basename(file)}: ${dashboard.panels.length} panels, ${isSame ? "unchanged" : "written"}`,
        );
      }
    });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
