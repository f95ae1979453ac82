import { type Duration } from "cdk8s";
import { Token } from "cdktf";
import { type Construct } from "constructs";
import { type IPrivateCertificateAuthority } from "./private-certificate-authority";
import { checkCommonName, checkNames } from "./private/certificate-names";
import { readWholeDays } from "./private/whole-days";
import { checked } from "../core/checked";
import { checkConstructId } from "../core/construct-id";
import { problemsIn } from "../core/construct-scope";
import { checkOcidIfGiven } from "../core/ocid";
import { checkGiven, checkMembers } from "../core/required";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { shown } from "../core/display-value";
import { checkTags, tagsOf, type TaggingProps } from "../core/tagging";
import { CertificatesManagementCertificate } from "../oci/certificates-management-certificate";

/** Props for ManagedCertificate. */
export interface ManagedCertificateProps extends TaggingProps {
  /** The private certificate authority that signs the certificate. */
  readonly authority: IPrivateCertificateAuthority;
  /** The host names of the certificate, such as `shop.example.com` or `*.shop.example.com`. */
  readonly dnsNames: string[];
  /**
   * The IPv4 addresses of the certificate.
   *
   * @default - none
   */
  readonly ipAddresses?: string[];
  /**
   * The common name in the subject of the certificate; clients compare `dnsNames` instead.
   *
   * @default - the first of `dnsNames` in alphabetical order that has up to 64 characters
   */
  readonly commonName?: string;
  /**
   * The OCID of the compartment of the certificate.
   *
   * @default - the compartment of the authority
   */
  readonly compartmentId?: string;
  /**
   * The interval at which OCI renews the certificate, with a new private key: whole days, at most two thirds of its lifetime.
   *
   * @default - two thirds of its lifetime, which is 60 days of 90
   */
  readonly renewEvery?: Duration;
  /**
   * The number of days before that day at which OCI starts the renewal, so that a failed attempt can be repeated: whole days, less than
   * `renewEvery`.
   *
   * @default - a quarter of `renewEvery`
   */
  readonly renewAhead?: Duration;
  /**
   * The name of the certificate, unique in the tenancy: letters, digits, `-`, `_` and `.`, up to 255 characters. It can't be changed
   * later, and a deleted certificate blocks its name for days.
   *
   * @default - the path of the construct with a hash
   */
  readonly certificateName?: string;
}

const ASSUMED_LIFE = 90;
const MAX_COMMON_NAME_LENGTH = 64;
const NAME = /^[A-Za-z0-9_.-]{1,255}$/;

/**
 * A certificate of OCI Certificates for load balancers: OCI creates, stores and renews it with its private key, which is never in the
 * program, the Terraform state, or the cluster.
 *
 * A load balancer follows the current version: pass `certificateId` to `TlsTermination.atLoadBalancer`.
 *
 * The certificate is valid for as long as its authority allows, 90 days by default. According to a public report, OCI's own default is no
 * longer than that.
 *
 * @see https://docs.oracle.com/iaas/Content/certificates/managing-certificates.htm
 */
@checked
export class ManagedCertificate extends ResourceConstruct {
  /** The OCID of the certificate. */
  public readonly certificateId: string;
  /** The OCID of its compartment. */
  public readonly compartmentId: string;
  /** The interval between two renewals in days. */
  public readonly renewEveryDays: number;
  /** The number of days before the end of the interval at which OCI starts the renewal. */
  public readonly renewAheadDays: number;

  /**
   * @throws OCID_INVALID, NAME_INVALID, NAME_DUPLICATE, TAG_INVALID, TEXT_TEMPLATE, DURATION_INVALID, VALUE_INVALID, ATTRIBUTE_MISSING
   */
  constructor(scope: Construct, id: string, props: ManagedCertificateProps) {
    const { every, ahead, commonName } = read(scope, id, props);
    super(scope, id);
    const { authority } = props;
    this.compartmentId = props.compartmentId ?? authority.compartmentId;
    this.renewEveryDays = every;
    this.renewAheadDays = ahead;
    const certificate = new CertificatesManagementCertificate(this, "Resource", {
      compartmentId: this.compartmentId,
      name: props.certificateName ?? policyNameOf(this, nameOf(this)),
      description: `TLS certificate of ${commonName}`,
      certificateConfig: {
        configType: "ISSUED_BY_INTERNAL_CA",
        certificateProfileType: "TLS_SERVER",
        issuerCertificateAuthorityId: authority.certificateAuthorityId,
        // The authority has an RSA key, and OCI requires the same key family for the certificates that it signs.
        keyAlgorithm: "RSA2048",
        signatureAlgorithm: "SHA256_WITH_RSA",
        subject: { commonName },
        subjectAlternativeNames: [
          ...[...props.dnsNames].sort().map((value) => ({ type: "DNS", value })),
          ...[...(props.ipAddresses ?? [])].sort().map((value) => ({ type: "IP", value })),
        ],
      },
      certificateRules: [
        {
          ruleType: "CERTIFICATE_RENEWAL_RULE",
          renewalInterval: `P${every}D`,
          advanceRenewalPeriod: `P${ahead}D`,
        },
      ],
      ...tagsOf(this, props),
    });
    this.certificateId = certificate.id;
  }
}

interface ReadCertificate {
  readonly every: number;
  readonly ahead: number;
  readonly commonName: string;
}

/** Runs before the construct is created, so that a rejected one doesn't occupy its id. */
function read(scope: Construct, id: string, given: ManagedCertificateProps): ReadCertificate {
  const props: Partial<ManagedCertificateProps> = given ?? {};
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const { authority, dnsNames, certificateName: name } = props;
  checkGiven(problems, { authority }, "ManagedCertificateProps");
  const members = ["node", "certificateAuthorityId"];
  if (checkMembers(problems, "authority", authority, members, "a PrivateCertificateAuthority")) {
    if (props.compartmentId === undefined) problems.collect(() => authority?.compartmentId);
  }
  checkOcidIfGiven(problems, "compartmentId", props.compartmentId, "compartment", "tenancy");
  checkNames(problems, dnsNames, props.ipAddresses);
  const commonName = props.commonName ?? commonNameOf(dnsNames);
  if (commonName !== undefined || !problems.any) checkCommonName(problems, "commonName", commonName);
  if (name !== undefined && (Token.isUnresolved(name) || !NAME.test(name))) {
    const fix = "Use 1 to 255 letters, digits, dashes, underscores and periods, as a literal";
    problems.add("NAME_INVALID", `certificateName is ${shown(name)}`, fix);
  }
  const life = Math.min(authority?.leafValidityInDays ?? ASSUMED_LIFE, ASSUMED_LIFE);
  const most = Math.max(1, Math.floor((life * 2) / 3));
  const every =
    readWholeDays(problems, "renewEvery", props.renewEvery, {
      least: 1,
      most,
      why: `and a third of its ${life} days is to be left when a renewal fails`,
    }) ?? most;
  const ahead =
    readWholeDays(problems, "renewAhead", props.renewAhead, {
      least: 0,
      most: Math.max(0, every - 1),
      why: `and the certificate is renewed every ${every} days`,
    }) ?? Math.floor(every / 4);
  checkTags(problems, props);
  problems.throwIfAny();
  return { every, ahead, commonName: commonName as string };
}

function commonNameOf(dnsNames: unknown): string | undefined {
  if (!Array.isArray(dnsNames) || Token.isUnresolved(dnsNames)) return undefined;
  const fitting = dnsNames.filter((one) => typeof one === "string" && one.length <= MAX_COMMON_NAME_LENGTH);
  return [...(fitting as string[])].sort()[0];
}
