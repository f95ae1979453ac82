import { ContainerImage } from "../../../lib/workload/images/container-image";
import { DIGEST, problemCodesOf } from "../../workload/support";
import { traefik as traefikOf } from "./support";

describe("the image of a Traefik", () => {
  const of = (name: string) => ContainerImage.of(`fra.ocir.io/acme/${name}@${DIGEST}`);

  test.each(["traefik:v3.6.21", "traefik:3.0", "traefik:v2.11.2", "traefik:2", "my-traefik:v3.4-alpine"])(
    "can't be %s, which is too old by its own name",
    (name) => {
      expect(problemCodesOf(() => traefikOf({ image: of(name) }))).toEqual(["IMAGE_INVALID"]);
    },
  );

  test.each([
    "traefik:v3.7.0",
    "traefik:3.10",
    "traefik:v4.0",
    "traefik:v3",
    "traefik:stable",
    "traefik",
    "proxy:1.0",
  ])("can be %s", (name) => {
    expect(() => traefikOf({ image: of(name) })).not.toThrow();
  });
});
