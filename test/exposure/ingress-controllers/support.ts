import { App } from "cdk8s";
import { type ISecureOkeCluster } from "../../../lib/cluster/cluster-base";
import { type TraefikIngressProps } from "../../../lib/exposure/ingress-controllers/traefik-ingress-props";
import { TraefikIngress } from "../../../lib/exposure/ingress-controllers/traefik-ingress";
import { HardenedDeployment } from "../../../lib/workload/hardened-deployment";
import { IngressCertificate } from "../../../lib/exposure/ingress-certificate";
import { type IngressGateway, type IngressOptions, IngressHost } from "../../../lib/exposure/ingress-gateway";
import { LoadBalancerAccess } from "../../../lib/exposure/load-balancer-settings";
import { TlsTermination } from "../../../lib/exposure/tls-termination";
import { fakeCluster, IMAGE, newChart } from "../../workload/support";

export const REASON = { reason: "Asked for by the test" };

/** A Traefik in a chart of its own, and a workload in another one of the same program. */
export function traefik(
  props: Partial<TraefikIngressProps> = {},
  cluster: ISecureOkeCluster = fakeCluster(),
) {
  const app = new App();
  const platform = newChart("gateway", app, "platform");
  const gateway = new TraefikIngress(platform, "traefik", {
    cluster,
    access: LoadBalancerAccess.internalFrom(["10.0.0.0/8"]),
    image: IMAGE,
    ...props,
  });
  const shop = newChart("shop", app);
  const web = new HardenedDeployment(shop, "web", { image: IMAGE, port: 8080 });
  return { app, platform, gateway, shop, web };
}

export function route(gateway: IngressGateway, options: Partial<IngressOptions> = {}): IngressOptions {
  return {
    gateway,
    host: IngressHost.of("shop.example.com"),
    tls: TlsTermination.atIngress(IngressCertificate.fromSecret("shop-tls")),
    ...options,
  };
}
