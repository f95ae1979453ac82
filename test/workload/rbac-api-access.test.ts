import { ApiAccess } from "../../lib/workload/rbac-api-access";
import { refusedCodes } from "./support";

describe("access to the API server", () => {
  test("is a token of an hour where client libraries look for it", () => {
    const { projected, name } = ApiAccess.token()._volume() as any;
    expect(projected.sources[0]).toEqual({ serviceAccountToken: { path: "token", expirationSeconds: 3600 } });
    expect(projected.sources.slice(1).map((source: object) => Object.keys(source)[0])).toEqual([
      "configMap",
      "downwardAPI",
    ]);
    expect(ApiAccess.token()._volumeMount()).toEqual({
      name,
      mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
      readOnly: true,
    });
  });

  test("can end sooner and be for another audience", () => {
    const { projected } = ApiAccess.token({ expirationSeconds: 600, audience: "vault" })._volume() as any;
    expect(projected.sources[0].serviceAccountToken).toEqual({
      path: "token",
      expirationSeconds: 600,
      audience: "vault",
    });
  });

  test.each([599, 86_401, 600.5, NaN, "600" as never])("is refused for %s seconds", (expirationSeconds) => {
    expect(refusedCodes(() => ApiAccess.token({ expirationSeconds }))).toEqual(["COUNT_INVALID"]);
  });

  test("is refused for a blank audience", () => {
    expect(refusedCodes(() => ApiAccess.token({ audience: " " }))).toEqual(["ATTRIBUTE_MISSING"]);
  });
});
