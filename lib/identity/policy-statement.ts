import { PolicyResourceType, PolicyVerb } from "./policy-action";
import { PolicyCondition, policyCondition } from "./policy-condition";
import { type PolicyPrincipal, policyPrincipal } from "./policy-principal";
import { checkStatement } from "./private/check-statement";
import { parsedBy, parseStatement } from "./private/parse-statement";
import { allOf, type LocationModel, printStatement, type StatementModel } from "./private/statement-model";
import { checked } from "../core/checked";
import {
  choice,
  kind,
  ocid,
  optional,
  type PropsSchema,
  readArgument,
  readProps,
  reasonFor,
  type Resolved,
  valueOf,
} from "../core/readers";
import { choiceOf, type ReasonedChoice } from "../core/reason";
import { Problems } from "../core/validation-error";

/** Where a policy statement grants access. */
@checked
export class PolicyLocation {
  /**
   * In a compartment and all compartments below it.
   *
   * @param compartmentId the OCID, or a reference to it
   */
  public static compartment(compartmentId: string): PolicyLocation {
    readArgument("PolicyLocation.compartment", "compartmentId", compartmentId, ocid("compartment"));
    return new PolicyLocation({ kind: "compartment", compartment: `id ${compartmentId}` });
  }

  /**
   * In the whole tenancy, with all compartments that ever will be. Some resource types exist in the tenancy only, such as
   * tag namespaces.
   */
  public static tenancy(choice: ReasonedChoice): PolicyLocation {
    const { reason } = readArgument("PolicyLocation.tenancy", "choice", choice, WHOLE_TENANCY);
    return new PolicyLocation({ kind: "tenancy" }, reason);
  }

  private constructor(
    /** @internal */
    public readonly _model: LocationModel,
    /** Why the statement holds in the whole tenancy, where it does. */
    public readonly reason?: string,
  ) {}
}

/** Reads the reason for a statement for the whole tenancy. */
export const tenancyReason = reasonFor("A statement for the whole tenancy");

const WHOLE_TENANCY = choiceOf(tenancyReason);

/** Reads a location, by the member that statements are written from. */
export const policyLocation = kind<PolicyLocation>(["_model"], "PolicyLocation.compartment(compartmentId)");

/** Access in OCI, without who gets it. */
export interface PolicyGrant {
  /** How much access. */
  readonly verb: PolicyVerb;
  /** The type of the resources. */
  readonly resourceType: PolicyResourceType;
  /** Where the resources are. */
  readonly location: PolicyLocation;
  /**
   * Which of the resources, and when. Several conditions are one: `PolicyCondition.all([…])`.
   *
   * @default - all resources of the type in the location
   */
  readonly condition?: PolicyCondition;
}

/** Props for PolicyStatement.allow. */
export interface PolicyStatementProps extends PolicyGrant {
  /** Who gets the access. */
  readonly principal: PolicyPrincipal;
}

/** Options for PolicyStatement.parse. */
export interface PolicyStatementParseOptions {
  /**
   * Why a statement for the whole tenancy is right.
   *
   * @default - a statement for the whole tenancy is refused
   */
  readonly tenancyReason?: string;
}

/** The readers of a grant, also for props that extend it. */
export const POLICY_GRANT = {
  verb: choice(PolicyVerb, "one of PolicyVerb, such as PolicyVerb.READ"),
  resourceType: valueOf(PolicyResourceType),
  location: policyLocation,
  condition: optional(policyCondition),
} satisfies PropsSchema<PolicyGrant>;

const STATEMENT = { ...POLICY_GRANT, principal: policyPrincipal } satisfies PropsSchema<PolicyStatementProps>;
type ResolvedStatement = Resolved<typeof STATEMENT>;

const PARSE_OPTIONS = {
  tenancyReason: optional(tenancyReason),
} satisfies PropsSchema<PolicyStatementParseOptions>;

/**
 * One statement of an IAM policy.
 *
 * Refused are statements for the whole tenancy without a reason, `all-resources`, `manage cluster-family`, `any-user` and
 * `any-group` without a condition that says who, and workloads that are not named by cluster, namespace, and service account.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policysyntax/policy-syntax.htm
 */
@checked
export class PolicyStatement {
  /** A statement that grants access. */
  public static allow(props: PolicyStatementProps): PolicyStatement {
    const problems = new Problems("PolicyStatement.allow");
    const { principal, verb, resourceType, location, condition } = problems.resolved<ResolvedStatement>(
      readProps(problems, props, STATEMENT),
    );
    const whole = allOf([principal._condition, condition?._model].filter((part) => part !== undefined));
    const model: StatementModel = {
      subject: principal._subject,
      action: { verb, resourceType: resourceType.name },
      location: location._model,
      ...(whole ? { condition: whole } : {}),
    };
    checkStatement(problems, model, location.reason);
    problems.throwIfAny();
    return new PolicyStatement(model, location.reason);
  }

  /** A statement from its text, such as one of an existing policy. */
  public static parse(text: string, options: PolicyStatementParseOptions = {}): PolicyStatement {
    const problems = new Problems("PolicyStatement.parse");
    const { tenancyReason: reason } = readProps(problems, options, PARSE_OPTIONS);
    const model = statementText(problems, "text", text);
    if (model) checkStatement(problems, model, reason);
    return new PolicyStatement(problems.resolved<StatementModel>({ ...model }), reason);
  }

  /** The statement as OCI writes it. */
  public readonly text: string;
  /** Why the statement holds in the whole tenancy, where it does. */
  public readonly tenancyReason?: string;

  private constructor(
    /** @internal */
    public readonly _model: StatementModel,
    tenancyReason: string | undefined,
  ) {
    this.text = printStatement(_model);
    this.tenancyReason = _model.location.kind === "tenancy" ? tenancyReason : undefined;
  }

  /** The condition, with the one that says who; none where the statement has none. */
  public get condition(): PolicyCondition | undefined {
    const { condition } = this._model;
    return condition && PolicyCondition._of(condition);
  }

  /** The statement as OCI writes it. */
  public toString(): string {
    return this.text;
  }
}

const statementText = parsedBy(
  parseStatement,
  "a policy statement",
  "Allow <who> to <verb> <resource type> in compartment id <OCID> where <condition>",
);

/** Something that can be granted access in OCI, such as the pods of a workload. */
export interface IPolicyGrantee {
  /** Grants access to exactly this grantee, by a statement of an IAM policy. */
  grant(grant: PolicyGrant): void;
}
