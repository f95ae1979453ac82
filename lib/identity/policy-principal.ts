import { PolicyCondition } from "./policy-condition";
import { quotable } from "./private/parse-statement";
import {
  allOf,
  type ConditionModel,
  printCondition,
  printSubject,
  type SubjectModel,
} from "./private/statement-model";
import { checked } from "../core/checked";
import {
  checkedBy,
  kind,
  matching,
  objectName,
  ocid,
  type PropsSchema,
  readArgument,
  readArguments,
  subdomainName,
} from "../core/readers";

/** Props for PolicyPrincipal.workload. */
export interface WorkloadPrincipalProps {
  /** The OCID of the cluster in which the pods run, or a reference to it. */
  readonly clusterId: string;
  /** The namespace of the pods. */
  readonly namespace: string;
  /** The name of the service account of the pods; never `default`, which other pods of the namespace use too. */
  readonly serviceAccountName: string;
}

const WORKLOAD_FIX = "Name the pods: PolicyPrincipal.workload({ clusterId, namespace, serviceAccountName })";

const WORKLOAD = {
  clusterId: ocid("cluster"),
  namespace: objectName(),
  serviceAccountName: checkedBy(subdomainName(), (problems, name, value) => {
    if (value !== "default") return;
    problems.add(
      "STATEMENT_TOO_WIDE",
      `${name} is default, the account of every pod of the namespace that names no other`,
      "Give the program a service account of its own",
    );
  }),
} satisfies PropsSchema<WorkloadPrincipalProps>;

const COMPARTMENT = ocid("compartment", "tenancy");

const serviceName = matching(
  /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
  'Write the name of the service, such as "blockstorage"',
);

/** Reads the type of resources that act by themselves; pods and instances are not told apart by their compartment. */
const narrowType = checkedBy(quotable, (problems, name, type) => {
  if (type !== "workload" && type !== "instance") return;
  const members =
    type === "workload"
      ? "every pod of the compartment's clusters"
      : "every instance of the compartment, and every pod on it";
  problems.add("STATEMENT_TOO_WIDE", `${name} is ${type}, which includes ${members}`, WORKLOAD_FIX);
});

/**
 * Who gets the access of a policy statement.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policysyntax/subjects.htm
 */
@checked
export class PolicyPrincipal {
  /**
   * The pods of one service account in one cluster, by workload identity.
   *
   * The statement names cluster, namespace, and service account. Anyone who may create pods with the service account has its
   * rights. It needs an enhanced cluster.
   *
   * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contenggrantingworkloadaccesstoresources.htm
   */
  public static workload(props: WorkloadPrincipalProps): PolicyPrincipal {
    const { clusterId, namespace, serviceAccountName } = readArguments(
      "PolicyPrincipal.workload",
      props,
      WORKLOAD,
    );
    return PolicyPrincipal.anyUser([
      ["request.principal.type", "workload"],
      ["request.principal.namespace", namespace],
      ["request.principal.service_account", serviceAccountName],
      ["request.principal.cluster_id", clusterId],
    ]);
  }

  /** One cluster. */
  public static cluster(clusterId: string): PolicyPrincipal {
    readArgument("PolicyPrincipal.cluster", "clusterId", clusterId, ocid("cluster"));
    return PolicyPrincipal.anyUser([
      ["request.principal.type", "cluster"],
      ["request.principal.id", clusterId],
    ]);
  }

  /** The clusters of a compartment, for a statement that must exist before the cluster has an OCID. */
  public static clustersOf(compartmentId: string): PolicyPrincipal {
    return PolicyPrincipal.inCompartment("PolicyPrincipal.clustersOf", "cluster", compartmentId);
  }

  /** The node pools of a compartment: OKE itself while it creates nodes, not the nodes. */
  public static nodePoolsOf(compartmentId: string): PolicyPrincipal {
    return PolicyPrincipal.inCompartment("PolicyPrincipal.nodePoolsOf", "nodepool", compartmentId);
  }

  /** A group of people, by its OCID. */
  public static group(groupId: string): PolicyPrincipal {
    readArgument("PolicyPrincipal.group", "groupId", groupId, ocid("group"));
    return new PolicyPrincipal({ kind: "group", members: [`id ${groupId}`] });
  }

  /**
   * A dynamic group, by its OCID. Its members are instances; every pod of a node can act as the node's instance, so no pod gets rights
   * this way.
   */
  public static dynamicGroup(dynamicGroupId: string): PolicyPrincipal {
    readArgument("PolicyPrincipal.dynamicGroup", "dynamicGroupId", dynamicGroupId, ocid("dynamicgroup"));
    return new PolicyPrincipal({ kind: "dynamic-group", members: [`id ${dynamicGroupId}`] });
  }

  /** A service of OCI, such as `blockstorage` or `objectstorage-eu-frankfurt-1`. */
  public static service(name: string): PolicyPrincipal {
    readArgument("PolicyPrincipal.service", "name", name, serviceName);
    return new PolicyPrincipal({ kind: "service", members: [name] });
  }

  /**
   * Resources of another type that act by themselves, such as `serviceconnector` or `fnfunc`, in one compartment.
   *
   * @param type the value of `request.principal.type`
   */
  public static resourcesOf(type: string, compartmentId: string): PolicyPrincipal {
    return PolicyPrincipal.inCompartment("PolicyPrincipal.resourcesOf", type, compartmentId, narrowType);
  }

  private static inCompartment(
    factory: string,
    type: string,
    compartmentId: string,
    typeReader = quotable,
  ): PolicyPrincipal {
    readArguments(factory, { type, compartmentId }, { type: typeReader, compartmentId: COMPARTMENT });
    return PolicyPrincipal.anyUser([
      ["request.principal.type", type],
      ["request.principal.compartment.id", compartmentId],
    ]);
  }

  private static anyUser(conditions: readonly (readonly [string, string])[]): PolicyPrincipal {
    const models = conditions.map(([variable, value]) => PolicyCondition.equalTo(variable, value)._model);
    return new PolicyPrincipal({ kind: "any-user", members: [] }, allOf(models));
  }

  private constructor(
    /** @internal */
    public readonly _subject: SubjectModel,
    /** What tells this principal from others in the condition of a statement. @internal */
    public readonly _condition?: ConditionModel,
  ) {}

  /** The principal as a statement writes it. */
  public toString(): string {
    const { _condition: condition } = this;
    const subject = printSubject(this._subject);
    return condition ? `${subject} where ${printCondition(condition)}` : subject;
  }
}

/** Reads a principal, by the member that statements are written from. */
export const policyPrincipal = kind<PolicyPrincipal>(["_subject"], "PolicyPrincipal.group(groupId)");
