import { type PracticeId } from "./acknowledgement";

/** A rule that the API server enforces on every object; docs/guardrails.md has the details. */
export enum GuardrailRule {
  /** Images come from the allowed registries. */
  ALLOWED_REGISTRIES = "allowed-registries",
  /** Containers drop all capabilities, and add at most NET_BIND_SERVICE. */
  DROPPED_CAPABILITIES = "dropped-capabilities",
  /** Images have a digest. */
  IMAGE_DIGEST = "image-digest",
  /** No pod skips the verification of image signatures. */
  IMAGE_POLICY_BREAK_GLASS = "image-policy-break-glass",
  /** Services have annotations of their own type of load balancer only. */
  LOAD_BALANCER_ANNOTATIONS = "load-balancer-annotations",
  /** Load balancers are in the compartment of the cluster, or in an allowed one. */
  LOAD_BALANCER_COMPARTMENT = "load-balancer-compartment",
  /** Services use allowed network security groups only. */
  LOAD_BALANCER_GROUPS = "load-balancer-groups",
  /** The rules of load balancers are in network security groups. */
  LOAD_BALANCER_RULES = "load-balancer-rules",
  /** Services use TLS Secrets of their own namespace only. */
  LOAD_BALANCER_SECRETS = "load-balancer-secrets",
  /** Load balancers have source ranges; those of internal ones are at most as wide as a /8 (IPv6: a /19). */
  LOAD_BALANCER_SOURCES = "load-balancer-sources",
  /** No binding grants the role cluster-admin. */
  NO_CLUSTER_ADMIN = "no-cluster-admin",
  /** No binding grants a role to everyone or to unauthenticated users. */
  NO_EVERYONE = "no-everyone",
  /** No Service claims an external IP. */
  NO_EXTERNAL_IP = "no-external-ip",
  /** Pods use no files, ports, processes or network of their node. */
  NO_HOST_ACCESS = "no-host-access",
  /** No Service has the type NodePort. */
  NO_NODE_PORT = "no-node-port",
  /** No container can escalate its privileges. */
  NO_PRIVILEGE_ESCALATION = "no-privilege-escalation",
  /** No pod gets a service account token, unless it has the label `secure-oke/service-account-token: automounted`. */
  NO_TOKEN_AUTOMOUNT = "no-token-automount",
  /** No Secret holds a token that never expires. */
  NO_TOKEN_SECRET = "no-token-secret",
  /** No container runs as root. */
  NON_ROOT = "non-root",
  /** Containers have a read-only root filesystem. */
  READ_ONLY_ROOT_FILESYSTEM = "read-only-root-filesystem",
  /** Pods have the required labels. */
  REQUIRED_LABELS = "required-labels",
}

/** The texts of a rule for error messages, annotations and documentation. */
export interface GuardrailText {
  /** The violation, in a few words. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string;
  /** The practice that the rule belongs to. */
  readonly practice: PracticeId;
}

/** The label by which a pod requests the token of its service account. */
export const TOKEN_LABEL = { key: "secure-oke/service-account-token", value: "automounted" } as const;

/** The annotation that makes OKE skip the verification of image signatures for a pod. */
export const BREAK_GLASS = "oracle.image-policy.k8s.io/break-glass";

/** The texts of all rules, for admission policies and for hardening. */
export const GUARDRAILS: { readonly [rule in GuardrailRule]: GuardrailText } = {
  "allowed-registries": {
    title: "Images from a registry that is not allowed",
    why: "Your team builds, scans, and signs the images of allowed registries. Anyone can publish images elsewhere.",
    fix: "Push the image to an allowed registry, and use that reference in the same letter case",
    practice: "small-images",
  },
  "dropped-capabilities": {
    title: "Containers that keep capabilities",
    why: "Each capability is a part of root's power, and the runtime grants a dozen of them unless a container drops them.",
    fix: "Set securityContext.capabilities.drop to [ALL] in every container, and add at most NET_BIND_SERVICE",
    practice: "non-root",
  },
  "image-digest": {
    title: "Images without a digest",
    why: "A tag can be moved to other content at any time, so what runs would not be what was reviewed.",
    fix: "Add the digest of the image: registry/repository@sha256:… with 64 hexadecimal digits",
    practice: "immutable-containers",
  },
  "image-policy-break-glass": {
    title: "Pods that skip the verification of image signatures",
    why: "With the annotation, a cluster that verifies signatures runs any image, whoever built it.",
    fix: `Remove the annotation ${BREAK_GLASS}, and sign the image`,
    practice: "small-images",
  },
  "load-balancer-annotations": {
    title: "Service with annotations of another type of load balancer",
    why: "The cloud controller reads the annotations of one type only, and ignores addresses, rules, and groups in the others.",
    fix:
      "Set oci.oraclecloud.com/load-balancer-type to lb or nlb, in lower case, and remove annotations of the other type: " +
      "those of nlb begin with oci-network-load-balancer.oraclecloud.com/",
    practice: "exposure",
  },
  "load-balancer-compartment": {
    title: "Load balancer in a compartment that is not allowed",
    why: "The cloud controller creates it there with the permissions of the cluster and bypasses the team's quotas and policies.",
    fix: "Remove oci.oraclecloud.com/compartment-id, or ask for the compartment in loadBalancerCompartmentIds of the guardrails",
    practice: "least-privilege",
  },
  "load-balancer-groups": {
    title: "Service with a network security group that is not allowed",
    why: "A load balancer has the access of its groups, and the controller adds rules of the Service to a backend group.",
    fix: "Remove the group, or use one of the guardrails' loadBalancerGroups: the workers' group, and that of the load balancer",
    practice: "nsg-rules-as-code",
  },
  "load-balancer-rules": {
    title: "Load balancer whose rules are not in network security groups",
    why: "Without the mode, the cloud controller rewrites security lists, which opens the whole subnet and causes drift in Terraform.",
    fix: 'Set the annotation oci.oraclecloud.com/security-rule-management-mode to "NSG", or to "None" and attach your own groups',
    practice: "nsg-rules-as-code",
  },
  "load-balancer-secrets": {
    title: "Service with a TLS Secret of another namespace",
    why: "The cloud controller reads Secrets of every namespace, so the Service would use the key of another team.",
    fix: "Use a Secret of the Service's namespace, or a certificate of the OCI Certificates service",
    practice: "least-privilege",
  },
  "load-balancer-sources": {
    title: "Load balancer without limited source ranges",
    why: "Without source ranges, everyone can connect, and an internal load balancer admits every connected network.",
    fix: "Set spec.loadBalancerSourceRanges to the ranges of the clients; for an internal load balancer, at most a /8 each",
    practice: "exposure",
  },
  "no-cluster-admin": {
    title: "Binding to cluster-admin",
    why: "cluster-admin can read every Secret and remove every guardrail. Nobody needs it for daily work.",
    fix: "Bind a role with the required permissions only",
    practice: "least-privilege",
  },
  "no-everyone": {
    title: "Role for everyone",
    why: "These subjects include every client of the API server, authenticated or not, or every pod, and so every attacker.",
    fix: "Bind the role to the users, groups or service accounts that need it",
    practice: "least-privilege",
  },
  "no-external-ip": {
    title: "Service with an external IP",
    why: "Every node then sends traffic for that address to the Service's pods, whoever owns the address.",
    fix: "Remove spec.externalIPs; a load balancer gets its address from OCI",
    practice: "network-layers",
  },
  "no-host-access": {
    title: "Pods with access to their node",
    why: "Files, processes, and the network of a node give access to its credentials and to all other pods on it.",
    fix: "Remove hostNetwork, hostPID, hostIPC, hostPort, hostProcess and volumes of type hostPath",
    practice: "non-root",
  },
  "no-node-port": {
    title: "Service of type NodePort",
    why: "A node port bypasses the load balancer, its TLS, and its rules.",
    fix: "Use type ClusterIP inside the cluster, and type LoadBalancer for clients outside",
    practice: "network-layers",
  },
  "no-privilege-escalation": {
    title: "Containers that can escalate their privileges",
    why: "With privilege escalation, a setuid program gives any user root. A privileged container is root on the node.",
    fix: "Set securityContext.allowPrivilegeEscalation to false in every container, and remove privileged",
    practice: "non-root",
  },
  "no-token-automount": {
    title: "Pods with an unrequested service account token",
    why: "An attacker in such a pod can call the API server with its token, although the program never needs to.",
    fix:
      "Set automountServiceAccountToken to false in the pod's spec; for a program that calls the API, use a projected token, " +
      `or set the pod's label ${TOKEN_LABEL.key}: ${TOKEN_LABEL.value}`,
    practice: "access-tokens",
  },
  "no-token-secret": {
    title: "Secret with a token that never expires",
    why: "Everyone who has read such a token can use it from anywhere, until somebody deletes it.",
    fix: "Use a token that expires: kubectl create token, or a projected volume",
    practice: "access-tokens",
  },
  "non-root": {
    title: "Containers that may run as root",
    why: "Root in a container becomes root on the node after one escape.",
    fix: "Set securityContext.runAsNonRoot to true in the pod or in every container, and don't set runAsUser to 0",
    practice: "non-root",
  },
  "read-only-root-filesystem": {
    title: "Containers that can write to their root filesystem",
    why: "An attacker can replace programs and leave tools behind, so what runs is no longer the image.",
    fix: "Set securityContext.readOnlyRootFilesystem to true in every container, and mount an emptyDir at each path that it writes to",
    practice: "immutable-containers",
  },
  "required-labels": {
    title: "Pods without a required label",
    why: "Without the labels, nobody knows who owns such a pod, who pays for it, and whom to call.",
    fix: "Set the label in the pod or in the pod's template, with a value that is not empty",
    practice: "auditing",
  },
};
