import { Token } from "cdktf";
import { checked } from "../core/checked";
import { shown } from "../core/display-value";
import { checkSubdomainName } from "../core/kubernetes-names";
import {
  checkedBy,
  objectName,
  ocid,
  optional,
  readArgument,
  readArguments,
  type Reader,
  text,
  valueOf,
} from "../core/readers";
import { shortHash } from "../core/resource-name";

/** A workload whose pods run as a service account. */
export interface IServiceAccountUser {
  /** The name of the ServiceAccount. */
  readonly serviceAccountName: string;
  /** The namespace, if the chart of the workload has one. */
  readonly namespace?: string;
}

type SubjectKind = "Group" | "ServiceAccount" | "User";

/** Reads a name that is not reserved by Kubernetes, such as that of all callers, or of administrators whom no rule restricts. */
function unreserved(reader: Reader<string>): Reader<string> {
  return (problems, name, value) => {
    if (typeof value !== "string" || !value.startsWith("system:")) return reader(problems, name, value);
    problems.add(
      "PERMISSION_TOO_WIDE",
      `${name} is ${shown(value)}, a reserved name for parts of Kubernetes or for all callers`,
      'Name a service account, or an IAM group: Subject.iamGroup("ocid1.group.oc1..example")',
    );
    return undefined;
  };
}

const accountName = checkedBy(text(), (problems, name, account) => {
  if (account !== "default") return checkSubdomainName(problems, name, account);
  problems.add(
    "PERMISSION_TOO_WIDE",
    `${name} is default, the service account of every pod of the namespace without its own`,
    'Give the program its own service account, for example Subject.serviceAccount("web")',
  );
});

const prefixedUsername = checkedBy(text(), (problems, name, username) => {
  if (!Token.isUnresolved(username) && /^[^:\s]+:\S/.test(username)) return;
  problems.add(
    "NAME_INVALID",
    `${name} is ${shown(username)}, without the prefix of an issuer`,
    'Write the prefix of the issuer, a colon, and the subject: "jenkins:deploy"',
  );
});

/** Reads the OCID of a subject in IAM, as a literal. */
function literalOcid(kind: string): Reader<string> {
  return checkedBy(ocid(kind), (problems, name, value) => {
    if (!Token.isUnresolved(value)) return;
    problems.add(
      "OCID_INVALID",
      `${name} is a reference to a Terraform value, and the name of the binding contains a hash of it`,
      `Write the OCID as a literal: "ocid1.${kind}.oc1..example"`,
    );
  });
}

const SERVICE_ACCOUNT = { name: unreserved(accountName), namespace: optional(objectName()) };
const WORKLOAD = valueOf<IServiceAccountUser>("IServiceAccountUser");
const USERNAME = unreserved(prefixedUsername);

/**
 * The subject of a role: a service account, or an IAM user, group or dynamic group.
 *
 * OKE passes the OCIDs of a caller's IAM groups as Kubernetes group names. A caller with the IAM permission
 * `manage clusters` is an administrator of the cluster without any role; with `use clusters`, people can
 * reach the API server.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengaboutaccesscontrol.htm
 */
@checked
export class Subject {
  /**
   * A service account.
   *
   * @param name any name but `default`, the service account of every pod that names no other
   * @param namespace the namespace; by default the role's
   */
  public static serviceAccount(name: string, namespace?: string): Subject {
    readArguments("Subject.serviceAccount", { name, namespace }, SERVICE_ACCOUNT);
    return new Subject("ServiceAccount", name, namespace);
  }

  /**
   * The service account of a workload, such as a HardenedDeployment.
   *
   * Its pods also need a token before they can call the API server.
   */
  public static serviceAccountOf(workload: IServiceAccountUser): Subject {
    readArgument("Subject.serviceAccountOf", "workload", workload, WORKLOAD);
    return Subject.serviceAccount(workload.serviceAccountName, workload.namespace);
  }

  /**
   * An IAM group, by its OCID: `ocid1.group.…`.
   */
  public static iamGroup(ocid: string): Subject {
    return Subject.ofIam("Subject.iamGroup", "Group", ocid, "group");
  }

  /**
   * An IAM dynamic group, by its OCID: `ocid1.dynamicgroup.…`; its members are instances and other resources.
   */
  public static iamDynamicGroup(ocid: string): Subject {
    return Subject.ofIam("Subject.iamDynamicGroup", "Group", ocid, "dynamicgroup");
  }

  /**
   * A single IAM user, by OCID: `ocid1.user.…`.
   *
   * Prefer a group: a user who leaves it loses the role without a change to the cluster.
   */
  public static iamUser(ocid: string): Subject {
    return Subject.ofIam("Subject.iamUser", "User", ocid, "user");
  }

  /**
   * A user of an OpenID Connect issuer, such as a pipeline, by the Kubernetes username:
   * `PipelineIdentity.username`.
   *
   * @param username the username with the prefix of the issuer, such as
   * `actions-oidc:repo:acme/shop:environment:production`
   */
  public static oidcUser(username: string): Subject {
    readArgument("Subject.oidcUser", "username", username, USERNAME);
    return new Subject("User", username);
  }

  private static ofIam(factory: string, kind: SubjectKind, subjectId: string, ocidKind: string): Subject {
    readArgument(factory, "ocid", subjectId, unreserved(literalOcid(ocidKind)));
    return new Subject(kind, subjectId);
  }

  private constructor(
    private readonly kind: SubjectKind,
    /** The name of the subject in the Kubernetes API: the OCID, or the name of the service account. */
    public readonly name: string,
    /** The namespace of a service account, if given. */
    public readonly namespace?: string,
  ) {}

  /** @internal */
  public _needsNamespace(): boolean {
    return this.kind === "ServiceAccount" && this.namespace === undefined;
  }

  /** The subject of a binding; `namespace` is that of the role. @internal */
  public _manifest(namespace?: string): object {
    return this.kind === "ServiceAccount"
      ? { kind: this.kind, name: this.name, namespace: this.namespace ?? namespace }
      : { apiGroup: "rbac.authorization.k8s.io", kind: this.kind, name: this.name };
  }

  /** The construct id of the subject's binding, stable when other subjects are added. @internal */
  public _id(namespace?: string): string {
    const account = this.kind === "ServiceAccount" ? [this.namespace ?? namespace] : [];
    const text = JSON.stringify([this.kind, this.name, ...account]);
    return `${this.kind.toLowerCase()}-${shortHash(text, 10)}`;
  }
}
