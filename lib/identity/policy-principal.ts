import { Token } from "cdktf";
import { PolicyCondition } from "./policy-condition";
import { allOf, printCondition, type ConditionModel } from "./private/condition-model";
import { printSubject, type SubjectModel } from "./private/statement-model";
import { checkQuotable } from "./private/statement-text";
import { checked } from "../core/checked";
import { checkObjectName, checkSubdomainName } from "../core/kubernetes-names";
import { checkOcid } from "../core/ocid";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

/** Props for PolicyPrincipal.workload. */
export interface WorkloadPrincipalProps {
  /** The OCID of the cluster in which the pods run, or a reference to it. */
  readonly clusterId: string;
  /** The namespace of the pods. */
  readonly namespace: string;
  /** The name of the service account of the pods; never `default`, which other pods of the namespace use too. */
  readonly serviceAccountName: string;
}

/** A resource type that can be a principal in a condition. */
type ResourcePrincipal = "cluster" | "nodepool";

const SERVICE = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

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
    const problems = new Problems("PolicyPrincipal.workload");
    const { clusterId, namespace, serviceAccountName } = props;
    checkOcid(problems, "clusterId", clusterId, "cluster");
    if (checkGiven(problems, { namespace, serviceAccountName })) {
      checkObjectName(problems, "namespace", namespace);
      checkSubdomainName(problems, "serviceAccountName", serviceAccountName);
    }
    if (serviceAccountName === "default") {
      problems.add(
        "STATEMENT_TOO_WIDE",
        "serviceAccountName is default, the account of every pod of the namespace that names no other",
        "Give the program a service account of its own",
      );
    }
    problems.throwIfAny();
    return PolicyPrincipal.anyUser([
      ["request.principal.type", "workload"],
      ["request.principal.namespace", namespace],
      ["request.principal.service_account", serviceAccountName],
      ["request.principal.cluster_id", clusterId],
    ]);
  }

  /** One cluster. */
  public static cluster(clusterId: string): PolicyPrincipal {
    const problems = new Problems("PolicyPrincipal.cluster");
    checkOcid(problems, "clusterId", clusterId, "cluster");
    problems.throwIfAny();
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
    const problems = new Problems("PolicyPrincipal.group");
    checkOcid(problems, "groupId", groupId, "group");
    problems.throwIfAny();
    return new PolicyPrincipal({ kind: "group", members: [`id ${groupId}`] });
  }

  /**
   * A dynamic group, by its OCID. Its members are instances; every pod of a node can act as the node's instance, so no pod gets rights
   * this way.
   */
  public static dynamicGroup(dynamicGroupId: string): PolicyPrincipal {
    const problems = new Problems("PolicyPrincipal.dynamicGroup");
    checkOcid(problems, "dynamicGroupId", dynamicGroupId, "dynamicgroup");
    problems.throwIfAny();
    return new PolicyPrincipal({ kind: "dynamic-group", members: [`id ${dynamicGroupId}`] });
  }

  /** A service of OCI, such as `blockstorage` or `objectstorage-eu-frankfurt-1`. */
  public static service(name: string): PolicyPrincipal {
    const problems = new Problems("PolicyPrincipal.service");
    if (checkGiven(problems, { name }) && (Token.isUnresolved(name) || !SERVICE.test(name))) {
      problems.add(
        "NAME_INVALID",
        `name is ${shown(name)}`,
        'Write the name of the service, such as "blockstorage"',
      );
    }
    problems.throwIfAny();
    return new PolicyPrincipal({ kind: "service", members: [name] });
  }

  /**
   * Resources of another type that act by themselves, such as `serviceconnector` or `fnfunc`, in one compartment.
   *
   * @param type the value of `request.principal.type`
   */
  public static resourcesOf(type: string, compartmentId: string): PolicyPrincipal {
    const problems = new Problems("PolicyPrincipal.resourcesOf");
    if (checkGiven(problems, { type })) checkQuotable(problems, "type", type);
    checkOcid(problems, "compartmentId", compartmentId, "compartment", "tenancy");
    if (["workload", "instance"].includes(type)) {
      problems.add(
        "STATEMENT_TOO_WIDE",
        `type is ${type}: ${type === "workload" ? "every pod of the compartment's clusters" : "every instance, and every pod on it"}`,
        "Name the pods: PolicyPrincipal.workload({ clusterId, namespace, serviceAccountName })",
      );
    }
    problems.throwIfAny();
    return PolicyPrincipal.anyUser([
      ["request.principal.type", type],
      ["request.principal.compartment.id", compartmentId],
    ]);
  }

  private static inCompartment(
    factory: string,
    type: ResourcePrincipal,
    compartmentId: string,
  ): PolicyPrincipal {
    const problems = new Problems(factory);
    checkOcid(problems, "compartmentId", compartmentId, "compartment", "tenancy");
    problems.throwIfAny();
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
