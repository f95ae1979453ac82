import { type PracticeId } from "./acknowledgement";

/** A rule that the API server holds every object to; docs/guardrails.md tells what each refuses. */
export enum GuardrailRule {
  /** Images come from the registries that were named. */
  ALLOWED_REGISTRIES = "allowed-registries",
  /** Containers drop all capabilities, and add none but NET_BIND_SERVICE. */
  DROPPED_CAPABILITIES = "dropped-capabilities",
  /** Images are named by their digest. */
  IMAGE_DIGEST = "image-digest",
  /** No pod asks for the verification of image signatures to be skipped. */
  IMAGE_POLICY_BREAK_GLASS = "image-policy-break-glass",
  /** Services carry annotations of their own kind of load balancer only. */
  LOAD_BALANCER_ANNOTATIONS = "load-balancer-annotations",
  /** Load balancers are in the compartment of the cluster, or in one that was named. */
  LOAD_BALANCER_COMPARTMENT = "load-balancer-compartment",
  /** Services name no network security group but those that were named. */
  LOAD_BALANCER_GROUPS = "load-balancer-groups",
  /** The rules of load balancers are in network security groups. */
  LOAD_BALANCER_RULES = "load-balancer-rules",
  /** Services name TLS Secrets of their own namespace only. */
  LOAD_BALANCER_SECRETS = "load-balancer-secrets",
  /** Load balancers take clients of named ranges, internal ones of none wider than a /8 (IPv6: a /19). */
  LOAD_BALANCER_SOURCES = "load-balancer-sources",
  /** Nobody gets the role cluster-admin. */
  NO_CLUSTER_ADMIN = "no-cluster-admin",
  /** No role is given to everyone, nor to those who did not log in. */
  NO_EVERYONE = "no-everyone",
  /** No Service takes an address of its own choice. */
  NO_EXTERNAL_IP = "no-external-ip",
  /** Pods use no file, port, process or network of their node. */
  NO_HOST_ACCESS = "no-host-access",
  /** No Service opens a port on every node for its own sake. */
  NO_NODE_PORT = "no-node-port",
  /** No container gets more rights than it started with. */
  NO_PRIVILEGE_ESCALATION = "no-privilege-escalation",
  /** Pods get no token that they did not ask for, by the label `secure-oke/service-account-token: automounted`. */
  NO_TOKEN_AUTOMOUNT = "no-token-automount",
  /** No Secret holds a token that never expires. */
  NO_TOKEN_SECRET = "no-token-secret",
  /** No container runs as root. */
  NON_ROOT = "non-root",
  /** Containers can't write to their image. */
  READ_ONLY_ROOT_FILESYSTEM = "read-only-root-filesystem",
  /** Pods have the labels that were named. */
  REQUIRED_LABELS = "required-labels",
}

/** What people read of a rule: in refusals, in annotations, on the page of the rules. */
export interface GuardrailText {
  /** What is found where the rule is broken, in a few words. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string;
  /** The practice that the rule is of. */
  readonly practice: PracticeId;
}

/** The label by which a pod asks for the token of its service account, and what it must say. */
export const TOKEN_LABEL = { key: "secure-oke/service-account-token", value: "automounted" } as const;

/** The annotation by which a pod asks OKE not to verify the signatures of its images. */
export const BREAK_GLASS = "oracle.image-policy.k8s.io/break-glass";

/** The texts of all rules: one place for what refuses at admission and for what finds the same in files. */
export const GUARDRAILS: { readonly [rule in GuardrailRule]: GuardrailText } = {
  "allowed-registries": {
    title: "Images from where no image may come from",
    why: "People you know build, scan, and sign the images of allowed registries. Anyone can publish images elsewhere.",
    fix: "Push the image to an allowed registry and name it there, in the same letter case",
    practice: "small-images",
  },
  "dropped-capabilities": {
    title: "Containers that keep capabilities",
    why: "Each capability is a part of root's power, and the runtime grants a dozen of them unless a container drops them.",
    fix: "Set securityContext.capabilities.drop to [ALL] in every container, and add none but NET_BIND_SERVICE",
    practice: "non-root",
  },
  "image-digest": {
    title: "Images without a digest",
    why: "A tag can be moved to other content at any time, so what runs would not be what was reviewed.",
    fix: "Name the image by its digest, registry/repository@sha256:… with 64 hexadecimal digits",
    practice: "immutable-containers",
  },
  "image-policy-break-glass": {
    title: "Pods that skip the verification of image signatures",
    why: "With the annotation, a cluster that verifies signatures runs any image, whoever built it.",
    fix: `Leave out the annotation ${BREAK_GLASS}, and sign the image`,
    practice: "small-images",
  },
  "load-balancer-annotations": {
    title: "A Service with annotations of another kind of load balancer",
    why: "The cloud controller reads the annotations of one type only, and ignores addresses, rules, and groups in the others.",
    fix:
      "Set oci.oraclecloud.com/load-balancer-type to lb or nlb, in small letters, and keep the annotations of that kind: " +
      "those of nlb begin with oci-network-load-balancer.oraclecloud.com/",
    practice: "exposure",
  },
  "load-balancer-compartment": {
    title: "A load balancer in a compartment of the Service's choice",
    why: "The cloud controller creates it there with the rights of the cluster and bypasses the team's quotas and policies.",
    fix: "Leave out oci.oraclecloud.com/compartment-id, or have the compartment added to the guardrails",
    practice: "least-privilege",
  },
  "load-balancer-groups": {
    title: "A Service that names a foreign network security group",
    why: "A load balancer has the access of its groups, and the controller adds rules of the Service to a backend group.",
    fix: "Name no groups, or those that were named in the guardrails: the workers' group, and the load balancer's own",
    practice: "nsg-rules-as-code",
  },
  "load-balancer-rules": {
    title: "A load balancer whose rules are not in network security groups",
    why: "Without the mode, the cloud controller rewrites security lists, which opens the whole subnet and causes drift in Terraform.",
    fix: 'Give the Service the annotation oci.oraclecloud.com/security-rule-management-mode: "NSG", or "None" and groups of your own',
    practice: "nsg-rules-as-code",
  },
  "load-balancer-secrets": {
    title: "A Service that names a TLS Secret of another namespace",
    why: "The cloud controller reads Secrets of every namespace, so the Service would use the key of another team.",
    fix: "Name a Secret of the Service's namespace, or take a certificate of the OCI Certificates service",
    practice: "least-privilege",
  },
  "load-balancer-sources": {
    title: "A load balancer whose clients are not limited",
    why: "Without source ranges, everyone can connect, and an internal load balancer admits every connected network.",
    fix: "Set spec.loadBalancerSourceRanges to the ranges of the clients, for an internal load balancer none wider than a /8",
    practice: "exposure",
  },
  "no-cluster-admin": {
    title: "A binding to cluster-admin",
    why: "cluster-admin can read every Secret and remove every guardrail. Nobody needs it for daily work.",
    fix: "Bind a role that allows only what is needed",
    practice: "least-privilege",
  },
  "no-everyone": {
    title: "A role for everyone",
    why: "These subjects include every client of the API server, authenticated or not, or every pod, and so every attacker.",
    fix: "Name the users, groups or service accounts that need the role",
    practice: "least-privilege",
  },
  "no-external-ip": {
    title: "A Service that takes an address of its own choice",
    why: "Every node then sends traffic for that address to the Service's pods, whoever owns the address.",
    fix: "Leave out spec.externalIPs; a load balancer gets its address from OCI",
    practice: "network-layers",
  },
  "no-host-access": {
    title: "Pods that reach into their node",
    why: "Files, processes, and the network of a node give access to its credentials and to all other pods on it.",
    fix: "Leave out hostNetwork, hostPID, hostIPC, hostPort, hostProcess and volumes of type hostPath",
    practice: "non-root",
  },
  "no-node-port": {
    title: "A Service that opens a port on every node",
    why: "A node port bypasses the load balancer, its TLS, and its rules.",
    fix: "Use type ClusterIP inside the cluster, and type LoadBalancer for clients outside",
    practice: "network-layers",
  },
  "no-privilege-escalation": {
    title: "Containers that may get more rights than they started with",
    why: "With privilege escalation, a setuid program gives any user root. A privileged container is root on the node.",
    fix: "Set securityContext.allowPrivilegeEscalation to false in every container, and leave out privileged",
    practice: "non-root",
  },
  "no-token-automount": {
    title: "Pods that get a token without asking",
    why: "An attacker in such a pod can call the API server with its token, although the program never needs to.",
    fix:
      "Set automountServiceAccountToken to false in the pod's spec; a program that calls the API takes a projected token, " +
      `or the pod's label ${TOKEN_LABEL.key}: ${TOKEN_LABEL.value}`,
    practice: "access-tokens",
  },
  "no-token-secret": {
    title: "A Secret with a token that never expires",
    why: "Everyone who has read such a token can use it from anywhere, until somebody deletes it.",
    fix: "Ask for a token that expires: kubectl create token, or a projected volume",
    practice: "access-tokens",
  },
  "non-root": {
    title: "Containers that may run as root",
    why: "Root in a container becomes root on the node after one escape.",
    fix: "Set securityContext.runAsNonRoot to true in the pod or in every container, and runAsUser nowhere to 0",
    practice: "non-root",
  },
  "read-only-root-filesystem": {
    title: "Containers that can write to their root filesystem",
    why: "An attacker can replace programs and leave tools behind, so what runs is no longer the image.",
    fix: "Set securityContext.readOnlyRootFilesystem to true in every container, and mount an emptyDir where it writes",
    practice: "immutable-containers",
  },
  "required-labels": {
    title: "Pods without labels that all must have",
    why: "Without the labels, nobody knows who owns such a pod, who pays for it, and whom to call.",
    fix: "Give the pod, or the pod's template, these labels, none of them empty",
    practice: "auditing",
  },
};
