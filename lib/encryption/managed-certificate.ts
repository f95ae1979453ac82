import { Duration } from "cdk8s";
import { type Construct } from "constructs";
import { type IPrivateCertificateAuthority } from "./private-certificate-authority";
import {
  checkHosts,
  commonName,
  dnsNames,
  ipAddresses,
  MAX_COMMON_NAME_LENGTH,
} from "./private/certificate-names";
import { checked } from "../core/checked";
import { checkConstructId, problemsIn } from "../core/construct-scope";
import {
  any,
  matching,
  ocid,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  taggingReaders,
  valueOf,
  wholeDuration,
  withDefault,
} from "../core/readers";
import { ResourceConstruct } from "../core/resource-construct";
import { nameOf, policyNameOf } from "../core/resource-name";
import { tagsOf, type TaggingProps } from "../core/tagging";
import { type Problems } from "../core/validation-error";
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

/** The assumed lifetime of a certificate in days. */
const ASSUMED_LIFE = 90;
const NAME_FIX = "Use 1 to 255 letters, digits, dashes, underscores and periods, as a literal";

const CERTIFICATE = {
  authority: valueOf<IPrivateCertificateAuthority>("IPrivateCertificateAuthority"),
  compartmentId: optional(ocid("compartment", "tenancy")),
  dnsNames: dnsNames(),
  ipAddresses: withDefault(ipAddresses(), []),
  commonName: optional(commonName()),
  certificateName: optional(matching(/^[A-Za-z0-9_.-]{1,255}$/, NAME_FIX)),
  // Read with limits that depend on the authority.
  renewEvery: optional(any<Duration>()),
  renewAhead: optional(any<Duration>()),
  ...taggingReaders(),
} satisfies PropsSchema<ManagedCertificateProps>;

/** The props of a certificate, with its renewal and its common name. */
type ResolvedCertificate = Resolved<typeof CERTIFICATE> & {
  readonly renewEvery: Duration;
  readonly renewAhead: Duration;
  readonly commonName: string;
};

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
  /** The common name in its subject. */
  public readonly commonName: string;
  /** The interval between two renewals. */
  public readonly renewEvery: Duration;
  /** The time before the end of the interval at which OCI starts the renewal. */
  public readonly renewAhead: Duration;

  constructor(scope: Construct, id: string, props: ManagedCertificateProps) {
    const read = readCertificate(scope, id, props);
    const { authority, dnsNames: hosts, ipAddresses: addresses, renewEvery, renewAhead } = read;
    super(scope, id);
    this.compartmentId = read.compartmentId ?? authority.compartmentId;
    this.commonName = read.commonName;
    this.renewEvery = renewEvery;
    this.renewAhead = renewAhead;
    const certificate = new CertificatesManagementCertificate(this, "Resource", {
      compartmentId: this.compartmentId,
      name: read.certificateName ?? policyNameOf(this, nameOf(this)),
      description: `TLS certificate of ${this.commonName}`,
      certificateConfig: {
        configType: "ISSUED_BY_INTERNAL_CA",
        certificateProfileType: "TLS_SERVER",
        issuerCertificateAuthorityId: authority.certificateAuthorityId,
        // The authority has an RSA key, and OCI requires the same key family for the certificates that it signs.
        keyAlgorithm: "RSA2048",
        signatureAlgorithm: "SHA256_WITH_RSA",
        subject: { commonName: this.commonName },
        subjectAlternativeNames: [
          ...[...hosts].sort().map((value) => ({ type: "DNS", value })),
          ...[...addresses].sort().map((value) => ({ type: "IP", value })),
        ],
      },
      certificateRules: [
        {
          ruleType: "CERTIFICATE_RENEWAL_RULE",
          renewalInterval: `P${renewEvery.toDays()}D`,
          advanceRenewalPeriod: `P${renewAhead.toDays()}D`,
        },
      ],
      ...tagsOf(this, read),
    });
    this.certificateId = certificate.id;
  }
}

/** Reads the props before the construct is created, so that a rejected one doesn't occupy its id. */
function readCertificate(scope: Construct, id: string, props: ManagedCertificateProps): ResolvedCertificate {
  const problems = problemsIn(scope, id);
  checkConstructId(problems, scope, id);
  const read = readProps(problems, props, CERTIFICATE);
  const { authority, dnsNames: hosts } = read;
  if (props?.compartmentId === undefined) problems.collect(() => authority?.compartmentId);
  checkHosts(problems, read);
  const name = read.commonName ?? commonNameOf(hosts);
  if (hosts && name === undefined && props?.commonName === undefined) {
    const fix = `Write 1 to ${MAX_COMMON_NAME_LENGTH} characters, as a literal`;
    problems.add(
      "ATTRIBUTE_MISSING",
      "commonName was not given, and no entry of dnsNames is short enough",
      fix,
    );
  }
  const renewal = readRenewal(problems, read, authority?.leafValidity?.toDays());
  return problems.resolved<ResolvedCertificate>({ ...read, ...renewal, commonName: name });
}

/** Reads the renewal, whose limits and defaults follow from the lifetime of the certificate. */
function readRenewal(
  problems: Problems,
  read: Partial<Resolved<typeof CERTIFICATE>>,
  leafDays = ASSUMED_LIFE,
): { readonly renewEvery: Duration; readonly renewAhead: Duration } {
  // A third of the lifetime is left when a renewal fails.
  const most = Math.max(1, Math.floor((Math.min(leafDays, ASSUMED_LIFE) * 2) / 3));
  const every = wholeDuration("days", { least: 1, most, example: `Duration.days(${most})` });
  const days = withDefault(every, most)(problems, "renewEvery", read.renewEvery) ?? most;
  const mostAhead = Math.max(0, days - 1);
  const ahead = wholeDuration("days", {
    least: 0,
    most: mostAhead,
    example: `Duration.days(${Math.floor(days / 4)})`,
  });
  const daysAhead = withDefault(ahead, Math.floor(days / 4))(problems, "renewAhead", read.renewAhead) ?? 0;
  return { renewEvery: Duration.days(days), renewAhead: Duration.days(daysAhead) };
}

function commonNameOf(hosts: readonly string[] | undefined): string | undefined {
  return hosts?.filter((host) => host.length <= MAX_COMMON_NAME_LENGTH).sort()[0];
}
