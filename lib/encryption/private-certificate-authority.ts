import { Duration } from "cdk8s";
import { type ITerraformDependable, type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { KeyAlgorithm, KeyShape } from "./key-properties";
import { type IKeyVault } from "./key-vault";
import { commonName } from "./private/certificate-names";
import { VaultKey, type IVaultKey } from "./vault-key";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import { shown } from "../core/display-value";
import { fail, type Problems } from "../core/validation-error";
import { checkHomeRegionProvider, terraformProvider } from "../core/regions";
import { dayOfIsoDate, isoDateOf } from "../core/dates";
import { requiredAttribute } from "../core/missing-values";
import {
  any,
  checkedBy,
  duration,
  matching,
  ocid,
  optional,
  passing,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  withDefault,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf, stemOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { CertificatesManagementCertificateAuthority } from "../oci/certificates-management-certificate-authority";
import { IdentityPolicy } from "../oci/identity-policy";

/** A certificate authority of OCI Certificates, created here or imported. */
export interface IPrivateCertificateAuthority extends IConstruct, ITerraformDependable {
  /** The OCID of the authority. */
  readonly certificateAuthorityId: string;
  /** The OCID of the compartment of the authority. */
  readonly compartmentId: string;
  /** The maximum validity of a certificate signed by it; undefined for an imported authority if it was not given. */
  readonly leafValidity?: Duration;
}

/** Props for PrivateCertificateAuthority. */
export interface PrivateCertificateAuthorityProps extends TaggingProps {
  /** The OCID of the compartment of the authority and, if it is created here, of its key. */
  readonly compartmentId: string;
  /** The common name of the authority, as clients see it in the chain of a certificate; up to 64 characters. */
  readonly commonName: string;
  /**
   * The organization in the subject of the authority; up to 64 characters.
   *
   * @default - none
   */
  readonly organization?: string;
  /**
   * The last day on which the authority is valid, such as `2036-11-30`.
   *
   * Clients must get the next root before that day, so choose many years for a root. A later day in the program renews the authority.
   */
  readonly validUntil: string;
  /**
   * The authority that signs this one.
   *
   * @default - none; this is a root authority, which signs itself
   */
  readonly issuer?: IPrivateCertificateAuthority;
  /**
   * The vault in which the key of the authority is created: RSA-4096 in a hardware security module.
   *
   * @default - none; then give `key`
   */
  readonly vault?: IKeyVault;
  /**
   * A key that exists already: an RSA key in a hardware security module.
   *
   * @default - a key in `vault`
   */
  readonly key?: IVaultKey;
  /**
   * The maximum validity of a certificate signed by the authority, 1 to 90 days.
   *
   * @default Duration.days(90)
   */
  readonly leafValidity?: Duration;
  /**
   * The maximum validity of an authority signed by this one, 1 to 3,650 days.
   *
   * @default Duration.days(1825)
   */
  readonly subordinateValidity?: Duration;
  /**
   * Resources to create between the grant of the key and the authority, preferably something that takes minutes, such as a cluster.
   *
   * An IAM policy takes up to a minute to take effect. OCI creates the authority without waiting, whose state then becomes `FAILED`, and
   * which blocks its name for a week.
   *
   * @default - none
   */
  readonly createAfter?: ITerraformDependable[];
  /**
   * The name of the authority, unique in the tenancy: letters, digits, `-`, `_` and `.`, up to 255 characters. It can't be changed later.
   *
   * @default - the path of the construct with a hash
   */
  readonly authorityName?: string;
  /**
   * The provider of the tenancy's home region, in which IAM policies are created.
   *
   * @default - the stack's own provider, which must then be the provider of the home region
   */
  readonly homeRegionProvider?: TerraformProvider;
}

/** The attributes of an existing certificate authority. */
export interface PrivateCertificateAuthorityAttributes {
  /** The OCID of the authority. */
  readonly certificateAuthorityId: string;
  /** The OCID of its compartment. @default - throws when it is used */
  readonly compartmentId?: string;
  /** The maximum validity of a certificate signed by it, in whole days. @default - unknown; 90 days are assumed */
  readonly leafValidity?: Duration;
}

const MAX_LEAF_DAYS = 90;
const MAX_SUBORDINATE_DAYS = 3650;
const NAME_FIX = "Use 1 to 255 letters, digits, dashes, underscores and periods, as a literal";

const AUTHORITY = {
  compartmentId: ocid("compartment", "tenancy"),
  commonName: commonName(),
  organization: optional(commonName()),
  validUntil: passing<string>(checkDate),
  issuer: optional(valueOf<IPrivateCertificateAuthority>("IPrivateCertificateAuthority")),
  vault: optional(valueOf<IKeyVault>("IKeyVault")),
  key: optional(checkedBy(valueOf<IVaultKey>("IVaultKey"), checkSigningKey)),
  authorityName: optional(matching(/^[A-Za-z0-9_.-]{1,255}$/, NAME_FIX)),
  leafValidity: withDefault(
    duration("days", { least: 1, most: MAX_LEAF_DAYS, example: "Duration.days(90)" }),
    Duration.days(MAX_LEAF_DAYS),
  ),
  subordinateValidity: withDefault(
    duration("days", { least: 1, most: MAX_SUBORDINATE_DAYS, example: "Duration.days(1825)" }),
    Duration.days(1825),
  ),
  createAfter: withDefault(any<ITerraformDependable[]>(), []),
  homeRegionProvider: optional(terraformProvider()),
  ...taggingReaders(),
} satisfies PropsSchema<PrivateCertificateAuthorityProps>;

type ResolvedAuthority = Resolved<typeof AUTHORITY>;

const IMPORTED_AUTHORITY = {
  certificateAuthorityId: ocid("certificateauthority"),
  compartmentId: optional(ocid("compartment", "tenancy")),
  leafValidity: optional(duration("days", { least: 1, example: "Duration.days(90)" })),
} satisfies PropsSchema<PrivateCertificateAuthorityAttributes>;

/**
 * A private certificate authority of OCI Certificates: an RSA key that never leaves its hardware security module, and rules that limit
 * certificates to 90 days.
 *
 * Terraform refuses to destroy it while the program has it (`prevent_destroy`).
 *
 * The grant of the key follows public reports of what works in a tenancy; this project has not tried it in one. Oracle's page grants the
 * right to a dynamic group of all authorities instead.
 *
 * @see https://docs.oracle.com/iaas/Content/certificates/managing-certificate-authorities.htm
 */
@checked
export class PrivateCertificateAuthority extends ResourceConstruct implements IPrivateCertificateAuthority {
  /** Imports an existing authority; nothing is created or looked up. */
  public static fromPrivateCertificateAuthorityAttributes(
    scope: Construct,
    id: string,
    attributes: PrivateCertificateAuthorityAttributes,
  ): IPrivateCertificateAuthority {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    const read = problems.resolved(readProps(problems, attributes, IMPORTED_AUTHORITY));
    return new ImportedAuthority(scope, id, read);
  }

  public readonly certificateAuthorityId: string;
  public readonly compartmentId: string;
  public readonly leafValidity?: Duration;
  /** The maximum validity of an authority signed by this one. */
  public readonly subordinateValidity: Duration;
  /** The signing key. */
  public readonly key: IVaultKey;

  constructor(scope: Construct, id: string, props: PrivateCertificateAuthorityProps) {
    const authority = readAuthority(scope, id, props);
    const { compartmentId, issuer, organization, leafValidity, subordinateValidity } = authority;
    super(scope, id);
    this.compartmentId = compartmentId;
    this.leafValidity = leafValidity;
    this.subordinateValidity = subordinateValidity;
    this.key = authority.key ?? this.newKey(authority);
    const policy = this.grantKey(authority);
    const resource = new CertificatesManagementCertificateAuthority(this, "Resource", {
      compartmentId,
      name: authority.authorityName ?? policyNameOf(this, nameOf(this)),
      description: `Signs certificates as ${authority.commonName}`,
      kmsKeyId: this.key.keyId,
      certificateAuthorityConfig: {
        configType: issuer ? "SUBORDINATE_CA_ISSUED_BY_INTERNAL_CA" : "ROOT_CA_GENERATED_INTERNALLY",
        ...(issuer ? { issuerCertificateAuthorityId: issuer.certificateAuthorityId } : {}),
        signingAlgorithm: "SHA384_WITH_RSA",
        subject: {
          commonName: authority.commonName,
          ...(organization === undefined ? {} : { organization }),
        },
        validity: { timeOfValidityNotAfter: endOf(authority.validUntil) },
      },
      certificateAuthorityRules: [
        {
          ruleType: "CERTIFICATE_AUTHORITY_ISSUANCE_EXPIRY_RULE",
          leafCertificateMaxValidityDuration: `P${leafValidity.toDays()}D`,
          certificateAuthorityMaxValidityDuration: `P${subordinateValidity.toDays()}D`,
        },
      ],
      // OCI creates an authority even if its grant is missing, and never retries the key.
      dependsOn: [policy, ...authority.createAfter],
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, authority),
    });
    this.certificateAuthorityId = resource.id;
  }

  private newKey({ vault, compartmentId, freeformTags, definedTags }: ResolvedAuthority): VaultKey {
    return new VaultKey(this, "Key", {
      vault: vault ?? fail(`${this.node.path} has neither a vault nor a key`),
      compartmentId,
      shape: KeyShape.RSA_4096,
      displayName: `${stemOf(nameOf(this))}-key`,
      freeformTags,
      definedTags,
    });
  }

  private grantKey(authority: ResolvedAuthority): IdentityPolicy {
    const { keyId, compartmentId } = this.key;
    return new IdentityPolicy(this, "Policy", {
      provider: authority.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${nameOf(this)}-key`),
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets a certificate authority sign with its key",
      statements: [keyStatement(keyId, compartmentId, authority.compartmentId)],
      ...tagsOf(this, authority),
    });
  }
}

/** The statement that lets an authority use its key; authorities are a separate type of principal. */
function keyStatement(keyId: string, keyCompartmentId: string, compartmentId: string): string {
  return (
    `Allow any-user to use keys in compartment id ${keyCompartmentId} where all {` +
    `request.principal.type = 'certificateauthority', request.principal.compartment.id = '${compartmentId}', ` +
    `target.key.id = '${keyId}'}`
  );
}

/** OCI accepts a time with a fraction of a second only, and the provider drops a fraction of zero. */
function endOf(day: string): string {
  return `${day}T23:59:59.999Z`;
}

class ImportedAuthority extends ResourceConstruct implements IPrivateCertificateAuthority {
  public readonly certificateAuthorityId: string;
  public readonly leafValidity?: Duration;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: Resolved<typeof IMPORTED_AUTHORITY>,
  ) {
    super(scope, id);
    this.certificateAuthorityId = attributes.certificateAuthorityId;
    this.leafValidity = attributes.leafValidity;
  }

  public get compartmentId(): string {
    const factory = "PrivateCertificateAuthority.fromPrivateCertificateAuthorityAttributes";
    return requiredAttribute(this, factory, "compartmentId", this.attributes.compartmentId);
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readAuthority(
  scope: Construct,
  id: string,
  props: PrivateCertificateAuthorityProps,
): ResolvedAuthority {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, AUTHORITY);
  const { key, vault }: Partial<PrivateCertificateAuthorityProps> = props ?? {};
  if ((key === undefined) === (vault === undefined)) {
    problems.add(
      key === undefined ? "ATTRIBUTE_MISSING" : "VALUE_INVALID",
      `${key === undefined ? "Neither vault nor key was" : "Both vault and key were"} given`,
      "Give vault to create a key there, or an existing key",
    );
  }
  // Reading an attribute that an imported vault lacks throws.
  problems.collect(() => read.vault?.managementEndpoint);
  checkHomeRegionProvider(problems, scope, read.homeRegionProvider);
  return problems.resolved(read);
}

function checkDate(problems: Problems, name: string, day: unknown): void {
  const fix = 'Write a day as "2036-11-30"';
  if (day === undefined || day === null) {
    problems.add("ATTRIBUTE_MISSING", `${name} was not given`, fix);
    return;
  }
  const days = dayOfIsoDate(day);
  if (days === undefined) {
    problems.add("VALUE_INVALID", `${name} is ${shown(day)}, which is not a calendar date`, fix);
  } else if (days <= (dayOfIsoDate(isoDateOf(new Date())) ?? 0)) {
    problems.add(
      "EXPIRY_INVALID",
      `${name} is ${String(day)}, which has passed`,
      "Write a later day, which renews the authority, and give clients the new certificate; or remove the authority",
    );
  }
}

/** Adds a problem for a key that an authority can't sign with; some attributes of an imported key may be unknown. */
function checkSigningKey(problems: Problems, name: string, key: IVaultKey): void {
  problems.collect(() => key.compartmentId);
  const { shape, protection } = key;
  if (shape && shape.algorithm !== KeyAlgorithm.RSA) {
    problems.add(
      "VALUE_INVALID",
      `${name} is an ${shape._label} key, and OCI Certificates signs with RSA keys`,
      "Give a key of KeyShape.RSA_4096, or vault instead",
    );
  }
  if (protection && protection.mode !== "HSM") {
    problems.add(
      "VALUE_INVALID",
      `${name} is outside of a hardware security module, and OCI Certificates requires one`,
      "Give a key of KeyProtection.hsm(), or vault instead",
    );
  }
}
