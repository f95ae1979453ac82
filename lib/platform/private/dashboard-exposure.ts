import { type IConstruct } from "constructs";
import { Acknowledgements } from "../../core/acknowledgement";
import { checkReason } from "../../core/reason";
import { type Problems } from "../../core/validation-error";
import { type IngressOptions } from "../../exposure/ingress-gateway";

/** The exposure of a program that shows logs or metrics. */
export interface DashboardExposure {
  readonly exposure?: IngressOptions;
  readonly publicReason?: string;
}

const isPublic = ({ exposure }: DashboardExposure) => exposure?.gateway?.access?.isInternal === false;

/** Adds a problem for a public load balancer without a reason: only a password then protects all logs or metrics. */
export function checkPublicExposure(problems: Problems, program: string, props: DashboardExposure): void {
  if (isPublic(props) || props.publicReason !== undefined)
    checkReason(problems, `${program} behind a public load balancer`, props.publicReason, "publicReason");
}

/** Records the reason for a public load balancer. */
export function acknowledgePublicExposure(
  scope: IConstruct,
  program: string,
  props: DashboardExposure,
): void {
  if (isPublic(props))
    Acknowledgements._record(
      scope,
      "exposure",
      `${program} behind a public load balancer`,
      props.publicReason ?? "",
    );
}
