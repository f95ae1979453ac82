import { TraefikRouting } from "../../../lib/platform/ingress/traefik-routing";
import { ContainerImage } from "../../../lib/workload/container-image";
import { IngressHost } from "../../../lib/workload/ingress/ingress-host";
import { DIGEST, refusedCodes } from "../../workload/support";
import { REASON, route, traefik as traefikOf } from "./support";

const routing = TraefikRouting.gatewayApi(REASON);

describe("the image of a Traefik", () => {
  const of = (name: string) => ContainerImage.of(`fra.ocir.io/acme/${name}@${DIGEST}`);

  test.each(["traefik:v3.4.9", "traefik:3.0", "traefik:v2.11.2", "traefik:2", "my-traefik:v3.4-alpine"])(
    "can't be %s, which is too old by its own name",
    (name) => {
      expect(refusedCodes(() => traefikOf({ image: of(name) }))).toEqual(["IMAGE_INVALID"]);
    },
  );

  test.each([
    "traefik:v3.5.0",
    "traefik:3.10",
    "traefik:v4.0",
    "traefik:v3",
    "traefik:stable",
    "traefik",
    "proxy:1.0",
  ])("can be %s", (name) => {
    expect(() => traefikOf({ image: of(name) })).not.toThrow();
  });

  test("is 3.7 or newer for the Gateway API", () => {
    expect(refusedCodes(() => traefikOf({ image: of("traefik:v3.6.7"), routing }))).toEqual([
      "IMAGE_INVALID",
    ]);
    expect(() => traefikOf({ image: of("traefik:v3.7.0"), routing })).not.toThrow();
  });

  test("is 3.7 or newer for a wildcard host", () => {
    const host = IngressHost.wildcard("*.example.com", REASON);
    const expose = (name: string) => {
      const { gateway, web } = traefikOf({ image: of(name) });
      web.exposeViaIngress(route(gateway, { host }));
    };
    expect(refusedCodes(() => expose("traefik:v3.6.1"))).toEqual(["INGRESS_INVALID"]);
    for (const name of ["traefik:v3.7.0", "traefik"]) expect(() => expose(name)).not.toThrow();
  });
});
