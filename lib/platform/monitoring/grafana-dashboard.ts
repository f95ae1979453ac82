import { DashboardPanel, type GrafanaDashboardProps } from "./dashboard-panel";
import { recommendedDashboards } from "./private/recommended-dashboards";
import { checked } from "../../core/checked";
import { checkFileContent } from "../../core/credential-literal";
import { matching, type PropsSchema, readArguments, valueOf } from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { nonEmptyListOf } from "../../core/value-readers";

const ID = matching(
  /^[a-z0-9](?:[-a-z0-9]{0,38}[a-z0-9])?$/,
  "Give up to 40 lower-case letters, digits and dashes; in JSON it is called uid",
  { code: "DASHBOARD_INVALID" },
);
const TITLE = matching(/\S/, 'Give the dashboard a title, such as "Shop"', { code: "DASHBOARD_INVALID" });

const DASHBOARD = {
  id: ID,
  title: TITLE,
  panels: nonEmptyListOf(valueOf(DashboardPanel), "[DashboardPanel.timeSeries({ … })]", "DASHBOARD_INVALID"),
} satisfies PropsSchema<GrafanaDashboardProps>;

interface Model {
  readonly id: string;
  readonly title: string;
  readonly model: object;
  readonly expressions: string[];
}

const SCHEMA_VERSION = 39;

/**
 * A dashboard as code: Grafana reads it from a file, and nobody can change it in Grafana.
 *
 * @see https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards
 */
@checked
export class GrafanaDashboard {
  /** A dashboard of panels. */
  public static of(props: GrafanaDashboardProps): GrafanaDashboard {
    const { id, title, panels } = readArguments("GrafanaDashboard.of", props, DASHBOARD);
    const model = {
      uid: id,
      title,
      editable: false,
      refresh: "1m",
      schemaVersion: SCHEMA_VERSION,
      tags: ["secure-oke"],
      time: { from: "now-6h", to: "now" },
      timezone: "utc",
      panels: panels.map((panel, index) => panel._manifest(index)),
    };
    const expressions = panels.flatMap((panel) => panel.expressions);
    return GrafanaDashboard.withModel("GrafanaDashboard.of", { id, title, model, expressions });
  }

  /** A dashboard that was exported from Grafana as JSON; `uid` becomes its id, and its number is dropped. */
  public static fromJson(json: string): GrafanaDashboard {
    const problems = new Problems("GrafanaDashboard.fromJson");
    const model = parse(problems, json);
    problems.throwIfAny();
    const { uid, title } = model as { uid?: unknown; title?: unknown };
    const identity = { id: ID(problems, "json.uid", uid), title: TITLE(problems, "json.title", title) };
    const { id, title: name } = problems.resolved<{ id: string; title: string }>(identity);
    const rest = Object.fromEntries(Object.entries(model as object).filter(([key]) => key !== "id"));
    return GrafanaDashboard.withModel("GrafanaDashboard.fromJson", {
      ...{ id, title: name },
      ...{ model: rest, expressions: [] },
    });
  }

  /** The default dashboards of a ClusterMonitoring: nodes, workloads, and the monitoring itself. */
  public static recommended(): GrafanaDashboard[] {
    return recommendedDashboards().map((props) => GrafanaDashboard.of(props));
  }

  private static withModel(factory: string, { id, title, model, expressions }: Model): GrafanaDashboard {
    const problems = new Problems(factory);
    const json = JSON.stringify(model, undefined, 1);
    checkFileContent(problems, `The dashboard ${id}`, json);
    problems.throwIfAny();
    return new GrafanaDashboard(id, title, json, expressions);
  }

  private constructor(
    /** The id. */
    public readonly id: string,
    /** The title. */
    public readonly title: string,
    /** The dashboard as Grafana reads it. */
    public readonly json: string,
    /** The queries of its panels, in PromQL; empty for a dashboard from JSON. */
    public readonly expressions: string[],
  ) {}
}

function parse(problems: Problems, json: string): object | undefined {
  let model: unknown;
  try {
    model = JSON.parse(json);
  } catch (error) {
    const fix = 'Export the dashboard from Grafana as JSON, and read the file: fs.readFileSync(path, "utf8")';
    problems.add("DASHBOARD_INVALID", `json does not parse: ${(error as Error).message}`, fix);
    return undefined;
  }
  if (typeof model === "object" && model !== null && !Array.isArray(model)) return model;
  problems.add("DASHBOARD_INVALID", "json is not an object", "Give the JSON model of one dashboard");
  return undefined;
}
