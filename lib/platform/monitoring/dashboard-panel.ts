import { checked } from "../../core/checked";
import { checkGiven } from "../../core/required";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

/** A query of a panel. */
export interface PanelQuery {
  /** The query, in PromQL. */
  readonly expression: string;
  /**
   * The name of each series, with labels in double braces, such as `{{namespace}}/{{pod}}`.
   *
   * @default - all labels of the series
   */
  readonly legend?: string;
}

/** What the values of a panel are. */
export enum PanelUnit {
  /** A number. */
  NUMBER = "short",
  /** A part of 1, shown in per cent. */
  RATIO = "percentunit",
  /** Bytes. */
  BYTES = "bytes",
  /** Bytes a second. */
  BYTES_PER_SECOND = "Bps",
  /** Seconds. */
  SECONDS = "s",
  /** Events a second. */
  PER_SECOND = "reqps",
}

/** Props for a DashboardPanel. */
export interface DashboardPanelProps {
  /** What the panel shows. */
  readonly title: string;
  /** One query or more. */
  readonly queries: PanelQuery[];
  /**
   * What the values are.
   *
   * @default PanelUnit.NUMBER
   */
  readonly unit?: PanelUnit;
}

/** A panel of a GrafanaDashboard that shows series of Prometheus. */
@checked
export class DashboardPanel {
  /** Lines over time. */
  public static timeSeries(props: DashboardPanelProps): DashboardPanel {
    return DashboardPanel.read("timeseries", props);
  }

  /** The value of each series now, large; a series that ended is not shown. */
  public static stat(props: DashboardPanelProps): DashboardPanel {
    return DashboardPanel.read("stat", props);
  }

  private static read(type: string, props: DashboardPanelProps): DashboardPanel {
    const problems = new Problems("DashboardPanel");
    const { title, queries } = props;
    if (checkGiven(problems, { title, queries })) {
      if (title.trim() === "")
        problems.add("DASHBOARD_INVALID", "title is empty", "Say what the panel shows");
      const empty = queries.filter(
        ({ expression }) => typeof expression !== "string" || expression.trim() === "",
      );
      if (queries.length === 0 || empty.length > 0) {
        problems.add(
          "DASHBOARD_INVALID",
          queries.length === 0
            ? `The panel ${shown(title)} has no query`
            : `A query of the panel ${shown(title)} is empty`,
          'Write PromQL, for example { expression: "sum by (namespace) (kube_pod_info)" }',
        );
      }
    }
    problems.throwIfAny();
    return new DashboardPanel(type, props);
  }

  private constructor(
    private readonly type: string,
    private readonly props: DashboardPanelProps,
  ) {}

  /** What the panel shows. */
  public get title(): string {
    return this.props.title;
  }

  /** Its queries, in PromQL. */
  public get expressions(): string[] {
    return this.props.queries.map(({ expression }) => expression);
  }

  /** The panel as Grafana reads it, two in a row. @internal */
  public _manifest(index: number): object {
    const { title, queries, unit = PanelUnit.NUMBER } = this.props;
    const datasource = { type: "prometheus", uid: "prometheus" };
    const isStat = this.type === "stat";
    return {
      id: index + 1,
      type: this.type,
      title,
      datasource,
      gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
      fieldConfig: {
        defaults: {
          unit,
          ...(unit === PanelUnit.RATIO ? { min: 0 } : {}),
          ...(isStat ? { noValue: "none" } : {}),
        },
        overrides: [],
      },
      targets: queries.map(({ expression, legend }, number) => ({
        datasource,
        expr: expression,
        refId: `Q${number + 1}`,
        // Over a range, Grafana would show the last value of series that ended hours ago.
        ...(isStat ? { instant: true, range: false } : {}),
        ...(legend === undefined ? {} : { legendFormat: legend }),
      })),
    };
  }
}
