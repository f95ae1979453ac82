import { Lazy, type TerraformProvider, Token } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { PolicyStatement } from "./policy-statement";
import { Acknowledgements } from "../core/acknowledgement";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { StateOfTree } from "../core/construct-state";
import {
  checkedBy,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  text,
  uniqueListOf,
  valueOf,
} from "../core/readers";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { type TaggingProps, tagsOf } from "../core/tagging";
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

/** The number of statements in each compartment of a program, by its OCID. */
const counts = new StateOfTree(() => new Map<string, number>());

const STATEMENTS = "[PolicyStatement.allow({ principal, verb, resourceType, location })]";

const POLICY = {
  compartmentId: ocid("compartment", "tenancy"),
  description: checkedBy(text(), checkDescription),
  statements: checkedBy(
    uniqueListOf(valueOf(PolicyStatement), STATEMENTS, {
      keyOf: ({ text: statement }) => statement,
      fix: "Write each statement once",
    }),
    (problems, name, { length }) => {
      if (length === 0) problems.add("ATTRIBUTE_MISSING", `${name} is empty`, `Write ${STATEMENTS}`);
      checkCount(problems, name, length);
    },
  ),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<LeastPrivilegePolicyProps>;

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
  /** The OCID of the compartment to which the policy is attached. */
  public readonly compartmentId: string;
  private readonly all: PolicyStatement[];

  constructor(scope: Construct, id: string, props: LeastPrivilegePolicyProps) {
    const { compartmentId, statements, description, homeRegionProvider, ...tags } = readPolicy(
      scope,
      id,
      props,
    );
    super(scope, id);
    this.compartmentId = compartmentId;
    this.all = [...statements];
    countStatements(this, compartmentId, statements.length);
    const policy = new IdentityPolicy(this, "Resource", {
      provider: homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, nameOf(this)),
      lifecycle: { ignoreChanges: ["name"] },
      description,
      statements: Lazy.listValue({ produce: () => this.all.map(({ text: statement }) => statement) }),
      ...tagsOf(this, tags),
    });
    for (const { text: statement, tenancyReason } of statements) {
      if (tenancyReason === undefined) continue;
      const what = `a statement for the whole tenancy: ${statement}`;
      Acknowledgements._record(policy, "least-privilege", what, tenancyReason);
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
    if (this.all.some((other) => other.text === statement.text)) return;
    const problems = new Problems(this);
    checkCount(problems, "statements", this.all.length + 1);
    problems.throwIfAny();
    this.all.push(statement);
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readPolicy(scope: Construct, id: string, props: LeastPrivilegePolicyProps): Resolved<typeof POLICY> {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, POLICY);
  const { compartmentId, statements } = read;
  if (compartmentId !== undefined && statements) {
    checkTenancy(problems, compartmentId, statements);
    checkCompartment(problems, scope, compartmentId, statements.length);
  }
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved(read);
}

function checkDescription(problems: Problems, name: string, description: string): void {
  if (description.trim() === "") {
    problems.add("ATTRIBUTE_MISSING", `${name} is blank`, "Describe the purpose of the policy");
  } else if (description.length > MAX_DESCRIPTION_LENGTH && !Token.isUnresolved(description)) {
    problems.add(
      "VALUE_INVALID",
      `${name} has ${description.length} characters`,
      `Write at most ${MAX_DESCRIPTION_LENGTH}`,
    );
  } else checkText(problems, name, description);
}

/** A statement for the whole tenancy has no effect in a policy of a compartment. */
function checkTenancy(
  problems: Problems,
  compartmentId: string,
  statements: readonly PolicyStatement[],
): void {
  const isInTenancy = statements.some(({ tenancyReason }) => tenancyReason !== undefined);
  if (!isInTenancy || !compartmentId.startsWith("ocid1.compartment.")) return;
  problems.add(
    "STATEMENT_INVALID",
    `compartmentId is ${compartmentId}, and a statement is for the whole tenancy`,
    "Give the OCID of the tenancy: a policy holds only in its compartment and below",
  );
}

function checkCount(problems: Problems, name: string, count: number): void {
  if (count <= MAX_STATEMENTS) return;
  problems.add(
    "STATEMENT_LIMIT",
    `${name} has ${count} statements, and a policy holds at most ${MAX_STATEMENTS}`,
    "Write several policies",
  );
}

function checkCompartment(problems: Problems, scope: Construct, compartmentId: string, count: number): void {
  const total = (counts.of(scope).get(compartmentId) ?? 0) + count;
  if (Token.isUnresolved(compartmentId) || total <= MAX_IN_COMPARTMENT) return;
  problems.add(
    "STATEMENT_LIMIT",
    `The program has ${total} statements in policies of ${compartmentId}, and OCI allows ` +
      `${MAX_IN_COMPARTMENT} in a compartment and all above it`,
    "Attach policies to the compartments of their statements, or grant several groups by one tag",
  );
}

function countStatements(scope: IConstruct, compartmentId: string, count: number): void {
  const ofProgram = counts.of(scope);
  ofProgram.set(compartmentId, (ofProgram.get(compartmentId) ?? 0) + count);
}
