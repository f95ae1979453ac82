/**
 * Everything that the library refuses, by code.
 *
 * The page docs/errors.md is written from this table, so that a code and its reason are said in one place only.
 */
export interface ErrorCodeText {
  /** What is refused, in a few words. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
}

export const ERROR_CODES = {
  CIDR_INVALID: {
    title: "Text that is not a CIDR block",
    why: "Terraform would pass the text on, and OCI would refuse it after half of the network has been made.",
  },
  CIDR_HOST_BITS: {
    title: "A CIDR block whose address has host bits set",
    why: "Such a block says two things at once: one address and a range. OCI refuses it, or reads it as the wider range.",
  },
  CIDR_IPV6: {
    title: "An IPv6 block where only IPv4 is served",
    why: "The network has IPv4 addresses only, so a rule for an IPv6 block would do nothing and look as if it did something.",
  },
  CIDR_TOO_WIDE: {
    title: "A range that is as good as the whole internet",
    why: "A range was asked for to narrow who can connect; one this wide narrows nothing.",
  },
  CIDR_RESERVED: {
    title: "A VCN of addresses that no VCN can have",
    why: "OCI makes no VCN of link-local, loopback, multicast or reserved addresses: it uses some itself, and routes none.",
  },
  CIDR_LIST_EMPTY: {
    title: "An empty list of CIDR blocks",
    why: "Such a list narrows or describes something, and an empty one does neither: to the load balancer controller it would even mean everybody.",
  },
  SUBNET_SIZE: {
    title: "A network or subnet of a size that OCI does not offer",
    why: "A VCN is a /16 to a /30; a subnet is no smaller than a /30, because OCI keeps three addresses of each.",
  },
  SUBNET_OVERLAP: {
    title: "Two address ranges that overlap",
    why: "OCI refuses overlapping subnets, and overlapping Kubernetes ranges send traffic to the wrong place.",
  },
  SUBNET_OUTSIDE_VCN: {
    title: "A subnet outside of its VCN",
    why: "OCI refuses a subnet that is not part of a CIDR block of its VCN.",
  },
  SUBNET_EXHAUSTED: {
    title: "More addresses asked for than there are",
    why: "Every node and, with VCN-native networking, every pod takes an address; without one it never starts.",
  },
  SUBNET_NOT_PUBLIC: {
    title: "Something public in a private subnet",
    why: "A subnet that forbids public addresses can't serve the internet; OCI fails while it makes the resource.",
  },
  SUBNET_PUBLIC: {
    title: "Nodes or pods in a public subnet",
    why: "What is in a subnet of public addresses is one change away from the internet; nodes and pods never need that.",
  },
  SERVICES_CIDR_INVALID: {
    title: "A range of Services that no cluster should have",
    why: "It can't be changed once the cluster exists: the API server refuses one that is too wide, a small one never grows, and one of public addresses hides their owners from the pods.",
  },
  PODS_CIDR_INVALID: {
    title: "A range of pods that no overlay should have",
    why: "It can't be changed once the cluster exists: one that is too small has no block for a further node, and one of public addresses hides their owners from the pods.",
  },
  OCID_INVALID: {
    title: "An OCID that is none, or of another kind",
    why: "OCI answers a wrong OCID with 404 NotAuthorizedOrNotFound, which sends people looking for a missing permission.",
  },
  COUNT_INVALID: {
    title: "A number outside of its range",
    why: "The value would be refused later, or would silently mean something else.",
  },
  PORT_INVALID: {
    title: "A port that is none, or taken",
    why: "Ports are whole numbers from 1 to 65535, each for one program of a pod; another one is refused or matches nothing.",
  },
  PORT_PRIVILEGED: {
    title: "A port below 1024 for a non-root container",
    why: "A process that is not root and has no capabilities can't bind a port below 1024; it would crash at start.",
  },
  NODE_PORT_INVALID: {
    title: "A node port that is none, or taken",
    why: "Node ports are 30000 to 32767, each for one Service of the whole cluster; the API server refuses another one.",
  },
  PORT_NOT_LISTENED: {
    title: "A connection to a port that nothing listens on",
    why: "The policy opens a port with nobody behind it, and the one that was meant stays closed: each connection fails, at run time only.",
  },
  REASON_MISSING: {
    title: "A way out of a practice without a reason",
    why: "The next reader must be able to tell a decision from an accident; the reason is what the reports show.",
  },
  RULE_REASON_LENGTH: {
    title: "A reason that does not fit a rule's description",
    why: "OCI keeps at most 255 characters, and a cut reason explains nothing.",
  },
  RULE_TOO_WIDE: {
    title: "A rule that lets everything through",
    why: "A rule for every protocol and port hides what is really needed, and keeps open what nobody thought of.",
  },
  EGRESS_INVALID: {
    title: "A way out that leads nowhere, or elsewhere than it says",
    why: "A route that OCI refuses, or that no gateway can follow, loses every packet without a trace.",
  },
  PEER_INVALID: {
    title: "The other end of a rule that is none",
    why: "Terraform would pass it on, and OCI would refuse the rule, or read it as another one.",
  },
  PEER_ELSEWHERE: {
    title: "A connection between workloads of two clusters",
    why: "Each policy would name pods that its own cluster does not have: it would open nothing, and look as if it did.",
  },
  NSG_LIMIT: {
    title: "More network security groups than fit on a VNIC",
    why: "OCI attaches at most five groups to a VNIC and refuses the resource otherwise.",
  },
  NSG_OTHER_VCN: {
    title: "A network security group of another VCN",
    why: "OCI attaches to a VNIC only groups of its own VCN, and the two groups of a rule must be in the same one.",
  },
  NAME_INVALID: {
    title: "A name that the service does not accept",
    why: "The API server or OCI would refuse the object when it is made, long after the program said it was fine.",
  },
  NAME_DUPLICATE: {
    title: "One name for two things",
    why: "The second would overwrite the first, silently, or could not be made.",
  },
  LABEL_INVALID: {
    title: "A label or annotation that Kubernetes does not accept",
    why: "The API server would refuse the whole object.",
  },
  TAG_INVALID: {
    title: "A tag that OCI does not accept",
    why: "OCI would refuse the resource when it is made, after others have been made already.",
  },
  VERSION_UNKNOWN: {
    title: "A Kubernetes version that is none, or not supported",
    why: "OKE refuses versions that it does not offer, and fields of the manifests depend on the version.",
  },
  VERSION_PREVIEW: {
    title: "A preview of Kubernetes without a reason",
    why: "OKE offers a minor version's patch 0 for tests: it has little support, exists in one realm only and is retired first.",
  },
  VERSION_RETIRED: {
    title: "A Kubernetes version that OKE has retired",
    why: "OKE creates no cluster of such a version, which gets no more fixes either; it would say so after the network and the key have been made.",
  },
  VERSION_SKEW: {
    title: "Nodes and control plane too far apart",
    why: "A kubelet may not be newer than the API server nor more than three minor versions behind it.",
  },
  DURATION_INVALID: {
    title: "A duration that is none or outside of its range",
    why: "OKE takes ISO 8601 durations in the range it documents and refuses the pool otherwise.",
  },
  NODE_IMAGE_UNFIT: {
    title: "A node image that does not fit the pool",
    why: "Nodes of an image for another Kubernetes version, another processor or without cgroups v2 never join the cluster, or stop joining after an upgrade.",
  },
  SHAPE_INVALID: {
    title: "A node shape and its size that do not go together",
    why: "OCI refuses a flexible shape without a size and a fixed shape with one.",
  },
  ATTRIBUTE_MISSING: {
    title: "A value that was not given",
    why: "It has no default, and nothing is looked up while planning, so it can't be known.",
  },
  VALUE_INVALID: {
    title: "A value that does not fit",
    why: "Terraform, OCI or the API server would refuse it only later, in words that say less, or take it to mean something else.",
  },
  PACKAGE_DUPLICATED: {
    title: "Two copies of cdk8s, cdktf or constructs in one program",
    why: "Each copy keeps its own references and lazy values; the other one can't read them, and fails in words that say nothing of it.",
  },
  PROP_UNKNOWN: {
    title: "A prop that does not exist",
    why: "A misspelled prop would be ignored, and the default that it was to replace would hold.",
  },
  PROVIDER_INVALID: {
    title: "A provider that can't be the home region's",
    why: "A stack knows its own providers only, each by its alias, and IAM policies are written in one region: the tenancy's home.",
  },
  DEPENDENCY_CYCLE: {
    title: "Things that need each other",
    why: "Terraform makes one thing after the other, and one stack after the other; of a cycle it can make nothing.",
  },
  KEY_NOT_GRANTED: {
    title: "A key that the cluster has no right to use",
    why: "OKE tries the key while it makes the cluster, and fails after the network has been made.",
  },
  IMAGE_INVALID: {
    title: "An image reference that is none",
    why: "The kubelet could not pull it.",
  },
  IMAGE_NOT_PINNED: {
    title: "An image without a digest",
    why: "A tag can be moved to other content at any time, so what runs would not be what was reviewed.",
  },
  IMAGE_NOT_ALLOWED: {
    title: "An image from where no image may come from",
    why: "Images of the registries that were named are built, scanned and signed by people you know; others by anyone.",
  },
  IMAGE_TOO_OLD: {
    title: "An image that is older than its lock allows",
    why: "What is found in an image after its build stays in it until it is built again.",
  },
  IMAGE_LOCK_INVALID: {
    title: "A lock of images that can't be used",
    why: "The lock says which images run; one that is read in part, or by guesses, would say something else.",
  },
  IMAGE_DEBUGGING: {
    title: "A debugging image, or a shell, as a program that stays",
    why: "Whoever gets into such a container finds the tools for the next step in it; at start they are gone in time.",
  },
  FETCH_INVALID: {
    title: "Something to fetch that can't be fetched safely",
    why: "What comes from the network at start runs with the program, and is only as good as the check of what it is.",
  },
  HOST_ACCESS_INVALID: {
    title: "Access to a node that was not declared, or where none is let in",
    why: "A pod that reaches its node reaches all pods on it; a restricted namespace refuses it in an event that nobody sees.",
  },
  USER_INVALID: {
    title: "A container that runs as root or as a low user id",
    why: "Root in a container is root on the node after one escape; a low id may belong to an account of the node.",
  },
  QUANTITY_INVALID: {
    title: "A resource quantity that is none",
    why: "Kubernetes refuses it, or reads another unit: 1m of memory is a thousandth of a byte.",
  },
  RESOURCES_INVALID: {
    title: "Resources that don't fit",
    why: "Kubernetes refuses a container or a pod that asks for more than it may use, or than its namespace has left.",
  },
  PATH_INVALID: {
    title: "A path that can't be mounted safely",
    why: "A mount over the root or a system directory replaces it, and two mounts that overlap hide each other.",
  },
  PROBE_INVALID: {
    title: "A probe that can't work",
    why: "A probe that always fails restarts or hides a healthy container for ever.",
  },
  REPLICAS_INVALID: {
    title: "A number of replicas that can't be",
    why: "Kubernetes refuses it, or a single eviction takes the whole workload away.",
  },
  SCHEDULE_INVALID: {
    title: "A schedule or time zone that is none",
    why: "The API server would refuse the CronJob, or take it and never start a run.",
  },
  ENV_INVALID: {
    title: "An environment variable that Kubernetes does not accept",
    why: "The API server would refuse the whole workload.",
  },
  PEER_NOT_ALLOWED: {
    title: "A connection to a tenant that is no peer",
    why: "Tenants share a cluster because nothing of one reaches another; an exception is for both of them to name.",
  },
  CLASS_NOT_ALLOWED: {
    title: "A storage or priority class that a namespace may not use",
    why: "The API server refuses each such claim and pod, and says so only in an event of what was to make it.",
  },
  PERMISSION_INVALID: {
    title: "A permission that grants nothing",
    why: "The API server stores every rule, known words or not; one that fits no request looks as if it granted something.",
  },
  PERMISSION_TOO_WIDE: {
    title: "A permission that leads to more than it says",
    why: "Who has it can take further rights with it, or read what others keep; its name says nothing of that.",
  },
  TEXT_TEMPLATE: {
    title: "A text that Terraform would read as a template",
    why: "Terraform replaces what stands in ${ } and %{ } of every text: it fails, or the text says something else.",
  },
  CREDENTIAL_LITERAL: {
    title: "A literal that looks like a credential",
    why: "What stands in a manifest stands in Git, in the Terraform state and in etcd, for everyone who can read them.",
  },
  CONFIG_TOO_LARGE: {
    title: "A ConfigMap over 1 MiB",
    why: "The API server refuses a larger one.",
  },
  MANIFEST_HOOK: {
    title: "A hook of Helm as an ordinary object",
    why: "kubectl knows no hooks: it would apply what Helm runs only before a removal, after a rollback or as a test, at once and each time.",
  },
  MANIFEST_TYPE: {
    title: "A value where Kubernetes takes text only",
    why: "The API server refuses it, and it may not be what the file says: YAML 1.1 reads times such as 22:22 as numbers.",
  },
  MANIFEST_REFERENCES: {
    title: "A reference to a Terraform value where none can be resolved",
    why: "cdk8s knows no Terraform values and would print a placeholder in their place.",
  },
  MANIFEST_SECRET: {
    title: "A secret value in a chart",
    why: "Its value would stand in the Terraform state and in every output of it.",
  },
  PATCH_INVALID: {
    title: "A JSON patch that can't be applied",
    why: "The object is not what the patch was written for, so what it was to change would stay as it is.",
  },
  CHART_NOT_ADDED: {
    title: "A chart that was added to no cluster, or too late",
    why: "What is in no output of a stack is never applied, and nothing else would say that it is missing.",
  },
  MANIFEST_DUPLICATE: {
    title: "A chart added twice",
    why: "Two outputs for the same objects, applied at different times, undo each other.",
  },
  LOAD_BALANCER_INVALID: {
    title: "A load balancer that can't be made as asked",
    why: "The load balancer controller would fail, or do less than the Service says, and report it only as an event.",
  },
  INGRESS_INVALID: {
    title: "A route through an ingress gateway that can't work as asked",
    why: "The gateway's controller would leave the route out, or serve it otherwise than it says, and tell only its own log.",
  },
  GUARDRAIL_INVALID: {
    title: "A guardrail that is none, or one that could not be enforced as asked",
    why: "The API server would refuse it, or let through what it was to refuse, and nobody would notice until it matters.",
  },
  HARDENING_INVALID: {
    title: "A hardening that is told something of no use",
    why: "A decision that decides nothing hides a wrong name, or outlives what it was taken for, and nobody would notice.",
  },
  HARDENING_FINDING: {
    title: "A workload that says the opposite of a practice",
    why: "Hardening changes nothing that was said, and was told to let nothing of it pass.",
  },
  CONFIGURATION_UNREADABLE: {
    title: "A configuration that can't be read",
    why: "What is not read can't be judged, and an answer without it could say that a way is closed which is open.",
  },
  ENDPOINT_UNKNOWN: {
    title: "A question about something that the configuration does not have",
    why: "To say that nobody reaches what is not there would hide a wrong name in a test for ever.",
  },
  ENDPOINTS_OUTSIDE: {
    title: "A question whose ends are both outside of the configuration",
    why: "No rule, route or policy of the configuration lies between the two, so there is nothing to judge.",
  },
} as const satisfies { [code: string]: ErrorCodeText };

/** A code of the table above. */
export type ErrorCode = keyof typeof ERROR_CODES;
