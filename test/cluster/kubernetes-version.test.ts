import { KubernetesVersion } from "../../lib/cluster/kubernetes-version";
import { Problems } from "../../lib/core/validation-error";
import { refusedCodes } from "../support/stack";

describe("a Kubernetes version", () => {
  test("is written as OKE names it", () => {
    expect(KubernetesVersion.V1_33.version).toBe("v1.33.1");
    expect(KubernetesVersion.of("1.34.2").version).toBe("v1.34.2");
  });

  test.each(["", "1.34", "v1.34", "latest", "v2.0.0", "v1.32.1", "v1.36.0", "v1.34.1-oke"])(
    "%p is refused",
    (version) => {
      expect(refusedCodes(() => KubernetesVersion.of(version))).toEqual(["VERSION_UNKNOWN"]);
    },
  );

  test("is ordered by minor and patch", () => {
    const [a, b] = [KubernetesVersion.of("v1.33.9"), KubernetesVersion.of("v1.34.0")];
    expect(a.isOlderThan(b)).toBe(true);
    expect(b.isOlderThan(a)).toBe(false);
    expect(a.isOlderThan(a)).toBe(false);
  });

  test("of nodes may be older than the control plane, never newer", () => {
    const problems = new Problems("pool");
    KubernetesVersion.V1_33._checkSkew(problems, KubernetesVersion.V1_35);
    KubernetesVersion.V1_35._checkSkew(problems, KubernetesVersion.V1_35);
    expect(problems.any).toBe(false);
    KubernetesVersion.V1_35._checkSkew(problems, KubernetesVersion.V1_34);
    expect(() => problems.throwIfAny()).toThrow(/nodes may not be newer/);
  });
});
