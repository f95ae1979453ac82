import * as fs from "node:fs";
import * as path from "node:path";
import { Yaml } from "cdk8s";
import { objectsOf } from "../../../lib/synthesis/chart-objects";
import { TraefikRouting } from "../../../lib/exposure/ingress-controllers/traefik-ingress-props";
import { AppProtocol } from "../../../lib/workload/pods/ports";
import { HardenedDeployment } from "../../../lib/workload/hardened-deployment";
import { IngressCertificate } from "../../../lib/exposure/ingress-certificate";
import { IngressHost, IngressPathType } from "../../../lib/exposure/ingress-gateway";
import { TlsTermination } from "../../../lib/exposure/tls-termination";
import { ApiServer, describeWithApiServer } from "../../support/api-server";
import { IMAGE } from "../../workload/support";
import { REASON, route, traefik } from "./support";

const GROUP = "gateway.networking.k8s.io";
/** A folder with the definitions of the Gateway API, one or more a file, which are not in this repository. */
const DEFINITIONS = process.env.GATEWAY_API_DEFINITIONS;
const CALLER = {
  user: "system:serviceaccount:gateway:traefik",
  groups: ["system:serviceaccounts", "system:serviceaccounts:gateway", "system:authenticated"],
};

/** All that a program with every kind of route has in the namespace of its gateway. */
function manifests(routing = TraefikRouting.gatewayApi(REASON)): any[] {
  const { platform, gateway, shop, web } = traefik({ routing });
  const tls = (name: string) => TlsTermination.atIngress(IngressCertificate.fromSecret(name));
  web.exposeViaIngress(route(gateway));
  web.exposeViaIngress(route(gateway, { path: "/status", pathType: IngressPathType.EXACT }));
  const wildcard = IngressHost.wildcard("*.other.example.com", REASON);
  web.exposeViaIngress(route(gateway, { host: wildcard, tls: tls("other-tls") }));
  const quotes = new HardenedDeployment(shop, "quotes", {
    image: IMAGE,
    port: 9000,
    protocol: AppProtocol.GRPC,
  });
  quotes.exposeViaIngress(
    route(gateway, { host: IngressHost.of("quotes.example.com"), tls: tls("quotes-tls") }),
  );
  return objectsOf(platform) as any[];
}

describeWithApiServer("a Traefik of the Gateway API, at an API server", () => {
  let server: ApiServer;
  let objects: any[];

  beforeAll(async () => {
    server = await ApiServer.start();
    objects = manifests();
    for (const name of ["gateway", "shop"])
      await server.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }, 90_000);
  afterAll(async () => server.stop());

  test("has objects that it takes, those of the Gateway API aside", async () => {
    for (const object of objects.filter(({ apiVersion }) => !apiVersion.startsWith(GROUP))) {
      const { status, body } = await server.apply(object);
      expect([object.kind, object.metadata.name, status, body.message]).toEqual([
        object.kind,
        object.metadata.name,
        201,
        undefined,
      ]);
    }
  });

  test("takes the place of one of Ingress objects, and gives it back", async () => {
    for (const routing of [TraefikRouting.ingress(), TraefikRouting.gatewayApi(REASON)])
      for (const object of manifests(routing).filter(({ apiVersion }) => !apiVersion.startsWith(GROUP)))
        expect([200, 201]).toContain((await server.apply(object)).status);
  });

  test("may read and write what it asks for, and nothing beside", async () => {
    const may = (verb: string, resource: string, rest: object) =>
      server.canI(CALLER, { verb, group: GROUP, resource, ...rest });
    const [own, other, all] = [{ namespace: "gateway" }, { namespace: "shop" }, {}];
    const core = { group: "" };
    const kinds = [
      "gateways",
      "httproutes",
      "grpcroutes",
      "tlsroutes",
      "backendtlspolicies",
      "referencegrants",
    ];
    for (const verb of ["list", "watch"]) {
      for (const kind of kinds) expect(await may(verb, kind, own)).toBe(true);
      for (const kind of ["services", "secrets", "configmaps"]) {
        expect(await may(verb, kind, { ...own, ...core })).toBe(true);
        expect(await may(verb, kind, { ...other, ...core })).toBe(false);
        expect(await may(verb, kind, { ...all, ...core })).toBe(false);
      }
      for (const kind of kinds) expect(await may(verb, kind, other)).toBe(false);
      expect(await may(verb, "endpointslices", { ...own, group: "discovery.k8s.io" })).toBe(true);
      expect(await may(verb, "namespaces", { ...all, ...core })).toBe(true);
      expect(await may(verb, "gatewayclasses", all)).toBe(true);
    }
    const status = (resource: string, name: string, rest: object) =>
      may("update", resource, { subresource: "status", name, ...rest });
    expect(await status("gatewayclasses", "traefik.gateway", all)).toBe(true);
    expect(await status("gatewayclasses", "traefik.other", all)).toBe(false);
    expect(await status("gateways", "traefik", own)).toBe(true);
    expect(await status("gateways", "other", own)).toBe(false);
    for (const kind of ["httproutes", "grpcroutes"]) {
      expect(await status(kind, "any", own)).toBe(true);
      expect(await status(kind, "any", other)).toBe(false);
      for (const verb of ["create", "update", "patch", "delete"])
        expect(await may(verb, kind, { name: "any", ...own })).toBe(false);
    }
  });

  (DEFINITIONS === undefined ? test.skip : test)(
    "has objects that the definitions of the Gateway API take (GATEWAY_API_DEFINITIONS names their folder)",
    async () => {
      const files = fs.readdirSync(DEFINITIONS ?? "").map((file) => path.join(DEFINITIONS ?? "", file));
      const defined = files
        .filter((file) => /\.ya?ml$/.test(file))
        .flatMap((file) => Yaml.load(file) as any[]);
      for (const one of defined.filter(({ kind }) => kind === "CustomResourceDefinition"))
        expect((await server.apply(one)).status).toBe(201);
      // They are served a moment after they are there.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const made = objects.filter(({ apiVersion }) => apiVersion.startsWith(GROUP));
      expect(new Set(made.map(({ kind }) => kind))).toEqual(
        new Set(["GatewayClass", "Gateway", "HTTPRoute", "GRPCRoute"]),
      );
      for (const object of made) {
        const { status, body, warnings } = await server.apply(object);
        expect([object.metadata.name, status, body.message, warnings]).toEqual([
          object.metadata.name,
          201,
          undefined,
          [],
        ]);
      }
    },
    60_000,
  );
});
