import { type Duration } from "cdk8s";
import { Token, type ITerraformDependable, type TerraformProvider } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import { KeyAlgorithm, KeyShape } from "./key-shape";
import { type IKeyVault } from "./key-vault";
import { checkCommonName } from "./private/certificate-names";
import { checkKey, checkVault } from "./private/value-kinds";
import { readWholeDays } from "./private/whole-days";
import { VaultKey, type IVaultKey } from "./vault-key";
import { checkHomeRegionProvider } from "../core/home-region";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { given } from "../core/missing-attribute";
import { checkOcid, checkOcidIfGiven } from "../core/ocid";
import { checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf, stemOf } from "../core/resource-name";
import { shown } from "../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
import { CertificatesManagementCertificateAuthority } from "../oci/certificates-management-certificate-authority";
import { IdentityPolicy } from "../oci/identity-policy";

/** A certificate authority of OCI Certificates, created here or imported. */
export interface IPrivateCertificateAuthority extends IConstruct, ITerraformDependable {
  /** The OCID of the authority. */
  readonly certificateAuthorityId: string;
  /** The OCID of the compartment of the authority. */
  readonly compartmentId: string;
  /** The maximum validity in days of a certificate signed by it; undefined for an imported authority if it was not given. */
  readonly leafValidityInDays?: number;
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
  /** The maximum validity in days of a certificate signed by it. @default - unknown; 90 days are assumed */
  readonly leafValidityInDays?: number;
}

const MAX_LEAF_DAYS = 90;
const MAX_SUBORDINATE_DAYS = 3650;
const DEFAULT_SUBORDINATE_DAYS = 1825;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const NAME = /^[A-Za-z0-9_.-]{1,255}$/;

/**
 * A private certificate authority of OCI Certificates: an RSA key that never leaves its hardware security module, and rules that limit
 * certificates to 90 days.
 *
 * Terraform refuses to destroy it (`prevent_destroy`).
 *
 * The grant of the key follows public reports of what works in a tenancy; this project has not tried it in one. Oracle's page grants the
 * right to a dynamic group of all authorities instead.
 *
 * @see https://docs.oracle.com/iaas/Content/certificates/managing-certificate-authorities.htm
 */
@checked
export class PrivateCertificateAuthority extends ResourceConstruct implements IPrivateCertificateAuthority {
  /**
   * Imports an existing authority; nothing is created or looked up.
   *
   * @throws OCID_INVALID, COUNT_INVALID, NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID; ATTRIBUTE_MISSING when an attribute is used that
   * was not given
   */
  public static fromPrivateCertificateAuthorityAttributes(
    scope: Construct,
    id: string,
    attributes: PrivateCertificateAuthorityAttributes,
  ): IPrivateCertificateAuthority {
    const problems = problemsIn(scope, id);
    checkConstructId(problems, scope, id);
    const all: Partial<PrivateCertificateAuthorityAttributes> = attributes ?? {};
    checkOcid(problems, "certificateAuthorityId", all.certificateAuthorityId, "certificateauthority");
    checkOcidIfGiven(problems, "compartmentId", all.compartmentId, "compartment", "tenancy");
    const { leafValidityInDays: days } = all;
    if (days !== undefined && (!Number.isInteger(days) || days < 1)) {
      problems.add("COUNT_INVALID", `leafValidityInDays is ${shown(days)}`, "Give a whole number from 1 on");
    }
    problems.throwIfAny();
    return new ImportedAuthority(scope, id, attributes);
  }

  public readonly certificateAuthorityId: string;
  public readonly compartmentId: string;
  public readonly leafValidityInDays?: number;
  /** The signing key. */
  public readonly key: IVaultKey;

  /**
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, DURATION_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING,
   * PROVIDER_INVALID
   */
  constructor(scope: Construct, id: string, props: PrivateCertificateAuthorityProps) {
    const { leafDays, subordinateDays } = read(scope, id, props);
    super(scope, id);
    const { compartmentId, issuer, organization } = props;
    this.compartmentId = compartmentId;
    this.leafValidityInDays = leafDays;
    this.key = props.key ?? this.newKey(props);
    const policy = this.grantKey(props);
    const authority = new CertificatesManagementCertificateAuthority(this, "Resource", {
      compartmentId,
      name: props.authorityName ?? policyNameOf(this, nameOf(this)),
      description: `Signs certificates as ${props.commonName}`,
      kmsKeyId: this.key.keyId,
      certificateAuthorityConfig: {
        configType: issuer ? "SUBORDINATE_CA_ISSUED_BY_INTERNAL_CA" : "ROOT_CA_GENERATED_INTERNALLY",
        ...(issuer ? { issuerCertificateAuthorityId: issuer.certificateAuthorityId } : {}),
        signingAlgorithm: "SHA384_WITH_RSA",
        subject: { commonName: props.commonName, ...(organization === undefined ? {} : { organization }) },
        validity: { timeOfValidityNotAfter: endOf(props.validUntil) },
      },
      certificateAuthorityRules: [
        {
          ruleType: "CERTIFICATE_AUTHORITY_ISSUANCE_EXPIRY_RULE",
          leafCertificateMaxValidityDuration: `P${leafDays}D`,
          certificateAuthorityMaxValidityDuration: `P${subordinateDays}D`,
        },
      ],
      // OCI creates an authority even if its grant is missing, and never retries the key.
      dependsOn: [policy, ...(props.createAfter ?? [])],
      lifecycle: { preventDestroy: true },
      ...tagsOf(this, props),
    });
    this.certificateAuthorityId = authority.id;
  }

  private newKey({
    vault,
    compartmentId,
    freeformTags,
    definedTags,
  }: PrivateCertificateAuthorityProps): VaultKey {
    return new VaultKey(this, "Key", {
      vault: vault as IKeyVault,
      compartmentId,
      shape: KeyShape.RSA_4096,
      displayName: `${stemOf(nameOf(this))}-key`,
      freeformTags,
      definedTags,
    });
  }

  private grantKey(props: PrivateCertificateAuthorityProps): IdentityPolicy {
    const { keyId, compartmentId } = this.key;
    return new IdentityPolicy(this, "Policy", {
      provider: props.homeRegionProvider,
      compartmentId,
      name: policyNameOf(this, `${nameOf(this)}-key`),
      lifecycle: { ignoreChanges: ["name"] },
      description: "Lets a certificate authority sign with its key",
      statements: [keyStatement(keyId, compartmentId, props.compartmentId)],
      ...tagsOf(this, props),
    });
  }
}

/** An authority uses its key with its own identity, a separate type of principal. */
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
  public readonly leafValidityInDays?: number;

  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: PrivateCertificateAuthorityAttributes,
  ) {
    super(scope, id);
    this.certificateAuthorityId = attributes.certificateAuthorityId;
    this.leafValidityInDays = attributes.leafValidityInDays;
  }

  public get compartmentId(): string {
    const factory = "PrivateCertificateAuthority.fromPrivateCertificateAuthorityAttributes";
    return given(this, factory, "compartmentId", this.attributes.compartmentId);
  }
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function read(
  scope: Construct,
  id: string,
  all: PrivateCertificateAuthorityProps,
): { readonly leafDays: number; readonly subordinateDays: number } {
  const props: Partial<PrivateCertificateAuthorityProps> = all ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  checkOcid(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkCommonName(problems, "commonName", props.commonName);
  const { organization, validUntil, authorityName } = props;
  if (organization !== undefined) checkCommonName(problems, "organization", organization);
  checkDate(problems, validUntil);
  const members = ["node", "certificateAuthorityId"];
  checkMembers(problems, "issuer", props.issuer, members, "a PrivateCertificateAuthority");
  checkSigningKey(problems, props);
  if (authorityName !== undefined && (Token.isUnresolved(authorityName) || !NAME.test(authorityName))) {
    const fix = "Use 1 to 255 letters, digits, dashes, underscores and periods, as a literal";
    problems.add("NAME_INVALID", `authorityName is ${shown(authorityName)}`, fix);
  }
  const leafDays = readWholeDays(problems, "leafValidity", props.leafValidity, {
    least: 1,
    most: MAX_LEAF_DAYS,
    why: "and certificates are to live 90 days at most",
  });
  const subordinateDays = readWholeDays(problems, "subordinateValidity", props.subordinateValidity, {
    least: 1,
    most: MAX_SUBORDINATE_DAYS,
    why: "and an authority below this one lives 10 years at most",
  });
  checkHomeRegionProvider(problems, scope, props.homeRegionProvider);
  checkTags(problems, props);
  problems.throwIfAny();
  return {
    leafDays: leafDays ?? MAX_LEAF_DAYS,
    subordinateDays: subordinateDays ?? DEFAULT_SUBORDINATE_DAYS,
  };
}

function checkDate(problems: Problems, day: unknown): void {
  const fix = 'Write a day as "2036-11-30"';
  if (day === undefined || day === null) {
    problems.add("ATTRIBUTE_MISSING", "validUntil was not given", fix);
    return;
  }
  const isDate = typeof day === "string" && DATE.test(day) && isCalendarDay(day);
  if (!isDate)
    problems.add("VALUE_INVALID", `validUntil is ${shown(day)}, which is no day of the calendar`, fix);
}

/** `Date` reads 30 February as 1 March. */
function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** Adds a problem for a key that an authority can't sign with; some attributes of an imported key may be unknown. */
function checkSigningKey(
  problems: Problems,
  { key, vault }: Partial<PrivateCertificateAuthorityProps>,
): void {
  if ((key === undefined) === (vault === undefined)) {
    const what = key === undefined ? "Neither vault nor key is" : "Both vault and key are";
    const fix = "Give vault, in which a key is created, or key for one that exists";
    problems.add(key === undefined ? "ATTRIBUTE_MISSING" : "VALUE_INVALID", `${what} given`, fix);
  }
  if (checkVault(problems, vault)) problems.collect(() => vault?.managementEndpoint);
  if (!checkKey(problems, "key", key) || !key) return;
  problems.collect(() => key.compartmentId);
  const { shape, protection } = key;
  if (shape && shape.algorithm !== KeyAlgorithm.RSA) {
    problems.add(
      "VALUE_INVALID",
      `key is an ${shape._label} key, and OCI Certificates signs with RSA keys`,
      "Give a key of KeyShape.RSA_4096, or vault instead",
    );
  }
  if (protection && protection.mode !== "HSM") {
    problems.add(
      "VALUE_INVALID",
      "key is outside of a hardware security module, and OCI Certificates takes none from there",
      "Give a key of KeyProtection.hsm(), or vault instead",
    );
  }
}
