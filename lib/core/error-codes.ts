import { type ErrorCodeText, OPERATION_ERROR_CODES } from "./operation-error-codes";

/**
 * Every error code, with its title and the reason why it matters.
 *
 * `npm run docs` writes docs/errors.md from this table.
 */
export const ERROR_CODES = {
  CIDR_INVALID: {
    title: "Invalid CIDR block",
    why: "Terraform passes the text on unchecked, and OCI rejects it after part of the network has been created.",
  },
  CIDR_HOST_BITS: {
    title: "CIDR block with host bits set",
    why: "The block is ambiguous: it can mean one address or a whole range. OCI rejects it or uses the wider range.",
  },
  CIDR_IPV6: {
    title: "IPv6 block where only IPv4 is supported",
    why: "The network has IPv4 addresses only. A rule for an IPv6 block would have no effect but look as if it did.",
  },
  CIDR_TOO_WIDE: {
    title: "Address range above the allowed size",
    why: "The range must limit who can connect. A range this wide limits almost nothing.",
  },
  CIDR_RESERVED: {
    title: "VCN range that OCI does not allow",
    why: "OCI does not accept link-local, loopback, multicast, or reserved addresses for a VCN. It uses some of them itself and routes none.",
  },
  CIDR_LIST_EMPTY: {
    title: "Empty list of CIDR blocks",
    why: "An empty list neither limits nor describes anything. The load balancer controller even reads an empty list of sources as everyone.",
  },
  SUBNET_SIZE: {
    title: "Unsupported VCN or subnet size",
    why: "A VCN is a /16 to a /30. A subnet is a /30 or larger, because OCI reserves three addresses in each.",
  },
  SUBNET_OVERLAP: {
    title: "Overlapping address ranges",
    why: "OCI rejects overlapping subnets, and overlapping Kubernetes ranges send traffic to the wrong destination.",
  },
  SUBNET_OUTSIDE_VCN: {
    title: "Subnet outside its VCN",
    why: "OCI rejects a subnet that is not inside a CIDR block of its VCN.",
  },
  SUBNET_EXHAUSTED: {
    title: "Not enough addresses",
    why: "Every node takes an address, and so does every pod with VCN-native networking. A node or pod without one never starts.",
  },
  SUBNET_NOT_PUBLIC: {
    title: "Public resource in a private subnet",
    why: "A subnet that prohibits public addresses can't serve the internet. OCI fails while it creates the resource.",
  },
  SUBNET_PUBLIC: {
    title: "Nodes or pods in a public subnet",
    why: "In a public subnet, one change exposes nodes and pods to the internet. Neither ever needs a public address.",
  },
  SERVICES_CIDR_INVALID: {
    title: "Invalid range for Services",
    why: "The range can't change after the cluster exists. The API server rejects a range that is too wide, and a public range makes the real hosts of its addresses unreachable for pods.",
  },
  PODS_CIDR_INVALID: {
    title: "Invalid pod range for an overlay",
    why: "The range can't change after the cluster exists. A small range limits the number of nodes, and a public range makes the real hosts of its addresses unreachable for pods.",
  },
  OCID_INVALID: {
    title: "Invalid OCID, or an OCID of the wrong resource type",
    why: "OCI answers a wrong OCID with 404 NotAuthorizedOrNotFound, which looks like a missing permission.",
  },
  COUNT_INVALID: {
    title: "Number out of range",
    why: "OCI or Kubernetes would reject the value later, or silently interpret it as something else.",
  },
  PORT_INVALID: {
    title: "Invalid port, or a port already in use",
    why: "Ports are whole numbers from 1 to 65535, and each belongs to one program in a pod. Any other value is rejected or matches nothing.",
  },
  PORT_PRIVILEGED: {
    title: "Port below 1024 for a non-root container",
    why: "A non-root process without capabilities can't bind a port below 1024. It would crash at startup.",
  },
  NODE_PORT_INVALID: {
    title: "Invalid node port, or a node port already in use",
    why: "Node ports range from 30000 to 32767, and each belongs to one Service of the cluster. The API server rejects any other value.",
  },
  PORT_NOT_LISTENED: {
    title: "Connection to a port that nothing listens on",
    why: "The policy opens a port without a listener and leaves the intended port closed. Connections fail, and only at run time.",
  },
  REASON_MISSING: {
    title: "Exception without a reason",
    why: "A reviewer must be able to tell a decision from an accident. Reports show the reason.",
  },
  RULE_REASON_LENGTH: {
    title: "Reason too long for a rule description",
    why: "OCI stores at most 255 characters, and a truncated reason explains nothing.",
  },
  RULE_TOO_WIDE: {
    title: "Rule that allows all traffic",
    why: "A rule for every protocol and port hides what the program needs and leaves unused ports open.",
  },
  EGRESS_INVALID: {
    title: "Invalid egress, or egress without a usable route",
    why: "If OCI rejects the route, or the gateway can't route the packets, they are lost without an error.",
  },
  PEER_INVALID: {
    title: "Invalid peer in a rule",
    why: "Terraform passes the value on unchecked. OCI rejects the rule or interprets it differently.",
  },
  PEER_ELSEWHERE: {
    title: "Connection between workloads of different clusters",
    why: "Each policy would select pods of another cluster, so it would have no effect but look as if it did.",
  },
  NSG_LIMIT: {
    title: "Too many network security groups for a VNIC",
    why: "OCI attaches at most five groups to a VNIC and rejects the resource otherwise.",
  },
  NSG_OTHER_VCN: {
    title: "Network security group of another VCN",
    why: "A VNIC accepts only groups of its own VCN, and both groups of a rule must be in the same VCN.",
  },
  NAME_INVALID: {
    title: "Invalid name",
    why: "The API server or OCI would reject the object during deployment, long after synthesis succeeded.",
  },
  NAME_DUPLICATE: {
    title: "Duplicate name",
    why: "The second object would silently overwrite the first, or could not be created.",
  },
  LABEL_INVALID: {
    title: "Invalid label or annotation",
    why: "The API server would reject the whole object.",
  },
  TAG_INVALID: {
    title: "Invalid tag",
    why: "OCI would reject the resource after it has already created others.",
  },
  VERSION_UNKNOWN: {
    title: "Invalid or unsupported Kubernetes version",
    why: "OKE rejects versions that it does not offer, and manifest fields depend on the version.",
  },
  VERSION_PREVIEW: {
    title: "Preview version of Kubernetes without a reason",
    why: "OKE offers patch 0 of a minor version for testing only: with limited support, in one realm, and retired first.",
  },
  VERSION_RETIRED: {
    title: "Retired Kubernetes version",
    why: "OKE creates no clusters of a retired version and publishes no fixes for it. It would report the error after the network and the key exist.",
  },
  VERSION_SKEW: {
    title: "Unsupported version skew between nodes and control plane",
    why: "A kubelet can't be newer than the API server or more than three minor versions older.",
  },
  DURATION_INVALID: {
    title: "Invalid duration",
    why: "The API rejects a duration outside its documented range, and one that is not a whole number of its unit.",
  },
  SIGNING_KEY_INVALID: {
    title: "Key that can't verify image signatures",
    why: "Image signatures are verified by RSA keys only. Without a usable key, the cluster runs every image, or none.",
  },
  NODE_IMAGE_UNFIT: {
    title: "Node image that does not match the pool",
    why: "Nodes whose image has another Kubernetes version, another processor architecture, the drivers of other hardware, or no cgroups v2 never join the cluster, or stop joining after an upgrade.",
  },
  SIZE_INVALID: {
    title: "Invalid size",
    why: "The API rejects a size outside its documented range, and one that is not a whole number of its unit.",
  },
  POOL_SIZE_INVALID: {
    title: "Node pool with a fixed size and autoscaling",
    why: "Terraform and the autoscaler would undo each other's size at every apply.",
  },
  KUBELET_ARGUMENT_INVALID: {
    title: "Kubelet argument that OKE sets or that breaks the start of a node",
    why: "A node whose kubelet gets such an argument does not join the cluster, or is less secure than the CIS benchmark requires.",
  },
  CLOUD_INIT_INVALID: {
    title: "Invalid cloud-init script for worker nodes",
    why: "The script runs as part of the script that starts a node. An invalid or oversized one leaves nodes that OKE can't launch or that never join.",
  },
  SSH_KEY_INVALID: {
    title: "Invalid SSH public key",
    why: "OCI installs the text on every node. Nobody can log in with it, or an attacker can guess the private key.",
  },
  VIRTUAL_NODES_UNFIT: {
    title: "Virtual nodes in a cluster that does not support them",
    why: "Each pod on a virtual node needs a VCN address, so OKE rejects the pool in a cluster with an overlay. OKE also can't rotate the credentials of a cluster with virtual nodes.",
  },
  ADD_ON_INVALID: {
    title: "Unsupported or insecure add-on",
    why: "OKE rejects the add-on after the cluster exists, or installs a program with rights that an attacker can use.",
  },
  SHAPE_INVALID: {
    title: "Node shape and size that do not match",
    why: "OCI rejects an unknown shape, a size that a shape does not support, a flexible shape without a size, and a fixed shape with one.",
  },
  ATTRIBUTE_MISSING: {
    title: "Missing attribute",
    why: "The value has no default, and the library does not look it up in OCI, so the program must provide it.",
  },
  VALUE_INVALID: {
    title: "Invalid value",
    why: "Terraform, OCI, or the API server would reject it later with a less specific message, or interpret it differently.",
  },
  PACKAGE_DUPLICATED: {
    title: "Two copies of cdk8s, cdktf, or constructs in one program",
    why: "Each copy keeps its own references and lazy values. The other copy can't read them and fails with an unrelated error.",
  },
  PROP_UNKNOWN: {
    title: "Unknown prop",
    why: "A misspelled prop would be ignored, and the default that it was meant to replace would apply.",
  },
  PROVIDER_INVALID: {
    title: "Invalid provider for the home region",
    why: "A stack can use only its own providers, each identified by its alias, and IAM policies can be created in the tenancy's home region only.",
  },
  DEPENDENCY_CYCLE: {
    title: "Circular dependency",
    why: "Terraform creates resources and stacks one after another, so it can't create any part of a cycle.",
  },
  KEY_NOT_GRANTED: {
    title: "Encryption key that the cluster can't use",
    why: "OKE tests the key while it creates the cluster, and fails after the network has been created.",
  },
  IMAGE_INVALID: {
    title: "Invalid image reference",
    why: "The kubelet could not pull the image.",
  },
  IMAGE_NOT_PINNED: {
    title: "Image without a digest",
    why: "A tag can be moved to other content at any time, so what runs would not be what was reviewed.",
  },
  IMAGE_NOT_ALLOWED: {
    title: "Image from a registry that is not allowed",
    why: "Your team builds, scans, and signs the images of allowed registries. Anyone can publish images elsewhere.",
  },
  IMAGE_TOO_OLD: {
    title: "Image older than its lock allows",
    why: "Vulnerabilities found after an image was built stay in it until it is rebuilt.",
  },
  IMAGE_LOCK_INVALID: {
    title: "Invalid image lock",
    why: "The lock determines which images run. If part of it can't be read, the wrong image could run.",
  },
  IMAGE_DEBUGGING: {
    title: "Debugging image or shell as a long-running program",
    why: "An attacker in such a container finds tools for the next step. The tools of an init container are gone after it ends.",
  },
  FETCH_INVALID: {
    title: "Unsafe download at startup",
    why: "A file that is downloaded at startup runs with the program, so it must be verified first.",
  },
  HOST_ACCESS_INVALID: {
    title: "Node access that is undeclared, or not allowed in the namespace",
    why: "A pod with access to its node can reach every pod on it. A restricted namespace rejects such a pod, and only an event reports it.",
  },
  USER_INVALID: {
    title: "Container that runs as root or with a low user ID",
    why: "Root in a container becomes root on the node after one escape. A low user ID may belong to an account on the node.",
  },
  QUANTITY_INVALID: {
    title: "Invalid resource quantity",
    why: "Kubernetes rejects it or reads another unit: 1m of memory is a thousandth of a byte.",
  },
  RESOURCES_INVALID: {
    title: "Invalid resources, or resources above a limit or quota",
    why: "Kubernetes rejects a container or pod that requests more than its limit or than its namespace has left.",
  },
  PATH_INVALID: {
    title: "Unsafe mount path",
    why: "A mount over a system directory hides its files, overlapping mounts hide each other, and a wide host path gives control of the node.",
  },
  PROBE_INVALID: {
    title: "Probe that can't succeed",
    why: "A probe that always fails keeps restarting a healthy container or keeps it out of service.",
  },
  REPLICAS_INVALID: {
    title: "Invalid replica count",
    why: "Kubernetes rejects it, or a single eviction stops the whole workload.",
  },
  SCHEDULE_INVALID: {
    title: "Invalid schedule or time zone",
    why: "The API server rejects the CronJob, or accepts it and never starts a run.",
  },
  ENV_INVALID: {
    title: "Invalid environment variable",
    why: "The API server would reject the whole workload.",
  },
  PEER_NOT_ALLOWED: {
    title: "Connection to a tenant that is not an allowed peer",
    why: "Tenants can share a cluster because they are isolated from each other. Both tenants must declare an exception.",
  },
  CLASS_NOT_ALLOWED: {
    title: "Storage or priority class that the namespace may not use",
    why: "The API server rejects each such claim or pod, and only an event of its controller reports it.",
  },
  PERMISSION_INVALID: {
    title: "Permission that grants nothing",
    why: "The API server stores rules with unknown names. A rule that matches no request looks as if it granted something.",
  },
  PERMISSION_TOO_WIDE: {
    title: "Permission that allows privilege escalation",
    why: "Its subject can gain further permissions or read data of others, which the name of the permission does not reveal.",
  },
  STATEMENT_INVALID: {
    title: "IAM policy statement that OCI can't read",
    why: "OCI rejects the whole policy, with all of its other statements, and only when Terraform applies it.",
  },
  STATEMENT_TOO_WIDE: {
    title: "IAM policy statement that grants more than a program needs",
    why: "An attacker who takes over the principal has all of its permissions, including for resources that are created later.",
  },
  STATEMENT_LIMIT: {
    title: "More IAM policy statements than OCI accepts",
    why: "OCI rejects the policy when Terraform applies it, and part of the access is missing.",
  },
  EXPIRY_INVALID: {
    title: "Expiry that has passed or is too far away",
    why: "Access without a near expiry is rarely revoked, and an expired access or certificate authority in a program was forgotten.",
  },
  ISSUER_INVALID: {
    title: "Token issuer that can't be trusted",
    why: "The API server accepts every token that the issuer signs for it. It needs the right keys and the right audience.",
  },
  TOKEN_LIFETIME: {
    title: "Token lifetime that is too long",
    why: "A copied token can be used until it expires, and nobody notices.",
  },
  TEXT_TEMPLATE: {
    title: "Text that Terraform reads as a template",
    why: "Terraform evaluates ${ } and %{ } in every string, so it fails or changes the text.",
  },
  SECRET_INVALID: {
    title: "Invalid Vault secret",
    why: "A value in the program ends up in the plan, the state, and version control. Pods don't start if a secret expires too early or shares a directory with another kind.",
  },
  CREDENTIAL_LITERAL: {
    title: "Literal that looks like a credential",
    why: "A value in a manifest ends up in Git, in the Terraform state, and in etcd, where everyone with access can read it.",
  },
  CONFIG_TOO_LARGE: {
    title: "ConfigMap larger than 1 MiB",
    why: "The API server rejects a larger ConfigMap.",
  },
  MANIFEST_HOOK: {
    title: "Helm hook in a manifest",
    why: "kubectl ignores hook annotations. Every apply would run what Helm runs only before a removal, after a rollback, or as a test.",
  },
  MANIFEST_TYPE: {
    title: "Non-string value where Kubernetes requires a string",
    why: "The API server rejects it, and the value may differ from the file: a YAML 1.1 parser reads 22:22 as a number.",
  },
  MANIFEST_REFERENCES: {
    title: "Terraform reference that can't be resolved",
    why: "Nothing resolves a Terraform value in this place, so the manifest would contain a placeholder.",
  },
  MANIFEST_SECRET: {
    title: "Secret value in a chart",
    why: "The value would be stored in the Terraform state and in every output derived from it.",
  },
  PATCH_INVALID: {
    title: "JSON patch that can't be applied",
    why: "The object differs from the one that the patch was written for, so the intended change would not be made.",
  },
  CHART_NOT_ADDED: {
    title: "Chart that was not added to a cluster, or was added too late",
    why: "A chart that is in no stack output is never applied, and nothing else reports that it is missing.",
  },
  MANIFEST_DUPLICATE: {
    title: "Chart added twice",
    why: "Two outputs with the same objects, applied at different times, overwrite each other.",
  },
  LOAD_BALANCER_INVALID: {
    title: "Invalid load balancer configuration",
    why: "The load balancer controller would fail or ignore part of the Service, and report it only as an event.",
  },
  INGRESS_INVALID: {
    title: "Invalid ingress route",
    why: "The gateway's controller would drop the route or serve it differently, and report it only in its own log.",
  },
  ...OPERATION_ERROR_CODES,
} as const satisfies { [code: string]: ErrorCodeText };

/** An error code of the table above. */
export type ErrorCode = keyof typeof ERROR_CODES;
