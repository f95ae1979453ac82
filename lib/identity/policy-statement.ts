import { PolicyCondition } from "./policy-condition";
import { type PolicyLocation } from "./policy-location";
import { type PolicyPrincipal } from "./policy-principal";
import { type PolicyResourceType } from "./policy-resource-type";
import { type PolicyVerb } from "./policy-verb";
import { checkStatement } from "./private/check-statement";
import { allOf } from "./private/condition-model";
import { parseStatement, StatementSyntaxError } from "./private/parse-statement";
import { printStatement, type StatementModel } from "./private/statement-model";
import { checked } from "../core/checked";
import { checkReason } from "../core/reason";
import { checkGiven } from "../core/required";
import { shown } from "../core/display-value";
import { Problems } from "../core/validation-error";

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
    const { principal, verb, resourceType, location, condition } = props;
    if (!checkGiven(problems, { principal, verb, resourceType, location })) problems.throwIfAny();
    const conditions = [principal._condition, condition?._model].filter((one) => one !== undefined);
    const whole = allOf(conditions);
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
    const { tenancyReason } = options;
    if (tenancyReason !== undefined)
      checkReason(problems, "A statement for the whole tenancy", tenancyReason);
    const model = checkGiven(problems, { text }) ? read(problems, text) : undefined;
    if (model) checkStatement(problems, model, tenancyReason);
    problems.throwIfAny();
    return new PolicyStatement(model as StatementModel, tenancyReason);
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

function read(problems: Problems, text: string): StatementModel | undefined {
  try {
    return parseStatement(text);
  } catch (error) {
    if (!(error instanceof StatementSyntaxError)) throw error;
    problems.add(
      "STATEMENT_INVALID",
      `text is ${shown(text)}, which has a syntax error ${error.message}`,
      "Write Allow <who> to <verb> <resource type> in compartment id <OCID> where <condition>",
    );
    return undefined;
  }
}
