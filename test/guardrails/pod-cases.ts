import { BREAK_GLASS, GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { DIGEST } from "../workload/support";
import { type Cases } from "./cases";
import { ALLOWED, container, type PodTemplate } from "./support";

type Change = (pod: PodTemplate) => void;

const first = (pod: PodTemplate) => pod.spec.containers[0];
const secure =
  (change: (context: any) => void): Change =>
  (pod) =>
    change(first(pod).securityContext);
const image =
  (reference: string): Change =>
  (pod) =>
    (first(pod).image = reference);
const alsoInit =
  (rest: object): Change =>
  (pod) =>
    (pod.spec.initContainers = [container("first", rest)]);
const also =
  (rest: object): Change =>
  (pod) =>
    pod.spec.containers.push(container("second", rest));
const bare = { securityContext: undefined };
const volume =
  (source: object): Change =>
  (pod) =>
    (pod.spec.volumes = [{ name: "data", ...source }]);
const projected = {
  projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3600 } }] },
};
const hex = DIGEST.slice("sha256:".length);

/** Changes of a compliant pod, each evaluated by one rule. */
export const POD_CASES: { readonly [rule: string]: Cases<Change> } = {
  [GuardrailRule.NON_ROOT]: {
    pass: {
      "a pod with runAsNonRoot": () => undefined,
      "containers with runAsNonRoot": (pod) => {
        delete pod.spec.securityContext;
        first(pod).securityContext.runAsNonRoot = true;
      },
      "a container without a security context in a pod with runAsNonRoot": also(bare),
      "non-root user IDs": (pod) => {
        pod.spec.securityContext.runAsUser = 65532;
        first(pod).securityContext.runAsUser = 10001;
      },
    },
    deny: {
      "no security context anywhere": (pod) => {
        delete pod.spec.securityContext;
        delete first(pod).securityContext;
      },
      "an empty security context": (pod) => (pod.spec.securityContext = {}),
      "a container with runAsNonRoot false": secure((context) => (context.runAsNonRoot = false)),
      "an init container with runAsNonRoot false": alsoInit({ securityContext: { runAsNonRoot: false } }),
      "user 0 of the pod that its container overrides": (pod) => {
        pod.spec.securityContext.runAsUser = 0;
        first(pod).securityContext.runAsUser = 65532;
      },
      "a pod with runAsNonRoot false that its container overrides": (pod) => {
        pod.spec.securityContext.runAsNonRoot = false;
        first(pod).securityContext.runAsNonRoot = true;
      },
      "user 0 of the pod": (pod) => (pod.spec.securityContext.runAsUser = 0),
      "user 0 of a container": secure((context) => (context.runAsUser = 0)),
      "user 0 of the second container": also({ securityContext: { runAsUser: 0 } }),
    },
  },
  [GuardrailRule.NO_PRIVILEGE_ESCALATION]: {
    pass: {
      "escalation forbidden": () => undefined,
      "in two containers": also({}),
      "in an init container": alsoInit({}),
      "privileged false": secure((context) => (context.privileged = false)),
    },
    deny: {
      "no value": secure((context) => delete context.allowPrivilegeEscalation),
      "no security context": (pod) => delete first(pod).securityContext,
      "escalation allowed": secure((context) => (context.allowPrivilegeEscalation = true)),
      "an init container without a security context": alsoInit(bare),
      "a second container without a security context": also(bare),
    },
  },
  [GuardrailRule.DROPPED_CAPABILITIES]: {
    pass: {
      "all dropped": () => undefined,
      "NET_BIND_SERVICE added": secure((context) => (context.capabilities.add = ["NET_BIND_SERVICE"])),
      "an empty list added": secure((context) => (context.capabilities.add = [])),
      "all and one by name dropped": secure((context) => (context.capabilities.drop = ["CHOWN", "ALL"])),
    },
    deny: {
      "no value": secure((context) => delete context.capabilities),
      "no security context": (pod) => delete first(pod).securityContext,
      "an empty list dropped": secure((context) => (context.capabilities.drop = [])),
      "some dropped": secure((context) => (context.capabilities.drop = ["CHOWN", "KILL"])),
      "another one added": secure(
        (context) => (context.capabilities.add = ["NET_BIND_SERVICE", "SYS_ADMIN"]),
      ),
      "an init container that drops none": alsoInit(bare),
    },
  },
  [GuardrailRule.READ_ONLY_ROOT_FILESYSTEM]: {
    pass: {
      "read-only": () => undefined,
      "with an emptyDir": volume({ emptyDir: { sizeLimit: "1Gi" } }),
      "init containers too": alsoInit({}),
    },
    deny: {
      "no value": secure((context) => delete context.readOnlyRootFilesystem),
      "no security context": (pod) => delete first(pod).securityContext,
      writable: secure((context) => (context.readOnlyRootFilesystem = false)),
      "a writable init container": alsoInit({ securityContext: { readOnlyRootFilesystem: false } }),
      "a second container without a value": also(bare),
    },
  },
  [GuardrailRule.IMAGE_POLICY_BREAK_GLASS]: {
    pass: {
      "no annotation": () => undefined,
      "a longer key": (pod) => (pod.metadata.annotations = { [`${BREAK_GLASS}-reason`]: "true" }),
      "another annotation": (pod) => (pod.metadata.annotations = { "example.com/break-glass": "true" }),
    },
    deny: {
      "the annotation": (pod) => (pod.metadata.annotations = { [BREAK_GLASS]: "true" }),
      // OKE does not document the effect of other values.
      "the annotation with another value": (pod) => (pod.metadata.annotations = { [BREAK_GLASS]: "false" }),
      "the annotation without a value": (pod) => (pod.metadata.annotations = { [BREAK_GLASS]: "" }),
    },
  },
  [GuardrailRule.IMAGE_DIGEST]: {
    pass: {
      "a digest": () => undefined,
      "a tag and a digest": image(`fra.ocir.io/acme/web:1.4.2@${DIGEST}`),
      "a registry with a port": image(`registry.example:5000/web@${DIGEST}`),
      "a volume of a digest": volume({ image: { reference: ALLOWED } }),
      "a tag named sha256, and a digest": image(`fra.ocir.io/acme/web:sha256@${DIGEST}`),
    },
    deny: {
      "a tag": image("fra.ocir.io/acme/web:1.4.2"),
      "no tag": image("fra.ocir.io/acme/web"),
      "a registry with a port and no digest": image("registry.example:5000/web"),
      "@sha256 without digits": image("fra.ocir.io/acme/web:1.4.2@sha256"),
      "a digest as a tag": image(`fra.ocir.io/acme/web:sha256-${hex}`),
      "a digest that is too short": image(`fra.ocir.io/acme/web@sha256:${hex.slice(1)}`),
      "a digest that is too long": image(`fra.ocir.io/acme/web@sha256:${hex}0`),
      "a digest in capitals": image(`fra.ocir.io/acme/web@sha256:${hex.toUpperCase()}`),
      "a digest before a tag": image(`fra.ocir.io/acme/web@${DIGEST}:1.4.2`),
      "a volume of a tag": volume({ image: { reference: "fra.ocir.io/acme/data:1" } }),
      "an init container's tag": alsoInit({ image: "fra.ocir.io/acme/tool:1" }),
      "a second container's tag": also({ image: "fra.ocir.io/acme/tool:1" }),
    },
  },
  [GuardrailRule.ALLOWED_REGISTRIES]: {
    pass: {
      "an allowed repository": () => undefined,
      "the allowed repository itself": image(`fra.ocir.io/acme@${DIGEST}`),
      "a tag of the allowed repository": image("fra.ocir.io/acme:1.0"),
      "a registry with a port": image("registry.example:5000/a/b:1"),
      "an allowed host": image("quay.example/web"),
      "a volume of an allowed repository": volume({ image: { reference: ALLOWED } }),
    },
    deny: {
      "another registry": image("evil.example/acme/web:1"),
      "no registry": image("nginx"),
      "a repository with an allowed prefix": image("fra.ocir.io/acme-evil/web:1"),
      "a host with an allowed prefix": image("quay.example.evil.example/web:1"),
      "an unexpected port": image("quay.example:5000/web:1"),
      "another port": image("registry.example:50001/web:1"),
      "a missing port": image("registry.example/web:1"),
      "the registry in capitals": image("FRA.OCIR.IO/acme/web:1"),
      "an allowed registry in the path of another one": image("evil.example/fra.ocir.io/acme/web:1"),
      "the image of a volume": volume({ image: { reference: "evil.example/data:1" } }),
      "the image of an init container": alsoInit({ image: "evil.example/tool" }),
      "the image of the second container": also({ image: "evil.example/tool" }),
    },
  },
  [GuardrailRule.NO_HOST_ACCESS]: {
    pass: {
      "no host access": () => undefined,
      "all false": (pod) => Object.assign(pod.spec, { hostNetwork: false, hostPID: false, hostIPC: false }),
      "ports of the pod": (pod) => (first(pod).ports = [{ containerPort: 8080 }]),
      "a host port of 0": (pod) => (first(pod).ports = [{ containerPort: 8080, hostPort: 0 }]),
      "an emptyDir": volume({ emptyDir: {} }),
      "no volumes": (pod) => (pod.spec.volumes = []),
    },
    deny: {
      hostNetwork: (pod) => (pod.spec.hostNetwork = true),
      hostPID: (pod) => (pod.spec.hostPID = true),
      hostIPC: (pod) => (pod.spec.hostIPC = true),
      hostPath: volume({ hostPath: { path: "/var/log", type: "Directory" } }),
      "a host port": (pod) => (first(pod).ports = [{ containerPort: 8080, hostPort: 8080 }]),
      "a host port of an init container": alsoInit({
        ports: [{ containerPort: 53, hostPort: 53, protocol: "UDP" }],
      }),
      "the second of two volumes": (pod) =>
        (pod.spec.volumes = [
          { name: "own", emptyDir: {} },
          { name: "node", hostPath: { path: "/" } },
        ]),
    },
  },
  [GuardrailRule.NO_TOKEN_AUTOMOUNT]: {
    pass: {
      "automounting disabled": () => undefined,
      "a projected token": (pod) => {
        volume(projected)(pod);
        pod.spec.serviceAccountName = "robot";
      },
      "requested by the label": (pod) => {
        delete pod.spec.automountServiceAccountToken;
        pod.metadata.labels["secure-oke/service-account-token"] = "automounted";
      },
    },
    deny: {
      "no value": (pod) => delete pod.spec.automountServiceAccountToken,
      "automounting without the label": (pod) => (pod.spec.automountServiceAccountToken = true),
      "the label with another value": (pod) => {
        pod.spec.automountServiceAccountToken = true;
        pod.metadata.labels["secure-oke/service-account-token"] = "yes";
      },
    },
  },
  [GuardrailRule.REQUIRED_LABELS]: {
    pass: {
      "all labels": () => undefined,
      "additional labels": (pod) => (pod.metadata.labels.tier = "web"),
      "with other values": (pod) => (pod.metadata.labels["app.kubernetes.io/name"] = "A_1.b"),
    },
    deny: {
      "a missing label": (pod) => delete pod.metadata.labels["app.kubernetes.io/name"],
      "the other label missing": (pod) => delete pod.metadata.labels["app.kubernetes.io/instance"],
      "an empty label": (pod) => (pod.metadata.labels["app.kubernetes.io/name"] = ""),
      "other labels": (pod) => (pod.metadata.labels = { name: "web", "kubernetes.io/name": "web" }),
    },
  },
};
