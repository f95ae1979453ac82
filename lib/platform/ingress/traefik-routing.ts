import { checked } from "../../core/checked";
import { checkReason, type ReasonedChoice } from "../../core/reason";
import { Problems } from "../../core/validation-error";
import { GATEWAY_API_VERSION } from "../../workload/ingress/gateway-api";

/** The kinds of objects that configure a Traefik. */
@checked
export class TraefikRouting {
  /**
   * The release of the Gateway API's definitions, its standard channel, that must be in the cluster for `TraefikRouting.gatewayApi`.
   *
   * @see https://gateway-api.sigs.k8s.io/guides/getting-started/#installing-gateway-api
   */
  public static readonly GATEWAY_API_VERSION: string = GATEWAY_API_VERSION;

  /** Ingress objects, which Traefik reads with no right outside of its own namespace. */
  public static ingress(): TraefikRouting {
    return new TraefikRouting(false);
  }

  /**
   * Objects of the Gateway API: a GatewayClass and a Gateway with a listener for each host, HTTPRoutes, and GRPCRoutes.
   *
   * Traefik then lists the Namespaces and the GatewayClasses of the whole cluster, their labels and annotations too, and writes into the
   * status of its own class, Gateway and routes. The reason is kept as an acknowledgement of its role. It takes Traefik 3.7 or newer, and the
   * definitions of `TraefikRouting.GATEWAY_API_VERSION`, which must be in the cluster before.
   *
   * @throws REASON_MISSING
   * @see https://gateway-api.sigs.k8s.io/
   */
  public static gatewayApi(choice: ReasonedChoice): TraefikRouting {
    const problems = new Problems("TraefikRouting.gatewayApi");
    checkReason(problems, "Reading the Namespaces of the whole cluster", choice?.reason);
    problems.throwIfAny();
    return new TraefikRouting(true, choice.reason);
  }

  private constructor(
    /** Whether they are those of the Gateway API. */
    public readonly isGatewayApi: boolean,
    /** Why Traefik may read what they need outside of its namespace, where it may. */
    public readonly reason?: string,
  ) {}
}
