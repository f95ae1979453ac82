import { ApiObject, App, Chart, Testing } from "cdk8s";
import { Hardening } from "../../lib/hardening/hardening";
import { bare, podsOf } from "./hardening-cases";
import { workload } from "../guardrails/support";

const reason = "The test says so";
const warnings = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
beforeEach(() => warnings.mockClear());
afterAll(() => warnings.mockRestore());

function newChart(): Chart {
  return new Chart(new App(), "shop", { namespace: "shop" });
}

function add(chart: Chart, spec: object = {}, container: object = {}, id = "web", kind = "Deployment") {
  const { metadata, ...rest } = workload(kind, "shop", bare(spec, container), id);
  return new ApiObject(chart, id, { ...rest, metadata });
}

const web = (spec?: object, container?: object) => {
  const chart = newChart();
  add(chart, spec, container);
  return chart;
};

describe("the token of a service account", () => {
  const bound = (kind: string, subject: object = {}) => {
    const chart = web({ serviceAccountName: "operator" });
    const subjects = [{ kind: "ServiceAccount", name: "operator", namespace: "shop", ...subject }];
    new ApiObject(chart, "binding", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind,
      metadata: { name: "operator" },
      subjects,
    });
    return chart;
  };
  const tokenOf = (chart: Chart) =>
    podsOf(Testing.synth(chart))
      .map(({ pod }) => pod.spec.automountServiceAccountToken)
      .pop();

  test.each(["RoleBinding", "ClusterRoleBinding"])("with a %s is kept and found", (kind) => {
    const chart = bound(kind);
    const { findings } = Hardening.of(chart).apply();
    expect(findings.map(({ conflict, title }) => [conflict, title])).toEqual([
      ["token-automount", "The service account operator has roles or mounts its token"],
    ]);
    expect(tokenOf(chart)).toBeUndefined();
  });

  test("is not mounted after an override, or if the bound account is in another namespace", () => {
    const chart = bound("RoleBinding");
    Hardening.of(chart, { override: [{ objects: ["Deployment/web"], reason }] }).apply();
    expect(tokenOf(chart)).toBe(false);
    const other = bound("RoleBinding", { namespace: "other" });
    new ApiObject(other, "account", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "operator" },
    });
    expect(Hardening.of(other).apply().findings).toEqual([]);
    expect(tokenOf(other)).toBe(false);
  });

  test("is found for pods without a namespace, as rendered by Helm", () => {
    const chart = new Chart(new App(), "shop");
    const { metadata, ...rest } = workload("Deployment", "", bare({ serviceAccountName: "operator" }));
    new ApiObject(chart, "web", { ...rest, metadata: { ...metadata, namespace: undefined } });
    new ApiObject(chart, "binding", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "operator" },
      subjects: [{ kind: "ServiceAccount", name: "operator", namespace: "shop" }],
    });
    expect(Hardening.of(chart).apply().findings).toHaveLength(1);
  });

  test("that the account itself mounts is kept and found", () => {
    const chart = web();
    new ApiObject(chart, "account", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default" },
      automountServiceAccountToken: true,
    });
    expect(Hardening.of(chart).apply().findings).toHaveLength(1);
    expect(tokenOf(chart)).toBeUndefined();
  });

  test("that pods request by their label is kept", () => {
    const chart = newChart();
    const pod = bare({ automountServiceAccountToken: true });
    pod.metadata.labels = { ...pod.metadata.labels, "secure-oke/service-account-token": "automounted" };
    const { metadata, ...rest } = workload("Deployment", "shop", pod);
    new ApiObject(chart, "web", { ...rest, metadata });
    expect(Hardening.of(chart).apply().findings).toEqual([]);
  });
});
