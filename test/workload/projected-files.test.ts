import { Duration } from "cdk8s";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { DownwardApiFiles } from "../../lib/workload/pods/mounted-files";
import { ProjectedToken } from "../../lib/workload/pods/service-account";
import { WritablePath } from "../../lib/workload/pods/writable-path";
import { IMAGE, newChart, objectOf, validationProblemsOf, problemCodesOf } from "./support";

function podOf(props: Partial<HardenedDeploymentProps>) {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE, ...props });
  return objectOf(chart, "Deployment").spec.template.spec;
}
const vault = (options: object = { audience: "vault" }) =>
  ProjectedToken.of("/run/secrets/vault", options as never);

describe("a projected token", () => {
  test("is a read-only file for one audience, which expires after an hour", () => {
    const { containers, volumes } = podOf({ projectedTokens: [vault()] });
    expect(volumes).toEqual([
      {
        name: "token-run-secrets-vault",
        projected: {
          defaultMode: 0o440,
          sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3600, audience: "vault" } }],
        },
      },
    ]);
    expect(containers[0].volumeMounts).toEqual([
      { name: "token-run-secrets-vault", mountPath: "/run/secrets/vault", readOnly: true },
    ]);
  });

  test("has the given lifetime", () => {
    const { volumes } = podOf({
      projectedTokens: [vault({ audience: "vault", expiration: Duration.minutes(10) })],
    });
    expect(volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds).toBe(600);
  });

  test("belongs to one container, and containers can have their own at one path", () => {
    const { containers, initContainers, volumes } = podOf({
      projectedTokens: [vault()],
      sidecars: [{ name: "agent", image: IMAGE, projectedTokens: [vault({ audience: "agent" })] }],
    });
    const mounted = [...containers, ...initContainers].map((entry) => entry.volumeMounts[0].name);
    expect(new Set(mounted).size).toBe(2);
    expect(volumes.map(({ name }: any) => name).sort()).toEqual(mounted.sort());
  });

  test.each<[string, object | undefined, string[]]>([
    ["nothing", undefined, ["ATTRIBUTE_MISSING"]],
    ["no audience", {}, ["ATTRIBUTE_MISSING"]],
    ["a blank audience", { audience: " " }, ["ATTRIBUTE_MISSING"]],
    ["a number as audience", { audience: 5 }, ["ATTRIBUTE_MISSING"]],
    ["the API server", { audience: "https://kubernetes.default.svc.cluster.local" }, ["VALUE_INVALID"]],
    ["the API server by its short name", { audience: "kubernetes.default.svc" }, ["VALUE_INVALID"]],
    ["599 seconds", { audience: "vault", expiration: Duration.seconds(599) }, ["DURATION_INVALID"]],
    ["two days", { audience: "vault", expiration: Duration.days(2) }, ["DURATION_INVALID"]],
    ["a number", { audience: "vault", expiration: 600 }, ["VALUE_INVALID"]],
  ])("is refused for %s", (_, options, codes) => {
    expect(problemCodesOf(() => ProjectedToken.of("/run/secrets/vault", options as never))).toEqual(codes);
  });

  test.each(["/", "relative", "/etc", "/var/run/secrets/kubernetes.io/serviceaccount"])(
    "is refused at %s",
    (path) => {
      expect(problemCodesOf(() => ProjectedToken.of(path, { audience: "vault" }))).toEqual(["PATH_INVALID"]);
    },
  );
});

describe("downward API files", () => {
  const info = (fields: unknown) => DownwardApiFiles.of("/etc/pod", fields as never);

  test("contain the fields in a stable order", () => {
    const fields = { team: "metadata.labels['example.com/team']", labels: "metadata.labels" };
    const reversed = Object.fromEntries(Object.entries(fields).reverse());
    const { volumes } = podOf({ podInfoFiles: [info(fields)] });
    expect(volumes).toEqual([
      {
        name: expect.stringMatching(/^pod-info-etc-pod/),
        downwardAPI: {
          defaultMode: 0o440,
          items: [
            { path: "labels", fieldRef: { apiVersion: "v1", fieldPath: "metadata.labels" } },
            { path: "team", fieldRef: { apiVersion: "v1", fieldPath: fields.team } },
          ],
        },
      },
    ]);
    expect(podOf({ podInfoFiles: [info(reversed)] }).volumes).toEqual(volumes);
  });

  test.each<[unknown, string]>([
    [undefined, "ATTRIBUTE_MISSING"],
    [{}, "ATTRIBUTE_MISSING"],
    [{ "../labels": "metadata.labels" }, "NAME_INVALID"],
    [{ "a/b": "metadata.labels" }, "NAME_INVALID"],
    [{ ".": "metadata.labels" }, "NAME_INVALID"],
    [{ node: "spec.nodeName" }, "ENV_INVALID"],
    [{ labels: 5 }, "VALUE_INVALID"],
    [{ label: "metadata.labels['a b']" }, "ENV_INVALID"],
  ])("are refused for the fields %j", (fields, code) => {
    expect(problemCodesOf(() => info(fields))).toEqual([code]);
  });
});

test("tokens and downward API files can't overlap with other mounts", () => {
  const path = "/run/secrets/vault";
  const writablePaths = [WritablePath.of(`${path}/cache`)];
  const podInfoFiles = [DownwardApiFiles.of(path, { labels: "metadata.labels" })];
  for (const props of [{ writablePaths }, { podInfoFiles }]) {
    expect(problemCodesOf(() => podOf({ projectedTokens: [vault()], ...props }))).toEqual(["PATH_INVALID"]);
  }
});

test("objects that no factory created are refused as tokens and files", () => {
  const props = { projectedTokens: ["vault"], podInfoFiles: [{ path: "/etc/pod" }] } as never;
  expect(validationProblemsOf(() => podOf(props)).map(({ code, property }) => `${code} ${property}`)).toEqual(
    ["VALUE_INVALID projectedTokens[0]", "VALUE_INVALID podInfoFiles[0]"],
  );
});
