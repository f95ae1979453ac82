import { promQl } from "./private/monitoring-readers";
import { checked } from "../../core/checked";
import {
  choice,
  matching,
  objectOf,
  optional,
  type PropsSchema,
  readArguments,
  type Resolved,
  text,
  withDefault,
} from "../../core/readers";
import { nonEmptyListOf } from "../../core/value-readers";

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

/** The unit of the values of a panel. */
export enum PanelUnit {
  /** A number. */
  NUMBER = "short",
  /** A fraction of 1, shown as a percentage. */
  RATIO = "percentunit",
  /** Bytes. */
  BYTES = "bytes",
  /** Bytes per second. */
  BYTES_PER_SECOND = "Bps",
  /** Seconds. */
  SECONDS = "s",
  /** Events per second. */
  PER_SECOND = "reqps",
}

/** Props for a DashboardPanel. */
export interface DashboardPanelProps {
  /** The title. */
  readonly title: string;
  /** One query or more. */
  readonly queries: PanelQuery[];
  /**
   * The unit of the values.
   *
   * @default PanelUnit.NUMBER
   */
  readonly unit?: PanelUnit;
}

const QUERY = {
  expression: promQl("DASHBOARD_INVALID"),
  legend: optional(text()),
} satisfies PropsSchema<PanelQuery>;

const PANEL = {
  title: matching(/\S/, 'Give the panel a title, such as "Requests"', { code: "DASHBOARD_INVALID" }),
  queries: nonEmptyListOf(
    objectOf(QUERY),
    '[{ expression: "sum by (namespace) (kube_pod_info)" }]',
    "DASHBOARD_INVALID",
  ),
  unit: withDefault(choice(PanelUnit, "a member of PanelUnit"), PanelUnit.NUMBER),
} satisfies PropsSchema<DashboardPanelProps>;

type ResolvedPanel = Resolved<typeof PANEL>;

/** A panel of a GrafanaDashboard that shows series of Prometheus. */
@checked
export class DashboardPanel {
  /** Lines over time. */
  public static timeSeries(props: DashboardPanelProps): DashboardPanel {
    return new DashboardPanel("timeseries", readArguments("DashboardPanel.timeSeries", props, PANEL));
  }

  /** The value of each series now, large; a series that ended is not shown. */
  public static stat(props: DashboardPanelProps): DashboardPanel {
    return new DashboardPanel("stat", readArguments("DashboardPanel.stat", props, PANEL));
  }

  private constructor(
    private readonly type: string,
    private readonly props: ResolvedPanel,
  ) {}

  /** The title. */
  public get title(): string {
    return this.props.title;
  }

  /** Its queries, in PromQL. */
  public get expressions(): string[] {
    return this.props.queries.map(({ expression }) => expression);
  }

  /** The panel as Grafana reads it, two in a row. @internal */
  public _manifest(index: number): object {
    const { title, queries, unit } = this.props;
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

/** Props for a GrafanaDashboard. */
export interface GrafanaDashboardProps {
  /** The id, which is part of its address: up to 40 lower-case letters, digits and dashes. */
  readonly id: string;
  /** The title. */
  readonly title: string;
  /** The panels, two in a row. */
  readonly panels: DashboardPanel[];
}
