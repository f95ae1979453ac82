import * as fc from "fast-check";
import { container, template, type PodTemplate } from "../guardrails/support";

// Mostly what is good, so that there are pods of which a single thing is bad.
const mostly = <T>(good: T, ...others: (T | undefined)[]) =>
  fc.oneof(
    { weight: 24, arbitrary: fc.constant(good) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const CONTEXT = fc.record({
  runAsNonRoot: mostly<boolean | undefined>(undefined, true, true, false),
  runAsUser: mostly<number | undefined>(undefined, 65532, 0),
  allowPrivilegeEscalation: mostly(false, true, undefined),
  readOnlyRootFilesystem: fc.constant(true),
  capabilities: fc.record({
    drop: mostly<string[] | undefined>(["ALL"], ["CHOWN", "ALL"], ["CHOWN"], [], undefined),
    add: mostly<string[] | undefined>(undefined, [], ["NET_BIND_SERVICE"], ["SYS_TIME"]),
  }),
});

const CONTAINER = fc.record({
  securityContext: mostly<object | undefined>({}, undefined).chain((given) =>
    given ? CONTEXT : fc.constant(undefined),
  ),
  ports: mostly<object[] | undefined>(
    [{ containerPort: 8080 }],
    undefined,
    [],
    [{ containerPort: 8080, hostPort: 8080 }],
  ),
});

const POD = fc.record({
  securityContext: fc.record({
    runAsNonRoot: mostly<boolean | undefined>(true, undefined, false),
    runAsUser: mostly<number | undefined>(undefined, 65532, 0),
    // Asked for by the standard of Kubernetes, and by none of the rules.
    seccompProfile: fc.constant({ type: "RuntimeDefault" }),
  }),
  hostNetwork: mostly<boolean | undefined>(undefined, false, true),
  hostPID: mostly<boolean | undefined>(undefined, false, true),
  hostIPC: mostly<boolean | undefined>(undefined, false, true),
  volumes: mostly<object[] | undefined>([{ name: "own", emptyDir: {} }], [], undefined, [
    { name: "node", hostPath: { path: "/var/log" } },
  ]),
  containers: fc.array(CONTAINER, { minLength: 1, maxLength: 2 }),
  initContainers: fc.array(CONTAINER, { maxLength: 2 }),
});

/** Pods that differ in all that the restricted standard and the rules both judge; the same ones every time. */
export function randomPods(count: number): PodTemplate[] {
  const named = (prefix: string, containers: object[]) =>
    containers.map((rest, index) => container(`${prefix}-${index}`, rest));
  return fc.sample(POD, { numRuns: count, seed: 5 }).map((spec) => ({
    metadata: template().metadata,
    spec: {
      ...template().spec,
      ...spec,
      containers: named("main", spec.containers),
      initContainers: named("init", spec.initContainers),
    },
  }));
}
