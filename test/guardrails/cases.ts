import { BREAK_GLASS, GuardrailRule } from "../../lib/core/guardrail-catalogue";
import { DIGEST } from "../workload/support";
import {
  ALLOWED,
  BACKEND_SECRET,
  BACKENDS,
  COMPARTMENT,
  GROUPS,
  INTERNAL,
  INTERNAL_NLB,
  LB_TYPE,
  NAMED_COMPARTMENT,
  NAMED_GROUP,
  NLB_GROUPS,
  account,
  binding,
  container,
  group,
  loadBalancer,
  service,
  TLS_SECRET,
  type PodTemplate,
  user,
} from "./support";

type Change = (pod: PodTemplate) => void;

/** What a rule lets pass and what it refuses, by what it is about. */
export interface Cases<T> {
  readonly pass: { readonly [what: string]: T };
  readonly refuse: { readonly [what: string]: T };
}

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

/** Changes of a pod that no rule refuses, each judged by one rule alone. */
export const POD_CASES: { readonly [rule: string]: Cases<Change> } = {
  [GuardrailRule.NON_ROOT]: {
    pass: {
      "a pod that says so": () => undefined,
      "containers that say so themselves": (pod) => {
        delete pod.spec.securityContext;
        first(pod).securityContext.runAsNonRoot = true;
      },
      "a container without a security context in a pod that says so": also(bare),
      "users who are not root": (pod) => {
        pod.spec.securityContext.runAsUser = 65532;
        first(pod).securityContext.runAsUser = 10001;
      },
    },
    refuse: {
      "no security context anywhere": (pod) => {
        delete pod.spec.securityContext;
        delete first(pod).securityContext;
      },
      "an empty security context": (pod) => (pod.spec.securityContext = {}),
      "a container that says otherwise": secure((context) => (context.runAsNonRoot = false)),
      "an init container that says otherwise": alsoInit({ securityContext: { runAsNonRoot: false } }),
      "user 0 of the pod, though no container of today takes it": (pod) => {
        pod.spec.securityContext.runAsUser = 0;
        first(pod).securityContext.runAsUser = 65532;
      },
      "a pod that says otherwise, though its container doesn't": (pod) => {
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
      "privileged said to be false": secure((context) => (context.privileged = false)),
    },
    refuse: {
      "nothing said": secure((context) => delete context.allowPrivilegeEscalation),
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
    refuse: {
      "nothing said": secure((context) => delete context.capabilities),
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
      "with a place to write": volume({ emptyDir: { sizeLimit: "1Gi" } }),
      "init containers too": alsoInit({}),
    },
    refuse: {
      "nothing said": secure((context) => delete context.readOnlyRootFilesystem),
      "no security context": (pod) => delete first(pod).securityContext,
      writable: secure((context) => (context.readOnlyRootFilesystem = false)),
      "a writable init container": alsoInit({ securityContext: { readOnlyRootFilesystem: false } }),
      "a second container that says nothing": also(bare),
    },
  },
  [GuardrailRule.IMAGE_POLICY_BREAK_GLASS]: {
    pass: {
      "no annotation": () => undefined,
      "a longer key": (pod) => (pod.metadata.annotations = { [`${BREAK_GLASS}-reason`]: "true" }),
      "another annotation": (pod) => (pod.metadata.annotations = { "example.com/break-glass": "true" }),
    },
    refuse: {
      "the annotation": (pod) => (pod.metadata.annotations = { [BREAK_GLASS]: "true" }),
      // What OKE makes of other values is not documented.
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
      "a tag that says sha256, and a digest": image(`fra.ocir.io/acme/web:sha256@${DIGEST}`),
    },
    refuse: {
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
      "the repository that was named itself": image(`fra.ocir.io/acme@${DIGEST}`),
      "a tag of the repository that was named": image("fra.ocir.io/acme:1.0"),
      "a registry with a port": image("registry.example:5000/a/b:1"),
      "an allowed host": image("quay.example/web"),
      "a volume of an allowed repository": volume({ image: { reference: ALLOWED } }),
    },
    refuse: {
      "another registry": image("evil.example/acme/web:1"),
      "no registry": image("nginx"),
      "a repository that begins alike": image("fra.ocir.io/acme-evil/web:1"),
      "a host that begins alike": image("quay.example.evil.example/web:1"),
      "a port that was not named": image("quay.example:5000/web:1"),
      "another port": image("registry.example:50001/web:1"),
      "no port where one was named": image("registry.example/web:1"),
      "the registry in capitals": image("FRA.OCIR.IO/acme/web:1"),
      "the registry inside of another one's path": image("evil.example/fra.ocir.io/acme/web:1"),
      "a volume's": volume({ image: { reference: "evil.example/data:1" } }),
      "an init container's": alsoInit({ image: "evil.example/tool" }),
      "the second container's": also({ image: "evil.example/tool" }),
    },
  },
  [GuardrailRule.NO_HOST_ACCESS]: {
    pass: {
      "nothing of the node": () => undefined,
      "all said to be false": (pod) =>
        Object.assign(pod.spec, { hostNetwork: false, hostPID: false, hostIPC: false }),
      "ports of the pod": (pod) => (first(pod).ports = [{ containerPort: 8080 }]),
      "a host port of 0": (pod) => (first(pod).ports = [{ containerPort: 8080, hostPort: 0 }]),
      "volumes of its own": volume({ emptyDir: {} }),
      "no volumes": (pod) => (pod.spec.volumes = []),
    },
    refuse: {
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
      "none wanted": () => undefined,
      "a projected one": (pod) => {
        volume(projected)(pod);
        pod.spec.serviceAccountName = "robot";
      },
      "one asked for by the label": (pod) => {
        delete pod.spec.automountServiceAccountToken;
        pod.metadata.labels["secure-oke/service-account-token"] = "automounted";
      },
    },
    refuse: {
      "nothing said": (pod) => delete pod.spec.automountServiceAccountToken,
      "one wanted without the label": (pod) => (pod.spec.automountServiceAccountToken = true),
      "the label with another value": (pod) => {
        pod.spec.automountServiceAccountToken = true;
        pod.metadata.labels["secure-oke/service-account-token"] = "yes";
      },
    },
  },
  [GuardrailRule.REQUIRED_LABELS]: {
    pass: {
      "all there": () => undefined,
      "more than asked for": (pod) => (pod.metadata.labels.tier = "web"),
      "with other values": (pod) => (pod.metadata.labels["app.kubernetes.io/name"] = "A_1.b"),
    },
    refuse: {
      "one missing": (pod) => delete pod.metadata.labels["app.kubernetes.io/name"],
      "the other one missing": (pod) => delete pod.metadata.labels["app.kubernetes.io/instance"],
      "one empty": (pod) => (pod.metadata.labels["app.kubernetes.io/name"] = ""),
      "others instead": (pod) => (pod.metadata.labels = { name: "web", "kubernetes.io/name": "web" }),
    },
  },
};

const secret = (type?: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "secret", annotations: { "kubernetes.io/service-account.name": "robot" } },
  ...(type ? { type } : {}),
});

/** Objects that are no workloads. Those of no namespace are judged by all rules. */
export const OBJECT_CASES: { readonly [rule: string]: Cases<any> } = {
  [GuardrailRule.NO_TOKEN_SECRET]: {
    pass: {
      "no type": secret(),
      "type Opaque": secret("Opaque"),
      "a type of one's own": secret("acme.example/key"),
    },
    refuse: {
      "a token": secret("kubernetes.io/service-account-token"),
      "a token with data": {
        ...secret("kubernetes.io/service-account-token"),
        data: { extra: "eA==" },
      },
      "a token that is immutable": { ...secret("kubernetes.io/service-account-token"), immutable: true },
    },
  },
  [GuardrailRule.NO_EXTERNAL_IP]: {
    pass: {
      "no address": service({}),
      "an empty list": service({ externalIPs: [] }),
      "a load balancer": loadBalancer(["10.0.0.0/8"]),
    },
    refuse: {
      "an address": service({ externalIPs: ["203.0.113.7"] }),
      "two addresses of a load balancer": service({
        type: "LoadBalancer",
        externalIPs: ["10.96.0.10", "203.0.113.7"],
      }),
    },
  },
  [GuardrailRule.NO_NODE_PORT]: {
    pass: {
      "no type": service({}),
      "type ClusterIP": service({ type: "ClusterIP" }),
      "a headless one": service({ clusterIP: "None" }),
      "a load balancer": loadBalancer(["10.0.0.0/8"]),
    },
    refuse: {
      "type NodePort": service({ type: "NodePort" }),
      "a port of choice": service({ type: "NodePort", ports: [{ port: 443, nodePort: 30443 }] }),
      "type NodePort with annotations": service({ type: "NodePort" }, { [INTERNAL]: "true" }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_ANNOTATIONS]: {
    pass: {
      "a load balancer with its own": loadBalancer(["10.0.0.0/8"], { [INTERNAL]: "true", [LB_TYPE]: "lb" }),
      "a network load balancer with its own": loadBalancer(["10.0.0.0/8"], {
        [LB_TYPE]: "nlb",
        [INTERNAL_NLB]: "true",
        [BACKENDS]: "ocid1.networksecuritygroup.oc1..example",
        "oci.oraclecloud.com/reserved-ips": "203.0.113.9",
      }),
      "annotations of other programs": loadBalancer(["10.0.0.0/8"], {
        "external-dns.alpha.kubernetes.io/hostname": "a",
      }),
      "a Service inside the cluster": service({}, { [LB_TYPE]: "nlb", [INTERNAL]: "true" }),
    },
    refuse: {
      "internal in the words of the other kind": loadBalancer(["10.0.0.0/8"], {
        [LB_TYPE]: "nlb",
        [INTERNAL]: "true",
      }),
      "groups of the other kind": loadBalancer(
        ["10.0.0.0/8"],
        { [LB_TYPE]: "nlb", [GROUPS]: "ocid1.networksecuritygroup.oc1..example" },
        "None",
      ),
      "a network load balancer's on a load balancer": loadBalancer(["10.0.0.0/8"], {
        [INTERNAL_NLB]: "true",
      }),
      "a certificate that a network load balancer ignores": loadBalancer(["10.0.0.0/8"], {
        [LB_TYPE]: "nlb",
        "oci-load-balancer.oraclecloud.com/tls-certificate-map": "web",
      }),
      "the kind in capitals": loadBalancer(["10.0.0.0/8"], { [LB_TYPE]: "NLB" }),
      "a kind that is none": loadBalancer(["10.0.0.0/8"], { [LB_TYPE]: "clb" }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_COMPARTMENT]: {
    pass: {
      "no compartment": loadBalancer(["10.0.0.0/8"]),
      "one that was named": loadBalancer(["10.0.0.0/8"], { [COMPARTMENT]: NAMED_COMPARTMENT }),
      "a Service inside the cluster": service({}, { [COMPARTMENT]: "ocid1.compartment.oc1..bank" }),
    },
    refuse: {
      "a foreign one": loadBalancer(["10.0.0.0/8"], { [COMPARTMENT]: "ocid1.compartment.oc1..bank" }),
      "the beginning of one that was named": loadBalancer(["10.0.0.0/8"], {
        [COMPARTMENT]: NAMED_COMPARTMENT.slice(0, -1),
      }),
      "an empty one": loadBalancer(["10.0.0.0/8"], { [COMPARTMENT]: "" }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_GROUPS]: {
    pass: {
      "no groups": loadBalancer(["10.0.0.0/8"]),
      "those that were named": loadBalancer(["10.0.0.0/8"], {
        [GROUPS]: `${NAMED_GROUP}, ${NAMED_GROUP}`,
        [BACKENDS]: NAMED_GROUP,
      }),
      "that of a network load balancer": loadBalancer(["10.0.0.0/8"], { [NLB_GROUPS]: NAMED_GROUP }),
      "a Service inside the cluster": service({}, { [GROUPS]: "ocid1.networksecuritygroup.oc1..bank" }),
    },
    refuse: {
      "a foreign one": loadBalancer(["10.0.0.0/8"], { [GROUPS]: "ocid1.networksecuritygroup.oc1..bank" }),
      "a foreign one beside one that was named": loadBalancer(["10.0.0.0/8"], {
        [NLB_GROUPS]: `${NAMED_GROUP},ocid1.networksecuritygroup.oc1..bank`,
      }),
      "a foreign backend": loadBalancer(["10.0.0.0/8"], {
        [BACKENDS]: "ocid1.networksecuritygroup.oc1..bank",
      }),
      "a foreign one with a blank in it, which the controller takes out": loadBalancer(["10.0.0.0/8"], {
        [GROUPS]: "ocid1.networksecuritygroup. oc1..bank",
      }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_SECRETS]: {
    pass: {
      "no Secret": loadBalancer(["10.0.0.0/8"]),
      "a Secret of its namespace": loadBalancer(["10.0.0.0/8"], { [TLS_SECRET]: "web-tls" }),
      "a Secret of its namespace in full": loadBalancer(["10.0.0.0/8"], {
        [TLS_SECRET]: "only-load-balancer-secrets/web-tls",
      }),
      "a Service inside the cluster": service({}, { [TLS_SECRET]: "bank/tls" }),
    },
    refuse: {
      "a foreign Secret": loadBalancer(["10.0.0.0/8"], { [TLS_SECRET]: "bank/tls" }),
      "a foreign Secret for the pods' side": loadBalancer(["10.0.0.0/8"], { [BACKEND_SECRET]: "bank/tls" }),
      "a Secret of a namespace that begins alike": loadBalancer(["10.0.0.0/8"], {
        [TLS_SECRET]: "only-load-balancer-secrets-2/tls",
      }),
      "a Secret of no namespace": loadBalancer(["10.0.0.0/8"], { [TLS_SECRET]: "/tls" }),
    },
  },
  [GuardrailRule.LOAD_BALANCER_RULES]: {
    pass: {
      "mode NSG": loadBalancer(["10.0.0.0/8"]),
      "mode NSG in another letter case": loadBalancer(["10.0.0.0/8"], {}, "nsg"),
      "mode NSG of a network load balancer": loadBalancer(undefined, {
        "oci.oraclecloud.com/load-balancer-type": "nlb",
      }),
      "mode None with groups of one's own": loadBalancer(
        ["10.0.0.0/8"],
        { [GROUPS]: "ocid1.networksecuritygroup.oc1..example" },
        "None",
      ),
      "mode None of a network load balancer with groups": loadBalancer(
        ["10.0.0.0/8"],
        { [NLB_GROUPS]: "ocid1.networksecuritygroup.oc1..example" },
        "None",
      ),
      "a Service inside the cluster": service({}),
    },
    refuse: {
      "no annotation": loadBalancer(["10.0.0.0/8"], {}, ""),
      "mode SL-All": loadBalancer(["10.0.0.0/8"], {}, "SL-All"),
      "mode None": loadBalancer(["10.0.0.0/8"], {}, "None"),
      "mode None with blank groups": loadBalancer(["10.0.0.0/8"], { [GROUPS]: " " }, "None"),
      "mode SL-All with groups": loadBalancer(["10.0.0.0/8"], { [GROUPS]: "ocid1.x" }, "SL-All"),
      "mode none": loadBalancer(["10.0.0.0/8"], { [GROUPS]: "ocid1.x" }, "none"),
    },
  },
  [GuardrailRule.LOAD_BALANCER_SOURCES]: {
    pass: {
      "an internal one for a network": loadBalancer(["10.0.0.0/8", "172.16.0.0/12"], { [INTERNAL]: "true" }),
      "a public one for named ranges": loadBalancer(["192.0.2.0/24"], { [INTERNAL]: "false" }),
      "a public one for everyone who says so": loadBalancer(["0.0.0.0/0"]),
      "an internal one for IPv6": loadBalancer(["fd00:10::/32"], { [INTERNAL]: "true" }),
      "a Service inside the cluster": service({}, { [INTERNAL]: "true" }),
    },
    refuse: {
      "no ranges": loadBalancer(undefined),
      "an empty list": loadBalancer([]),
      "an internal one without ranges": loadBalancer(undefined, { [INTERNAL]: "true" }),
      "an internal one for everyone": loadBalancer(["0.0.0.0/0"], { [INTERNAL]: "true" }),
      "an internal one for everyone among others": loadBalancer(["10.0.0.0/8", "0.0.0.0/0"], {
        [INTERNAL]: "True",
      }),
      "an internal one for half of everyone": loadBalancer(["0.0.0.0/1"], { [INTERNAL]: "1" }),
      "an internal one for a range beginning with another address": loadBalancer(["10.0.0.0/0"], {
        [INTERNAL]: "true",
      }),
      "an internal one for everyone, with blanks": loadBalancer([" 0.0.0.0/0 "], { [INTERNAL]: "T" }),
      "an internal one for everyone, with zeros": loadBalancer(["000.0.0.0/0"], { [INTERNAL]: "true" }),
      "an internal one for everyone, as IPv6": loadBalancer(["::ffff:0.0.0.0/96"], { [INTERNAL]: "TRUE" }),
      "an internal one for all of IPv6": loadBalancer(["::/0"], { [INTERNAL]: "t" }),
      "an internal network load balancer for everyone": loadBalancer(["0.0.0.0/0"], {
        [INTERNAL_NLB]: "true",
      }),
    },
  },
  [GuardrailRule.NO_CLUSTER_ADMIN]: {
    pass: {
      "another role for the cluster": binding("ClusterRoleBinding", "view", [group("auditors")]),
      "another role in a namespace": binding("RoleBinding", "edit", [user("jane")]),
      "a role of a namespace that is named alike": binding("RoleBinding", "cluster-admin", [user("jane")], {
        kind: "Role",
      }),
      "the system's own account": binding("ClusterRoleBinding", "cluster-admin", [account("kube-system")]),
    },
    refuse: {
      "a user": binding("ClusterRoleBinding", "cluster-admin", [user("jane")]),
      "in a namespace": binding("RoleBinding", "cluster-admin", [user("jane")]),
      "an account": binding("ClusterRoleBinding", "cluster-admin", [account("shop")]),
      "an account beside the system's": binding("ClusterRoleBinding", "cluster-admin", [
        account("kube-system"),
        account("shop"),
      ]),
      "the system's account in another namespace": binding("RoleBinding", "cluster-admin", [
        account("kube-system"),
      ]),
      "nobody yet": binding("ClusterRoleBinding", "cluster-admin"),
    },
  },
  [GuardrailRule.NO_EVERYONE]: {
    pass: {
      "a group": binding("ClusterRoleBinding", "view", [group("auditors")]),
      nobody: binding("RoleBinding", "view"),
      "the service accounts of a namespace": binding("RoleBinding", "view", [
        group("system:serviceaccounts:shop"),
      ]),
      "an account": binding("RoleBinding", "view", [account("shop", "system")]),
    },
    refuse: {
      "all who are logged in": binding("ClusterRoleBinding", "view", [group("system:authenticated")]),
      "all who are not": binding("ClusterRoleBinding", "view", [group("system:unauthenticated")]),
      "every service account": binding("ClusterRoleBinding", "view", [group("system:serviceaccounts")]),
      "the user without a name": binding("ClusterRoleBinding", "view", [user("system:anonymous")]),
      "in a namespace": binding("RoleBinding", "view", [group("system:authenticated")]),
      "one among others": binding("RoleBinding", "view", [user("jane"), group("system:unauthenticated")]),
    },
  },
};
