import { Construct } from "constructs";
import { Acknowledgements } from "../../lib/core/acknowledgement";
import { Problems, ValidationError } from "../../lib/core/validation-error";
import { ValidationErrors } from "../../lib/core/validation-errors";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { newStack, validationProblemsOf } from "../support/stack";

describe("a ValidationError", () => {
  test("says code, path, what, why and what to write instead, for every problem", () => {
    const problems = new Problems(new Construct(newStack(), "web"));
    problems.add("PORT_INVALID", "70000 is not a port", "Give 1 to 65535");
    problems.add("REASON_MISSING", "no reason", "Say why");
    expect(() => problems.throwIfAny()).toThrow(ValidationError);
    try {
      problems.throwIfAny();
    } catch (error) {
      expect((error as Error).message).toMatchInlineSnapshot(`
       "2 problems
       [PORT_INVALID] stack/web: 70000 is not a port
         Why: Ports are whole numbers from 1 to 65535, and each belongs to one program in a pod. Any other value is rejected or matches nothing.
         Instead: Give 1 to 65535
       [REASON_MISSING] stack/web: no reason
         Why: A reviewer must be able to tell a decision from an accident. Reports show the reason.
         Instead: Say why"
      `);
      expect(error).toMatchObject({ code: "PORT_INVALID", path: "stack/web" });
    }
  });

  test("is not thrown where nothing is wrong", () => {
    expect(() => new Problems("x").throwIfAny()).not.toThrow();
  });

  test("of a value is reported with the rest, other errors pass", () => {
    const problems = new Problems("outer");
    const inner = new Problems("inner");
    inner.add("PORT_INVALID", "x", "y");
    expect(problems.collect(() => inner.throwIfAny())).toBeUndefined();
    expect(problems.any).toBe(true);
    expect(() =>
      problems.collect(() => {
        throw new TypeError("mine");
      }),
    ).toThrow(TypeError);
  });
});

test("a problem that several factories have is reported once", () => {
  const all = new Problems("web");
  for (const what of ["one", "one", "other"]) {
    all.collect(() => {
      const own = new Problems("factory");
      own.add("PORT_INVALID", what, "Give 1 to 65535");
      own.throwIfAny();
    });
  }
  expect(validationProblemsOf(() => all.throwIfAny()).map(({ what }) => what)).toEqual(["one", "other"]);
});

test("a program reads what a caught error found wrong, and nothing of errors of others", () => {
  const refused = new Problems("web");
  refused.add("PORT_INVALID", "70000 is not a port", "Give 1 to 65535");
  try {
    refused.throwIfAny();
  } catch (error) {
    expect(ValidationErrors.problemsOf(error)).toEqual([
      expect.objectContaining({ code: "PORT_INVALID", path: "web", what: "70000 is not a port" }),
    ]);
  }
  for (const other of [new TypeError("mine"), "text", undefined])
    expect(ValidationErrors.problemsOf(other)).toEqual([]);
  expect.assertions(4);
});

test("a program in another language reads them from the message, which is all that it gets", () => {
  const refused = new Problems("shop/web");
  refused.add("PORT_INVALID", "70000 is not a port: it is too large", "Give 1 to 65535");
  refused.add("NAME_INVALID", "id is Web", "Write it small");
  const message = (() => {
    try {
      return refused.throwIfAny();
    } catch (error) {
      return (error as Error).message;
    }
  })();
  for (const text of [message, `Error: ${message}`, `${message}\n    at construct (checked.js:1:1)`]) {
    expect(ValidationErrors.problemsOf(text)).toEqual(validationProblemsOf(() => refused.throwIfAny()));
  }
});

test("acknowledgements are found below a scope, sorted by path", () => {
  const stack = newStack();
  Acknowledgements._record(new Construct(stack, "b"), "exposure", "public", "because");
  Acknowledgements._record(new Construct(stack, "a"), "non-root", "root", "legacy");
  expect(Acknowledgements.of(stack)).toMatchObject([
    { path: "stack/a", practice: "non-root", what: "root", reason: "legacy" },
    { path: "stack/b", practice: "exposure", what: "public", reason: "because" },
  ]);
});

describe("the property of a problem", () => {
  const propertiesOf = (run: () => unknown) => validationProblemsOf(run).map(({ property }) => property);
  const compartmentId = "ocid1.compartment.oc1..example";

  test("is the prop that is wrong", () => {
    const props: any = { compartmentId: "shop", displayName: "x".repeat(300), regionServices: 7 };
    expect(propertiesOf(() => new ClusterNetwork(newStack(), "network", props)).sort()).toEqual([
      "compartmentId",
      "displayName",
      "regionServices",
    ]);
  });

  test("is the path of a prop within others", () => {
    const props: any = { compartmentId, vcnId: "ocid1.vcn.oc1..example", workerSubnet: { subnetId: 7 } };
    const properties = propertiesOf(() =>
      ClusterNetwork.fromClusterNetworkAttributes(newStack(), "network", props),
    );
    expect(properties).toContain("workerSubnet.subnetId");
  });

  test("is the name of an unknown prop", () => {
    const props: any = { compartmentId, displayNam: "shop" };
    expect(propertiesOf(() => new ClusterNetwork(newStack(), "network", props))).toEqual(["displayNam"]);
  });

  test("is read from a message too", () => {
    try {
      new ClusterNetwork(newStack(), "network", { compartmentId: "shop" });
    } catch (error) {
      const [problem] = ValidationErrors.problemsOf(String((error as Error).message));
      expect(problem?.property).toBe("compartmentId");
    }
    expect.assertions(1);
  });

  test("is not given for a problem of the construct as a whole", () => {
    const stack = newStack();
    new ClusterNetwork(stack, "network", { compartmentId });
    const [property] = propertiesOf(() => new ClusterNetwork(stack, "network", { compartmentId }));
    expect(property).toBeUndefined();
  });
});
