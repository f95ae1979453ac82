import { Yaml } from "cdk8s";
import fc from "fast-check";
import {
  Acknowledgements,
  ContainerImage,
  FetchAtStart,
  type FetchAtStartProps,
  HardenedCronJob,
  HardenedDeployment,
  HardenedJob,
  HardenedStatefulSet,
  WritablePath,
} from "secure-oke";
import { DIGEST, IMAGE, newChart, objectOf, problemCodesOf } from "./support";

const CURL = ContainerImage.of(`fra.ocir.io/acme/curl:8.10.1@${DIGEST}`);
const SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const PATH = "/srv/geo/cities.mmdb";
const props: FetchAtStartProps = {
  url: "https://files.example.com/geo/cities.mmdb",
  sha256: SHA256,
  image: CURL,
};

const cities = (more: Partial<FetchAtStartProps> = {}) => FetchAtStart.https(PATH, { ...props, ...more });

function deployed(more: object = {}): any {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE, fetchAtStart: [cities()], ...more });
  return { chart, spec: objectOf(chart, "Deployment").spec.template.spec };
}

describe("a file that is fetched at start", () => {
  test("is fetched by one container and verified by the next, without a shell", () => {
    const { chart, spec } = deployed();
    const { initContainers, containers, volumes } = spec;
    expect(Yaml.stringify({ initContainers, volumes })).toMatchSnapshot();
    expect(initContainers.map(({ command }: any) => command)).toEqual([["curl"], ["sha256sum"]]);
    expect(objectOf(chart, "ConfigMap")).toMatchObject({
      immutable: true,
      data: { sha256sums: `${SHA256}  ${PATH}\n` },
    });
    const mount = { name: "shared-srv-geo", mountPath: "/srv/geo" };
    for (const container of [...initContainers, ...containers]) {
      expect(container.volumeMounts).toContainEqual(mount);
      expect(container.securityContext).toEqual(containers[0].securityContext);
    }
  });

  test("needs no reason for a debugging image", () => {
    expect(Acknowledgements.of(deployed().chart)).toEqual([]);
  });

  test("has the size limit of its directory", () => {
    const { spec } = deployed({ fetchAtStart: [cities({ sizeLimit: "128Mi" })] });
    const { args } = spec.initContainers[0];
    expect(args[args.indexOf("--max-filesize") + 1]).toBe(String(128 * 1024 ** 2));
    expect(spec.volumes).toContainEqual({ name: "shared-srv-geo", emptyDir: { sizeLimit: "128Mi" } });
  });

  test("with another hash changes the pod template", () => {
    const names = ["0", "1"].map((digit) => {
      const { chart } = deployed({ fetchAtStart: [cities({ sha256: digit.repeat(64) })] });
      return objectOf(chart, "ConfigMap").metadata.name;
    });
    expect(new Set(names).size).toBe(2);
  });

  test("is fetched before the user's init containers run", () => {
    const { spec } = deployed({ initContainers: [{ name: "unpack", image: CURL }] });
    const names = spec.initContainers.map(({ name }: any) => name.replace(/-[0-9a-f]{8}$/, ""));
    expect(names).toEqual(["fetch-cities-mmdb", "verify-cities-mmdb", "unpack"]);
  });

  test("has container names that do not depend on other files or their order", () => {
    const path = fc
      .stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,70}$/)
      .map((name) => `/srv/${name.slice(0, 20).replace(/[^a-z]/gi, "x")}-d/${name}`);
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { minLength: 1, maxLength: 4, selector: (entry) => entry.split("/")[2] }),
        (paths) => {
          const namesOf = (some: string[]): string[] => {
            const fetchAtStart = some.map((entry) =>
              FetchAtStart.https(entry, { ...props, sizeLimit: "1Mi" }),
            );
            return deployed({ fetchAtStart }).spec.initContainers.map(({ name }: any) => name);
          };
          const all = namesOf(paths);
          expect(namesOf([...paths].reverse())).toEqual(all);
          expect(all.every((name) => name.length <= 63)).toBe(true);
          for (const entry of paths) expect(all).toEqual(expect.arrayContaining(namesOf([entry])));
        },
      ),
      { numRuns: 10 },
    );
  });

  test("can share a directory that sharedPaths lists", () => {
    const other = FetchAtStart.https("/srv/geo/streets.mmdb", props);
    const fetchAtStart = [cities(), other];
    const { spec } = deployed({ fetchAtStart, sharedPaths: [WritablePath.of("/srv/geo")] });
    expect(spec.initContainers).toHaveLength(4);
    expect(spec.volumes.filter(({ emptyDir }: any) => emptyDir)).toHaveLength(1);
    expect(new Set(problemCodesOf(() => deployed({ fetchAtStart })))).toEqual(new Set(["PATH_INVALID"]));
  });

  test("works with every kind of workload", () => {
    const chart = newChart();
    const given = { image: IMAGE, fetchAtStart: [cities()] };
    new HardenedJob(chart, "job", given);
    new HardenedCronJob(chart, "cron", { ...given, schedule: "0 3 * * *" });
    new HardenedStatefulSet(chart, "set", { ...given, port: 8080 });
    expect(objectOf(chart, "Job").spec.template.spec.initContainers).toHaveLength(2);
    expect(objectOf(chart, "StatefulSet").spec.template.spec.initContainers).toHaveLength(2);
    const { jobTemplate } = objectOf(chart, "CronJob").spec;
    expect(jobTemplate.spec.template.spec.initContainers).toHaveLength(2);
  });
});

describe("fetching a file is refused", () => {
  test.each<[string, unknown, string[]]>([
    ["over HTTP", "http://files.example.com/a", ["FETCH_INVALID"]],
    ["from a file", "file:///etc/passwd", ["FETCH_INVALID"]],
    ["without a path", "https://files.example.com", ["FETCH_INVALID"]],
    ["without a host", "https:///a", ["FETCH_INVALID"]],
    ["from an invalid port", "https://files.example.com:70000/a", ["FETCH_INVALID"]],
    ["from an invalid host", "https://files..example.com/a", ["FETCH_INVALID"]],
    ["with a space", "https://files.example.com/a b", ["FETCH_INVALID"]],
    ["with a line break", "https://files.example.com/a\n--insecure", ["FETCH_INVALID"]],
    ["with a fragment", "https://files.example.com/a#b", ["FETCH_INVALID"]],
    ["with an option in its place", "--insecure", ["FETCH_INVALID"]],
    ["with 2049 characters", `https://files.example.com/${"a".repeat(2023)}`, ["FETCH_INVALID"]],
    ["with a user", "https://me@files.example.com/a", ["CREDENTIAL_LITERAL"]],
    ["with a password", "https://me:hunter2@files.example.com/a", ["CREDENTIAL_LITERAL"]],
    [
      "by a pre-authenticated request",
      "https://objectstorage.eu-frankfurt-1.oraclecloud.com/p/abc/n/acme/b/geo/o/cities.mmdb",
      ["CREDENTIAL_LITERAL"],
    ],
    ["with a token", "https://files.example.com/a?v=1&token=abc", ["CREDENTIAL_LITERAL"]],
    ["with a signature", "https://files.example.com/a?X-Amz-Signature=abc", ["CREDENTIAL_LITERAL"]],
    ["from nowhere", undefined, ["ATTRIBUTE_MISSING"]],
    ["from a number", 7, ["VALUE_INVALID"]],
  ])("from %s", (_, url, codes) => {
    expect(problemCodesOf(() => cities({ url: url as string }))).toEqual(codes);
  });

  test.each([
    "https://files.example.com/",
    "https://files.example.com:8443/a?version=1.2&size=3",
    "https://10.0.9.1/a",
    "https://objectstorage.eu-frankfurt-1.oraclecloud.com/n/acme/b/geo/o/dir%2Fcities.mmdb",
  ])("but accepted from %s", (url) => {
    expect(cities({ url }).path).toBe(PATH);
  });

  test.each<[unknown, string[]]>([
    ["", ["FETCH_INVALID"]],
    [SHA256.toUpperCase(), ["FETCH_INVALID"]],
    [`sha256:${SHA256}`, ["FETCH_INVALID"]],
    [SHA256.slice(1), ["FETCH_INVALID"]],
    [`${SHA256}\n`, ["FETCH_INVALID"]],
    [undefined, ["ATTRIBUTE_MISSING"]],
    [7, ["VALUE_INVALID"]],
  ])("with the hash %j", (sha256, codes) => {
    expect(problemCodesOf(() => cities({ sha256: sha256 as string }))).toEqual(codes);
  });

  test.each<[unknown, string[]]>([
    ["srv/geo/a", ["PATH_INVALID"]],
    ["/cities.mmdb", ["PATH_INVALID"]],
    ["/etc/passwd", ["PATH_INVALID"]],
    ["/usr/bin/curl", ["PATH_INVALID"]],
    ["/srv/geo/", ["PATH_INVALID"]],
    ["/srv/geo/..", ["PATH_INVALID"]],
    ["/srv/geo/a b", ["PATH_INVALID"]],
    ["/srv/geo/-o", ["PATH_INVALID"]],
    ["/srv/geo/.hidden", ["PATH_INVALID"]],
    [undefined, ["ATTRIBUTE_MISSING"]],
    [7, ["VALUE_INVALID"]],
  ])("to %j", (path, codes) => {
    expect(problemCodesOf(() => FetchAtStart.https(path as string, props))).toEqual(codes);
  });

  test("with values of the wrong type, all reported at once", () => {
    const wrong = { url: "http://a", sha256: "a", image: "curl", sizeLimit: 64 };
    expect(problemCodesOf(() => FetchAtStart.https("/a", wrong as never)).sort()).toEqual([
      "FETCH_INVALID",
      "FETCH_INVALID",
      "PATH_INVALID",
      "QUANTITY_INVALID",
      "VALUE_INVALID",
    ]);
    expect(problemCodesOf(() => FetchAtStart.https(PATH, undefined as never)).sort()).toEqual([
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
    ]);
    expect(problemCodesOf(() => cities({ sizeLimit: "64MB" }))).toEqual(["QUANTITY_INVALID"]);
  });

  test("twice to one path, and for an object that no factory created", () => {
    expect(problemCodesOf(() => deployed({ fetchAtStart: [cities(), cities()] }))).toEqual([
      "NAME_DUPLICATE",
    ]);
    expect(problemCodesOf(() => deployed({ fetchAtStart: [{ path: PATH }] }))).toEqual(["VALUE_INVALID"]);
  });

  test("if the ephemeral storage of the pod is too small", () => {
    const codes = problemCodesOf(() => deployed({ fetchAtStart: [cities({ sizeLimit: "1Gi" })] }));
    expect(codes).toEqual(["RESOURCES_INVALID"]);
  });
});
