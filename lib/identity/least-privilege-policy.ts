import { Lazy, Token, type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { type PolicyStatement } from "./policy-statement";
import { checkHomeRegionProvider } from "../core/home-region";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcid } from "../core/ocid";
import { checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { shown } from "../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { checkText } from "../core/terraform-text";
import { Problems } from "../core/validation-error";
import { IdentityPolicy } from "../oci/identity-policy";

/** Props for LeastPrivilegePolicy. */
export interface LeastPrivilegePolicyProps extends TaggingProps {
  /**
   * The OCID of the compartment to which the policy is attached: that of its statements, one above it, or the tenancy.
   *
   * Whoever may manage policies there can change it.
   */
  readonly compartmentId: string;
  /** The statements, at least one and at most 50. */
  readonly statements: PolicyStatement[];
  /** What the policy is for, at most 400 characters. */
  readonly description: string;
  /**
   * The provider of the tenancy's home region, where IAM policies are written.
   *
   * @default - the stack's own provider, which must then be that of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/** Documented for Oracle's private clouds, and the default in OCI, where Oracle can raise it. */
const MAX_STATEMENTS = 50;
const MAX_IN_COMPARTMENT = 500;
const MAX_DESCRIPTION_LENGTH = 400;

/** How many statements each compartment has, by the root of the program and the OCID. */
const counts = new WeakMap<IConstruct, Map<string, number>>();

/**
 * An IAM policy of typed statements.
 *
 * Its name ends with a hash, so that it never collides. IAM can't rename a policy, and replacing one takes its rights away for a
 * while, so Terraform ignores later changes of the name.
 *
 * @see https://docs.oracle.com/iaas/Content/Identity/policymgmt/policy-limits-compartment-hierarchy.htm
 */
@checked
export class LeastPrivilegePolicy extends ResourceConstruct {
  /** The OCID of the policy. */
  public readonly policyId: string;
  private readonly all: PolicyStatement[];

  constructor(scope: Construct, id: string, props: LeastPrivilegePolicyProps) {
    check(scope, id, props);
    super(scope, id);
    this.all = [...props.statements];
    count(this, props);
    const policy = new IdentityPolicy(this, "Resource", {
      provider: props.homeRegionProvider,
      compartmentId: props.compartmentId,
      name: policyNameOf(this, nameOf(this)),
      lifecycle: { ignoreChanges: ["name"] },
      description: props.description,
      statements: Lazy.listValue({ produce: () => this.all.map(({ text }) => text) }),
      ...tagsOf(this, props),
    });
    for (const { text, tenancyReason } of props.statements) {
      if (tenancyReason !== undefined)
        Acknowledgements._record(
          policy,
          "least-privilege",
          `a statement for the whole tenancy: ${text}`,
          tenancyReason,
        );
    }
    this.node.defaultChild = policy;
    this.policyId = policy.id;
  }

  /** The statements. */
  public get statements(): PolicyStatement[] {
    return [...this.all];
  }

  /**
   * Adds a statement, once.
   *
   * @internal
   */
  public _add(statement: PolicyStatement): void {
    if (this.all.some(({ text }) => text === statement.text)) return;
    const problems = new Problems(this);
    checkCount(problems, this.all.length + 1);
    problems.throwIfAny();
    this.all.push(statement);
  }
}

/** Before the construct is made, so that a refused one leaves its id free. */
function check(scope: Construct, id: string, given: LeastPrivilegePolicyProps): void {
  const props: Partial<LeastPrivilegePolicyProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkDescription(problems, props.description);
  checkStatements(problems, props);
  if (scope.node.root && Array.isArray(props.statements)) checkCompartment(problems, scope, props);
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
}

function checkDescription(problems: Problems, description: unknown): void {
  if (typeof description !== "string" || description.trim() === "") {
    problems.add("ATTRIBUTE_MISSING", `description is ${shown(description)}`, "Say what the policy is for");
  } else if (description.length > MAX_DESCRIPTION_LENGTH && !Token.isUnresolved(description)) {
    problems.add(
      "VALUE_INVALID",
      `description has ${description.length} characters`,
      `Write at most ${MAX_DESCRIPTION_LENGTH}`,
    );
  } else checkText(problems, "description", description);
}

function checkStatements(
  problems: Problems,
  { statements, compartmentId }: Partial<LeastPrivilegePolicyProps>,
): void {
  const instead = "[PolicyStatement.allow({ principal, verb, resourceType, location })]";
  if (!Array.isArray(statements) || statements.length === 0) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `statements is ${Array.isArray(statements) ? "empty" : shown(statements)}`,
      `Write ${instead}`,
    );
    return;
  }
  checkCount(problems, statements.length);
  const known = statements.filter((one, index) =>
    checkMembers(problems, `statements[${index}]`, one, ["text"], instead),
  );
  const texts = known.map(({ text }) => text);
  for (const text of new Set(texts.filter((one, index) => texts.indexOf(one) < index))) {
    problems.add("NAME_DUPLICATE", `statements has ${shown(text)} twice`, "Write each statement once");
  }
  const isInTenancy = known.some(({ tenancyReason }) => tenancyReason !== undefined);
  if (isInTenancy && typeof compartmentId === "string" && compartmentId.startsWith("ocid1.compartment.")) {
    problems.add(
      "STATEMENT_INVALID",
      `compartmentId is ${compartmentId}, and a statement is for the whole tenancy`,
      "Give the OCID of the tenancy: a policy holds only in its compartment and below",
    );
  }
}

function checkCount(problems: Problems, count: number): void {
  if (count <= MAX_STATEMENTS) return;
  problems.add(
    "STATEMENT_LIMIT",
    `statements has ${count} statements, and a policy holds at most ${MAX_STATEMENTS}`,
    "Write several policies",
  );
}

function checkCompartment(
  problems: Problems,
  scope: Construct,
  props: Partial<LeastPrivilegePolicyProps>,
): void {
  const { compartmentId = "", statements = [] } = props;
  const before = counts.get(scope.node.root)?.get(compartmentId) ?? 0;
  if (Token.isUnresolved(compartmentId) || before + statements.length <= MAX_IN_COMPARTMENT) return;
  problems.add(
    "STATEMENT_LIMIT",
    `The program has ${before + statements.length} statements in policies of ${compartmentId}, and OCI takes ` +
      `${MAX_IN_COMPARTMENT} for a compartment with all above it`,
    "Attach policies to the compartments of their statements, or grant several groups by one tag",
  );
}

function count({ node }: IConstruct, { compartmentId, statements }: LeastPrivilegePolicyProps): void {
  const known = counts.get(node.root) ?? new Map<string, number>();
  counts.set(node.root, known.set(compartmentId, (known.get(compartmentId) ?? 0) + statements.length));
}
