import fc from "fast-check";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { TerminationMessagePolicy } from "../../lib/workload/pods/container-resources";
import { ContainerResourceField, EnvironmentValue } from "../../lib/workload/pods/environment-value";
import { HardenedCronJob } from "../../lib/workload/hardened-cron-job";
import { HardenedDeployment, type HardenedDeploymentProps } from "../../lib/workload/hardened-deployment";
import { SystemUserId } from "../../lib/workload/pods/pod-security";
import { volumeName, type VolumeKind } from "../../lib/workload/pods/private/hardened-pod";
import { IMAGE, newChart, objectOf, validationProblemsOf, problemCodesOf } from "./support";

const REASON = { reason: "The image's files belong to its user 999" };

function specOf(props: Partial<HardenedDeploymentProps>) {
  const chart = newChart();
  new HardenedDeployment(chart, "web", { image: IMAGE, ...props });
  return objectOf(chart, "Deployment").spec.template.spec;
}

describe("a user below 10000", () => {
  test("runs all containers of a pod, and owns its files", () => {
    const sidecars = [{ name: "proxy", image: IMAGE }];
    const { containers, initContainers, securityContext } = specOf({
      lowUser: SystemUserId.of(999, REASON),
      sidecars,
    });
    for (const context of [...containers, ...initContainers].map((entry) => entry.securityContext)) {
      expect(context).toMatchObject({ runAsNonRoot: true, runAsUser: 999, runAsGroup: 999 });
    }
    expect(securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 999,
      runAsGroup: 999,
      fsGroup: 999,
    });
  });

  test("is acknowledged with its reason", () => {
    const chart = newChart();
    new HardenedCronJob(chart, "report", {
      image: IMAGE,
      schedule: "@daily",
      lowUser: SystemUserId.of(1, REASON),
    });
    expect(Acknowledgements.of(chart)).toMatchObject([
      { path: "shop/report", practice: "non-root", what: "the user 1", ...REASON },
    ]);
  });

  test.each([0, -1, 10_000, 1.5, NaN, "999" as never])("can't be %s", (id) => {
    expect(problemCodesOf(() => SystemUserId.of(id, REASON))).toEqual(["USER_INVALID"]);
  });

  test.each([undefined, {}, { reason: " " }])("requires a reason, not %j", (choice) => {
    expect(problemCodesOf(() => SystemUserId.of(999, choice as never))).toEqual(["REASON_MISSING"]);
  });

  test("excludes the prop user, and must be created by its factory", () => {
    const lowUser = SystemUserId.of(999, REASON);
    expect(problemCodesOf(() => specOf({ lowUser, user: 20_000 }))).toEqual(["USER_INVALID"]);
    expect(problemCodesOf(() => specOf({ lowUser: { id: 0 } as never }))).toEqual(["VALUE_INVALID"]);
    expect(validationProblemsOf(() => specOf({ user: 999 }))[0]?.fix).toContain("SystemUserId.of(999");
  });
});

describe("the value of an environment variable", () => {
  test("can be a resource of the container with a divisor", () => {
    const env = {
      MEMORY: EnvironmentValue.fromResource(ContainerResourceField.MEMORY_LIMIT),
      CPUS: EnvironmentValue.fromResource(ContainerResourceField.CPU_REQUEST, "1m"),
    };
    expect(specOf({ env }).containers[0].env).toEqual([
      { name: "CPUS", valueFrom: { resourceFieldRef: { resource: "requests.cpu", divisor: "1m" } } },
      { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1" } } },
    ]);
  });

  test.each<[unknown, string | undefined, string]>([
    [ContainerResourceField.MEMORY_LIMIT, "1m", "ENV_INVALID"],
    [ContainerResourceField.MEMORY_LIMIT, "2Mi", "ENV_INVALID"],
    [ContainerResourceField.CPU_LIMIT, "1Mi", "ENV_INVALID"],
    [ContainerResourceField.CPU_LIMIT, "", "ENV_INVALID"],
    ["limits.hugepages", undefined, "VALUE_INVALID"],
    [undefined, undefined, "ATTRIBUTE_MISSING"],
  ])("can't be %s with the divisor %s", (amount, divisor, code) => {
    expect(problemCodesOf(() => EnvironmentValue.fromResource(amount as never, divisor))).toEqual([code]);
  });

  test("can be a time zone, independently of the schedule", () => {
    const chart = newChart();
    const env = { TZ: EnvironmentValue.timeZone("Europe/Berlin") };
    new HardenedCronJob(chart, "report", {
      image: IMAGE,
      schedule: "0 6 * * *",
      timeZone: "Asia/Tokyo",
      env,
    });
    const { jobTemplate, timeZone } = objectOf(chart, "CronJob").spec;
    expect(timeZone).toBe("Asia/Tokyo");
    expect(jobTemplate.spec.template.spec.containers[0].env).toEqual([
      { name: "TZ", value: "Europe/Berlin" },
    ]);
  });

  test.each(["Berlin", "europe/berlin", "+02:00", "", "Local", undefined as never])(
    "may not be the time zone %j",
    (name) => {
      expect(problemCodesOf(() => EnvironmentValue.timeZone(name))).toEqual(["SCHEDULE_INVALID"]);
    },
  );

  test.each(["metadata.labels['a b']", "metadata.annotations['/x']", "metadata.labels['-a']"])(
    "may not be the field %s",
    (field) => {
      expect(problemCodesOf(() => EnvironmentValue.fromFieldRef(field))).toEqual(["ENV_INVALID"]);
    },
  );
});

describe("the termination message of a container", () => {
  test("is read from its file, and from the log only if chosen", () => {
    const own = { terminationMessagePolicy: TerminationMessagePolicy.FALLBACK_TO_LOGS_ON_ERROR };
    const { containers, initContainers } = specOf({ sidecars: [{ name: "proxy", image: IMAGE, ...own }] });
    expect(containers[0]).not.toHaveProperty("terminationMessagePolicy");
    expect(initContainers[0].terminationMessagePolicy).toBe("FallbackToLogsOnError");
    const none = { terminationMessagePolicy: "Logs" as never };
    expect(problemCodesOf(() => specOf(none))).toEqual(["VALUE_INVALID"]);
  });
});

describe("settings that nodes may not support", () => {
  test("are not written: user namespaces, AppArmor, and host aliases", () => {
    const spec = specOf({ port: 8080 });
    for (const field of ["hostUsers", "hostAliases"]) expect(spec).not.toHaveProperty(field);
    expect(JSON.stringify(spec)).not.toContain("appArmor");
  });
});

test("the volumes of a pod have unique names for all paths and container names", () => {
  const kinds: VolumeKind[] = ["config", "pod-info", "secret", "shared", "token", "writable"];
  const part = fc.stringMatching(/^[a-bA.-]{1,3}$/).filter((text) => !/^\.{1,2}$/.test(text));
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
  const long = fc.integer({ min: 60, max: 80 }).map((length) => `/${"a".repeat(length)}`);
  const owner = fc.constantFrom("", "a", "a-b", "a--b", "token", "a--secret", "pod-info");
  const volume = fc.tuple(fc.constantFrom(...kinds), fc.oneof(path, long), owner);
  fc.assert(
    fc.property(fc.uniqueArray(volume, { selector: String, minLength: 2, maxLength: 30 }), (volumes) => {
      const names = volumes.map(([kind, at, of]) => volumeName(kind, at, of));
      for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(new Set(names).size).toBe(names.length);
      expect(names).not.toContain("api-access");
    }),
    { numRuns: 300 },
  );
});
