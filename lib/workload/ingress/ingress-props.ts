import { type IngressGateway } from "./ingress-gateway";
import { type IngressHost } from "./ingress-host";
import { type IngressPathType } from "./ingress-path-type";
import { type IServiceBackend } from "../service-backend";
import { type TlsTermination } from "../tls-termination";

/** How a workload is reached through an ingress gateway. */
export interface IngressOptions {
  /** The gateway. */
  readonly gateway: IngressGateway;
  /** The host that clients ask for. */
  readonly host: IngressHost;
  /** Where TLS ends: `TlsTermination.atIngress(certificate)`. */
  readonly tls: TlsTermination;
  /**
   * The path that clients ask for: `/`, or elements of letters, digits, `-`, `_`, `.` and `~` with a slash before each.
   *
   * @default "/"
   */
  readonly path?: string;
  /**
   * How the path is compared.
   *
   * @default IngressPathType.PREFIX
   */
  readonly pathType?: IngressPathType;
}

/** How a workload is reached through an ingress gateway, and which one. */
export interface IngressRouteProps extends IngressOptions {
  /** The workload. */
  readonly workload: IServiceBackend;
}
