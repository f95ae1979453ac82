import { ApiObject, Duration, JsonPatch, Yaml } from "cdk8s";
import { ConcurrencyPolicy } from "cdk8s-plus-27";
import { Port } from "../../lib/core/port";
import { ConfigFile } from "../../lib/workload/pods/mounted-files";
import { HardenedCronJob, type HardenedCronJobProps } from "../../lib/workload/hardened-cron-job";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { HardenedJob, type HardenedJobProps, JobRestartPolicy } from "../../lib/workload/hardened-job";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import {
  IMAGE,
  newChart,
  objectOf,
  problemsAtSynthesis,
  validationProblemsOf,
  problemCodesOf,
} from "./support";

const schedule = "30 2 * * *";

describe("a hardened job", () => {
  test("with an image creates three objects", () => {
    const chart = newChart();
    new HardenedJob(chart, "migrate", { image: IMAGE });
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("contains all its props", () => {
    const chart = newChart();
    new HardenedJob(chart, "import", {
      image: IMAGE,
      args: ["--all"],
      restartPolicy: JobRestartPolicy.ON_FAILURE,
      backoffLimit: 0,
      activeDeadline: Duration.minutes(1),
      completions: 6,
      parallelism: 3,
      ttlAfterFinished: Duration.seconds(0),
      labels: { team: "shop" },
      annotations: { "example.com/owner": "The shop's team" },
    });
    const { metadata, spec } = objectOf(chart, "Job");
    expect(metadata.labels.team).toBe("shop");
    expect(spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 60,
      completions: 6,
      parallelism: 3,
      ttlSecondsAfterFinished: 0,
      template: { metadata: { annotations: { "example.com/owner": "The shop's team" } } },
    });
    expect(spec.template.spec.restartPolicy).toBe("OnFailure");
    // Kubernetes refuses the policy where containers start again in their pod.
    expect(spec.podFailurePolicy).toBeUndefined();
    expect(spec.template.spec.topologySpreadConstraints).toHaveLength(1);
  });

  test("does not count evictions as failures", () => {
    const chart = newChart();
    new HardenedJob(chart, "migrate", { image: IMAGE });
    expect(objectOf(chart, "Job").spec.podFailurePolicy.rules).toEqual([
      { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    ]);
  });

  test("has no ports, probes, or stop delay, and only declared connections", () => {
    const chart = newChart();
    const api = new HardenedDeployment(chart, "api", { image: IMAGE, port: 8080 });
    const job = new HardenedJob(chart, "migrate", { image: IMAGE });
    job.connections.allowTo(api, Port.tcp(8080));
    const [container] = objectOf(chart, "Job").spec.template.spec.containers;
    for (const key of ["ports", "readinessProbe", "livenessProbe", "lifecycle"]) {
      expect(container[key]).toBeUndefined();
    }
    expect(objectOf(chart, "NetworkPolicy", "migrate").spec.egress).toHaveLength(2);
    expect(objectOf(chart, "NetworkPolicy", "api").spec.ingress).toHaveLength(1);
  });

  test("can have sidecars and files", () => {
    const chart = newChart();
    new HardenedJob(chart, "migrate", {
      image: IMAGE,
      sidecars: [{ name: "proxy", image: IMAGE, port: 15001 }],
      files: [ConfigFile.of("/etc/migrate/a.conf", "a")],
    });
    const { initContainers } = objectOf(chart, "Job").spec.template.spec;
    expect(initContainers).toMatchObject([{ name: "proxy", restartPolicy: "Always" }]);
    expect(objectOf(chart, "ConfigMap").metadata.name).toMatch(/^migrate-config-/);
  });
});

describe("a hardened cron job", () => {
  test("with an image and a schedule creates three objects", () => {
    const chart = newChart();
    new HardenedCronJob(chart, "report", { image: IMAGE, schedule });
    expect(Yaml.stringify(...(chart.toJson() as unknown[]))).toMatchSnapshot();
  });

  test("contains all its props", () => {
    const chart = newChart();
    new HardenedCronJob(chart, "report", {
      image: IMAGE,
      schedule: "@hourly",
      timeZone: "Europe/Berlin",
      concurrencyPolicy: ConcurrencyPolicy.REPLACE,
      startingDeadline: Duration.seconds(10),
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 9,
      suspend: true,
    });
    expect(objectOf(chart, "CronJob").spec).toMatchObject({
      schedule: "@hourly",
      timeZone: "Europe/Berlin",
      concurrencyPolicy: "Replace",
      startingDeadlineSeconds: 10,
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 9,
      suspend: true,
    });
  });

  test.each([
    "* * * * *",
    "*/15 0-6,22 1,15 JAN-mar Mon-Fri",
    "5/10 ? 29 2 ?",
    "0 0 31 2 1",
    "0 0 * 2 0",
    " 0  3 * * SUN ",
    "@midnight",
    "@yearly",
  ])("takes the schedule %s", (text) => {
    const chart = newChart();
    new HardenedCronJob(chart, "report", { image: IMAGE, schedule: text });
    expect(objectOf(chart, "CronJob").spec.schedule).toBe(text);
  });

  test.each([
    ["", "0 fields"],
    ["* * * *", "4 fields"],
    ["0 * * * * *", "6 fields"],
    ["60 * * * *", "minute"],
    ["* 24 * * *", "hour"],
    ["* * 0 * *", "day of the month"],
    ["* * * 13 *", "month"],
    ["* * * * 7", "day of the week"],
    ["* * * * Sunday", "day of the week"],
    ["* * * MON *", "month"],
    ["9-5 * * * *", "minute"],
    ["*/0 * * * *", "minute"],
    ["1, * * * *", "minute"],
    ["-1 * * * *", "minute"],
    ["1.5 * * * *", "minute"],
    ["0 0 30 2 *", "never occurs"],
    ["0 0 31 4,6 ?", "never occurs"],
    ["@every 1h", "not one of"],
    ["@Daily", "not one of"],
    ["@reboot", "not one of"],
    ["CRON_TZ=UTC 0 0 * * *", "timeZone"],
    ["TZ=UTC 0 0 * * *", "timeZone"],
  ])("refuses the schedule %p: %s", (text, rejectionOf) => {
    const [problem, ...others] = validationProblemsOf(
      () => new HardenedCronJob(newChart(), "report", { image: IMAGE, schedule: text }),
    );
    expect(problem?.code).toBe("SCHEDULE_INVALID");
    expect(problem?.what).toContain(rejectionOf);
    expect(others).toEqual([]);
  });

  test.each(["Etc/UTC", "UTC", "Europe/Berlin", "Asia/Calcutta", "America/Port-au-Prince", "Etc/GMT+5"])(
    "takes the time zone %s",
    (timeZone) => {
      const chart = newChart();
      new HardenedCronJob(chart, "report", { image: IMAGE, schedule, timeZone });
      expect(objectOf(chart, "CronJob").spec.timeZone).toBe(timeZone);
    },
  );

  test.each(["", "Local", "Mars/Base", "europe/berlin", "Europe/berlin", "Utc", "+01:00", "Berlin"])(
    "refuses the time zone %p",
    (timeZone) => {
      const call = () => new HardenedCronJob(newChart(), "report", { image: IMAGE, schedule, timeZone });
      expect(problemCodesOf(call)).toEqual(["SCHEDULE_INVALID"]);
    },
  );
});

describe("a job is refused with", () => {
  const any = (value: unknown) => value as never;
  test.each<[string, Partial<HardenedJobProps & HardenedCronJobProps>, string[]]>([
    ["a deadline of no time", { activeDeadline: Duration.seconds(0) }, ["DURATION_INVALID"]],
    ["a negative number of tries", { backoffLimit: -1 }, ["COUNT_INVALID"]],
    ["half a completion", { completions: 0.5 }, ["COUNT_INVALID"]],
    ["no completions", { completions: 0 }, ["COUNT_INVALID"]],
    ["more pods than must end", { completions: 2, parallelism: 3 }, ["COUNT_INVALID"]],
    ["no pods", { parallelism: 0 }, ["COUNT_INVALID"]],
    ["user 0", { user: 0 }, ["USER_INVALID"]],
    ["another restart", { restartPolicy: any("Always") }, ["VALUE_INVALID"]],
    ["a password", { args: ["--password=hunter2"] }, ["CREDENTIAL_LITERAL"]],
    ["a label's value", { labels: { a: "b c" } }, ["LABEL_INVALID"]],
  ])("%s", (_, props, codes) => {
    const chart = newChart();
    expect(problemCodesOf(() => new HardenedJob(chart, "job", { image: IMAGE, ...props }))).toEqual(codes);
    const cron = () => new HardenedCronJob(chart, "cron", { image: IMAGE, schedule, ...props });
    expect(problemCodesOf(cron)).toEqual(codes);
    expect(chart.node.children).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ["no schedule", { schedule: undefined }, ["ATTRIBUTE_MISSING"]],
    ["a schedule of a number", { schedule: 5 }, ["SCHEDULE_INVALID"]],
    [
      "a deadline below the controller's pace",
      { startingDeadline: Duration.seconds(9) },
      ["DURATION_INVALID"],
    ],
    ["negative histories", { successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 }, ["COUNT_INVALID"]],
    ["another policy", { concurrencyPolicy: "forbid" }, ["VALUE_INVALID"]],
    ["a word for suspend", { suspend: "yes" }, ["VALUE_INVALID"]],
  ])("for a cron job: %s", (_, props, codes) => {
    const call = () => new HardenedCronJob(newChart(), "cron", { image: IMAGE, schedule, ...props });
    expect([...new Set(problemCodesOf(call))]).toEqual(codes);
  });

  test("a time to live of half a second, and without an image", () => {
    const job = (props: object) => () => new HardenedJob(newChart(), "job", any(props));
    expect(problemCodesOf(job({ image: IMAGE, ttlAfterFinished: Duration.millis(500) }))).toEqual([
      "DURATION_INVALID",
    ]);
    expect(problemCodesOf(job({}))).toEqual(["ATTRIBUTE_MISSING"]);
    expect(problemCodesOf(() => new HardenedCronJob(newChart(), "cron", any(undefined)))).toEqual([
      "ATTRIBUTE_MISSING",
      "ATTRIBUTE_MISSING",
    ]);
  });

  test("an id that is too long for the names of the runs", () => {
    const cron = (length: number) => () =>
      new HardenedCronJob(newChart(), "c".repeat(length), { image: IMAGE, schedule });
    expect(cron(52)).not.toThrow();
    expect(problemCodesOf(cron(53))).toEqual(["NAME_INVALID"]);
  });

  test("the id of a workload of another kind", () => {
    const chart = newChart();
    new HardenedDeployment(chart, "web", { image: IMAGE });
    const call = () => new HardenedJob(chart, "web", { image: IMAGE });
    expect([...new Set(problemCodesOf(call))]).toEqual(["NAME_DUPLICATE"]);
  });
});

describe("the quota of a namespace", () => {
  const shop = (pods: number) => {
    const chart = newChart();
    new SecureNamespace(chart, "namespace", { name: "shop", quota: { pods } });
    new HardenedJob(chart, "job", { image: IMAGE, completions: 4, parallelism: 2 });
    new HardenedCronJob(chart, "cron", { image: IMAGE, schedule, completions: 3, parallelism: 3 });
    return chart;
  };

  test("counts the pods that run at the same time", () => {
    expect(problemsAtSynthesis(shop(5))).toEqual([]);
    expect(problemsAtSynthesis(shop(4))).toMatchObject([
      { code: "RESOURCES_INVALID", fix: expect.stringContaining("quota: { pods: 5 }") },
    ]);
  });

  test("limits each container", () => {
    const chart = shop(9);
    const cron = chart.node.findChild("cron");
    const path = "/spec/jobTemplate/spec/template/spec/containers/0/resources/limits/cpu";
    ApiObject.of(cron).addJsonPatch(JsonPatch.replace(path, "9"));
    expect(problemsAtSynthesis(chart)).toMatchObject([
      { code: "RESOURCES_INVALID", fix: expect.stringContaining('limits: { maximumCpu: "9" }') },
    ]);
  });
});
