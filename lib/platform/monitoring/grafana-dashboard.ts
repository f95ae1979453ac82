import { type GrafanaDashboardProps } from "./grafana-dashboard-props";
import { recommendedDashboards } from "./private/recommended-dashboards";
import { checked } from "../../core/checked";
import { checkFileContent } from "../../core/credential-literal";
import { checkGiven } from "../../core/required";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

const ID = /^[a-z0-9](?:[-a-z0-9]{0,38}[a-z0-9])?$/;
const SCHEMA_VERSION = 39;

/**
 * A dashboard as code: Grafana reads it from a file, and nobody changes it there.
 *
 * @see https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards
 */
@checked
export class GrafanaDashboard {
  /** A dashboard of panels. */
  public static of(props: GrafanaDashboardProps): GrafanaDashboard {
    const problems = new Problems("GrafanaDashboard.of");
    const { id, title, panels } = props;
    if (!checkGiven(problems, { id, title, panels })) problems.throwIfAny();
    checkIdentity(problems, id, title);
    if (panels.length === 0)
      problems.add("DASHBOARD_INVALID", "panels is empty", "Give the dashboard a panel");
    problems.throwIfAny();
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
    return GrafanaDashboard.made(
      "GrafanaDashboard.of",
      id,
      title,
      model,
      panels.flatMap((one) => one.expressions),
    );
  }

  /** A dashboard that was exported from Grafana as JSON; `uid` becomes its id, and its number is dropped. */
  public static fromJson(json: string): GrafanaDashboard {
    const problems = new Problems("GrafanaDashboard.fromJson");
    const model = parse(problems, json);
    problems.throwIfAny();
    const { uid, title } = model as { uid?: unknown; title?: unknown };
    checkIdentity(problems, uid, title);
    problems.throwIfAny();
    const rest = Object.fromEntries(Object.entries(model as object).filter(([key]) => key !== "id"));
    return GrafanaDashboard.made("GrafanaDashboard.fromJson", uid as string, title as string, rest, []);
  }

  /** Nodes, workloads, and the monitoring itself: the dashboards that every ClusterMonitoring has unless it is given others. */
  public static recommended(): GrafanaDashboard[] {
    return recommendedDashboards().map((props) => GrafanaDashboard.of(props));
  }

  private static made(
    factory: string,
    id: string,
    title: string,
    model: object,
    expressions: string[],
  ): GrafanaDashboard {
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
    /** The queries of its panels, in PromQL; none of a dashboard that was given as JSON. */
    public readonly expressions: string[],
  ) {}
}

function checkIdentity(problems: Problems, id: unknown, title: unknown): void {
  if (typeof id !== "string" || !ID.test(id)) {
    problems.add(
      "DASHBOARD_INVALID",
      `The id of the dashboard is ${shown(id)}`,
      "Give up to 40 lower-case letters, digits and dashes; in JSON it is called uid",
    );
  }
  if (typeof title === "string" && title.trim() !== "") return;
  problems.add("DASHBOARD_INVALID", `The title of the dashboard is ${shown(title)}`, "Give it a title");
}

function parse(problems: Problems, json: string): object | undefined {
  let model: unknown;
  try {
    model = JSON.parse(json);
  } catch (error) {
    const fix = 'Export the dashboard from Grafana as JSON, and read the file: fs.readFileSync(path, "utf8")';
    problems.add("DASHBOARD_INVALID", `json is not valid JSON: ${(error as Error).message}`, fix);
    return undefined;
  }
  if (typeof model === "object" && model !== null && !Array.isArray(model)) return model;
  problems.add("DASHBOARD_INVALID", "The dashboard is no object", "Give the JSON model of one dashboard");
  return undefined;
}
