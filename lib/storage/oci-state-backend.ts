import { TerraformBackend, TerraformRemoteState, TerraformStack } from "cdktf";
import { type Construct } from "constructs";
import { objectStorageName } from "./private/object-storage-names";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { choice, matching, optional, type PropsSchema, readProps, type Resolved } from "../core/readers";
import { type Problems } from "../core/validation-error";

/** The way that Terraform authenticates to OCI to read and write states. */
export enum StateAuthentication {
  /** With the API key of a user in the configuration file of the OCI CLI. */
  API_KEY = "APIKey",
  /** As the instance that Terraform runs on. */
  INSTANCE_PRINCIPAL = "InstancePrincipal",
  /** As the resource that Terraform runs in, such as Resource Manager. */
  RESOURCE_PRINCIPAL = "ResourcePrincipal",
  /** With a session token of the OCI CLI; requires `profile`. */
  SECURITY_TOKEN = "SecurityToken",
}

/** Props for OciStateBackend. */
export interface OciStateBackendProps {
  /** The name of the bucket. */
  readonly bucketName: string;
  /** The Object Storage namespace of the tenancy; `oci os ns get` prints it. */
  readonly namespace: string;
  /** The region of the bucket, such as `eu-frankfurt-1`. */
  readonly region: string;
  /**
   * The name of the object for the state, such as `shop.tfstate`; each stack has its own.
   *
   * @default - the id of the stack and `.tfstate`
   */
  readonly key?: string;
  /**
   * The way that Terraform authenticates.
   *
   * @default - as the OCI SDK does: with the configuration file of the OCI CLI
   */
  readonly authentication?: StateAuthentication;
  /**
   * The profile in the configuration file of the OCI CLI.
   *
   * @default - `DEFAULT`
   */
  readonly profile?: string;
}

const BACKEND = {
  bucketName: objectStorageName("bucketName"),
  namespace: objectStorageName("namespace"),
  region: objectStorageName("region"),
  key: optional(objectStorageName("key")),
  authentication: optional(choice(StateAuthentication, "one of StateAuthentication")),
  profile: optional(
    matching(/^[A-Za-z0-9_.-]{1,100}$/, 'Give the name of a profile as a literal, for example "DEFAULT"'),
  ),
} satisfies PropsSchema<OciStateBackendProps>;

/** The props of a backend, with the name of its object. */
type ResolvedBackend = Resolved<typeof BACKEND> & { readonly key: string };

/**
 * Stores the state of a stack in a bucket of OCI Object Storage, with Terraform's own backend `oci`, which also locks states.
 *
 * Requires Terraform 1.12 or later. None of the values can be a reference: Terraform reads the backend before everything else. The bucket
 * must exist, preferably as a `StateBucket` of another stack. References to other stacks of the app are read from their states.
 *
 * @see https://docs.oracle.com/iaas/Content/terraform/object-storage-state.htm
 */
@checked
export class OciStateBackend extends TerraformBackend {
  /** The name of the object for the state. */
  public readonly key: string;
  private readonly config: { [attribute: string]: string };

  constructor(scope: Construct, id: string, props: OciStateBackendProps) {
    const { bucketName: bucket, namespace, region, key, authentication, profile } = read(scope, id, props);
    super(scope, id, "oci");
    this.key = key;
    this.config = {
      bucket,
      namespace,
      region,
      key,
      ...(authentication === undefined ? {} : { auth: authentication }),
      ...(profile === undefined ? {} : { config_file_profile: profile }),
    };
  }

  /** @internal */
  public _has(name: string, value: unknown): boolean {
    return this.config[name === "bucketName" ? "bucket" : name] === value;
  }

  // jsii takes no other type than that of the base class.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  protected synthesizeAttributes(): { [name: string]: any } {
    return { ...this.config };
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  protected synthesizeHclAttributes(): { [name: string]: any } {
    return { ...this.config };
  }

  /** The data source for the outputs of the stack with this backend. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  public getRemoteStateDataSource(scope: Construct, name: string, _fromStack: string): TerraformRemoteState {
    // cdktf calls it for references between stacks; a program may call it too.
    problemsIn(scope, name).throwIfAny();
    return new OciRemoteState(scope, name, "oci", { ...this.config, workspace: "${terraform.workspace}" });
  }
}

/** The base class is abstract and complete. */
class OciRemoteState extends TerraformRemoteState {}

function read(scope: Construct, id: string, props: OciStateBackendProps): ResolvedBackend {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const stack = TerraformStack.of(scope);
  if (stack.node.findAll().some((construct) => TerraformBackend.isBackend(construct))) {
    problems.add("NAME_DUPLICATE", `${stack.node.path} has a backend already`, "Give each stack one backend");
  }
  const { key = `${stack.node.id}.tfstate`, ...given } = readProps(problems, props, BACKEND);
  const { bucketName, namespace, region, authentication } = given;
  if (props?.key === undefined) BACKEND.key(problems, "key", key);
  if (authentication === StateAuthentication.SECURITY_TOKEN && props?.profile === undefined) {
    const fix = 'Give the profile of the session, for example "DEFAULT"';
    problems.add(
      "ATTRIBUTE_MISSING",
      "profile was not given, and a security token belongs to a profile",
      fix,
    );
  }
  if (!problems.any) checkDuplicateKey(problems, stack, { bucketName, namespace, region, key });
  return problems.resolved<ResolvedBackend>({ ...given, key });
}

/** Two stacks with one state would destroy each other's resources. */
function checkDuplicateKey(
  problems: Problems,
  stack: TerraformStack,
  own: { readonly [name: string]: unknown },
): void {
  const other = stack.node.root.node
    .findAll()
    .find(
      (construct) =>
        construct instanceof OciStateBackend &&
        Object.entries(own).every(([name, value]) => construct._has(name, value)),
    );
  if (!other) return;
  problems.add(
    "NAME_DUPLICATE",
    `key is ${shown(own.key)}, the object of the bucket in which ${other.node.path} keeps its state`,
    'Give each stack its own key, for example "shop.tfstate"',
  );
}
