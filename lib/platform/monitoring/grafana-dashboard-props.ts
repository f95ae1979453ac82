import { type DashboardPanel } from "./dashboard-panel";

/** Props for a GrafanaDashboard. */
export interface GrafanaDashboardProps {
  /** The id, which is part of its address: up to 40 lower-case letters, digits and dashes. */
  readonly id: string;
  /** The title. */
  readonly title: string;
  /** The panels, two in a row. */
  readonly panels: DashboardPanel[];
}
