import { ALL_RESOURCES, isResourceType } from "./private/statement-model";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkedBy, readArgument, text } from "../core/readers";

/**
 * How much access a policy statement grants; each verb includes those before it.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policysyntax/verbs.htm
 */
export enum PolicyVerb {
  /** List resources, without their content. */
  INSPECT = "inspect",
  /** Get a resource, with its content where the resource type has any. */
  READ = "read",
  /** Work with resources that exist. What this includes depends on the resource type. */
  USE = "use",
  /** Everything, including creation and deletion. */
  MANAGE = "manage",
}

/**
 * A type of resources, or a family of types, in a policy statement.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policyreference/policyreference_topic-ResourceTypes.htm
 */
@checked
export class PolicyResourceType {
  /** Alarms of Monitoring. */
  public static readonly ALARMS = new PolicyResourceType("alarms");
  /** Autonomous databases, with their backups and wallets. */
  public static readonly AUTONOMOUS_DATABASE_FAMILY = new PolicyResourceType("autonomous-database-family");
  /** Buckets, without their objects. */
  public static readonly BUCKETS = new PolicyResourceType("buckets");
  /** What links certificates of OCI Certificates to load balancers. */
  public static readonly CERTIFICATE_ASSOCIATIONS = new PolicyResourceType("certificate-associations");
  /** Private CAs of OCI Certificates. */
  public static readonly CERTIFICATE_AUTHORITIES = new PolicyResourceType("certificate-authorities");
  /** OKE clusters. `use` lets a person get a kubeconfig, `manage` makes an administrator of the Kubernetes API. */
  public static readonly CLUSTERS = new PolicyResourceType("clusters");
  /** Compartments. */
  public static readonly COMPARTMENTS = new PolicyResourceType("compartments");
  /** File systems of File Storage. */
  public static readonly FILE_SYSTEMS = new PolicyResourceType("file-systems");
  /** Functions. */
  public static readonly FN_FUNCTION = new PolicyResourceType("fn-function");
  /** Calls of functions. */
  public static readonly FN_INVOCATION = new PolicyResourceType("fn-invocation");
  /** Instances of Compute. */
  public static readonly INSTANCES = new PolicyResourceType("instances");
  /** Keys of a vault that another service uses on behalf of the principal. */
  public static readonly KEY_DELEGATES = new PolicyResourceType("key-delegates");
  /** Keys of a vault. */
  public static readonly KEYS = new PolicyResourceType("keys");
  /** The content of certificates of OCI Certificates, with private keys. */
  public static readonly LEAF_CERTIFICATE_BUNDLES = new PolicyResourceType("leaf-certificate-bundles");
  /** Certificates of OCI Certificates. */
  public static readonly LEAF_CERTIFICATES = new PolicyResourceType("leaf-certificates");
  /** Load balancers. */
  public static readonly LOAD_BALANCERS = new PolicyResourceType("load-balancers");
  /** Entries of logs. */
  public static readonly LOG_CONTENT = new PolicyResourceType("log-content");
  /** Log groups with their logs. */
  public static readonly LOG_GROUPS = new PolicyResourceType("log-groups");
  /** Metrics of Monitoring. */
  public static readonly METRICS = new PolicyResourceType("metrics");
  /** Network load balancers. */
  public static readonly NETWORK_LOAD_BALANCERS = new PolicyResourceType("network-load-balancers");
  /** Network security groups. */
  public static readonly NETWORK_SECURITY_GROUPS = new PolicyResourceType("network-security-groups");
  /** Objects in buckets. */
  public static readonly OBJECTS = new PolicyResourceType("objects");
  /** Topics of Notifications. */
  public static readonly ONS_TOPICS = new PolicyResourceType("ons-topics");
  /** Private IP addresses. */
  public static readonly PRIVATE_IPS = new PolicyResourceType("private-ips");
  /** Public IP addresses. */
  public static readonly PUBLIC_IPS = new PolicyResourceType("public-ips");
  /** Messages of queues, for those who read them. */
  public static readonly QUEUE_PULL = new PolicyResourceType("queue-pull");
  /** Messages of queues, for those who send them. */
  public static readonly QUEUE_PUSH = new PolicyResourceType("queue-push");
  /** Repositories of container images. */
  public static readonly REPOS = new PolicyResourceType("repos");
  /** The content of secrets. */
  public static readonly SECRET_BUNDLES = new PolicyResourceType("secret-bundles");
  /** Secrets of a vault, without their content. */
  public static readonly SECRETS = new PolicyResourceType("secrets");
  /** Messages of streams, for those who read them. */
  public static readonly STREAM_PULL = new PolicyResourceType("stream-pull");
  /** Messages of streams, for those who send them. */
  public static readonly STREAM_PUSH = new PolicyResourceType("stream-push");
  /** Subnets. */
  public static readonly SUBNETS = new PolicyResourceType("subnets");
  /** Tag namespaces, which exist in the tenancy only. */
  public static readonly TAG_NAMESPACES = new PolicyResourceType("tag-namespaces");
  /** Vaults. */
  public static readonly VAULTS = new PolicyResourceType("vaults");
  /** VCNs. */
  public static readonly VCNS = new PolicyResourceType("vcns");
  /** VNICs. */
  public static readonly VNICS = new PolicyResourceType("vnics");
  /** Block volumes. */
  public static readonly VOLUMES = new PolicyResourceType("volumes");

  /**
   * Another resource type, by its name in a policy statement.
   *
   * @param name such as `nosql-rows`; never `all-resources`
   */
  public static of(name: string): PolicyResourceType {
    readArgument("PolicyResourceType.of", "name", name, resourceTypeName);
    return new PolicyResourceType(name);
  }

  private constructor(
    /** The name in a policy statement. */
    public readonly name: string,
  ) {}

  /** The name in a policy statement. */
  public toString(): string {
    return this.name;
  }
}

const resourceTypeName = checkedBy(text(), (problems, place, name) => {
  if (name === ALL_RESOURCES) {
    problems.add(
      "STATEMENT_TOO_WIDE",
      `${place} is all-resources, which includes every service, also those that OCI adds later`,
      "Name each resource type in a statement of its own",
    );
  } else if (!isResourceType(name)) {
    problems.add(
      "STATEMENT_INVALID",
      `${place} is ${shown(name)}`,
      'Write the resource type as in a policy statement: lower-case letters, digits and dashes, such as "nosql-rows"',
    );
  }
});
