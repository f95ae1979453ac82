import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { checkIssuerName } from "./private/issuer-readers";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import {
  boolean,
  listOf,
  matching,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  subdomainName,
  withDefault,
} from "../../core/readers";
import { byText } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";
import { CertificateIssuer } from "../../encryption/tls-certificate";
import { removeNamespace } from "../../synthesis/chart-objects";

/** Props for CaIssuer. */
export interface CaIssuerProps {
  /**
   * The name of the Secret with the certificate and the private key of the authority, `tls.crt` and `tls.key`.
   *
   * In the namespace of the issuer, or in `cert-manager` for a ClusterIssuer. Fill it from a vault, for example with External Secrets.
   */
  readonly secretName: string;
  /**
   * The name of the issuer.
   *
   * @default - the id of the construct
   */
  readonly issuerName?: string;
  /**
   * Whether the issuer serves its own namespace only (Issuer) and not all of them (ClusterIssuer).
   *
   * @default false
   */
  readonly namespaced?: boolean;
  /**
   * The http or https addresses of the certificate revocation lists.
   *
   * @default - none
   */
  readonly crlDistributionPoints?: string[];
}

const REVOCATION_URL = matching(
  /^https?:\/\/[\w.-]+(:\d+)?(\/[\w./~%-]*)?$/,
  'Give an http or https address, such as "http://crl.example.com/ca.crl"',
  { code: "VALUE_INVALID" },
);

const CA_ISSUER = {
  secretName: subdomainName(),
  issuerName: optional(subdomainName()),
  namespaced: withDefault(boolean(), false),
  crlDistributionPoints: withDefault(listOf(REVOCATION_URL, "a list of addresses"), []),
} satisfies PropsSchema<CaIssuerProps>;

type ResolvedCaIssuer = Resolved<typeof CA_ISSUER>;

/** Reads the props before anything is created; throws all problems together. */
function readCaIssuer(scope: Construct, id: string, props: CaIssuerProps): ResolvedCaIssuer {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, CA_ISSUER);
  checkIssuerName(problems, scope, id, read);
  return problems.resolved<ResolvedCaIssuer>(read);
}

/**
 * An issuer of cert-manager that signs certificates with a private certificate authority whose key is in a Secret.
 *
 * OCI Certificates doesn't export the keys of its authorities, so they can't be used here. To have one root for both, keep the root
 * outside, and sign an intermediate authority for this issuer with it.
 *
 * @see https://cert-manager.io/docs/configuration/ca/
 */
@checked
export class CaIssuer extends Construct {
  /** The issuer, for a TlsCertificate. */
  public readonly issuer: CertificateIssuer;

  constructor(scope: Construct, id: string, props: CaIssuerProps) {
    const {
      secretName,
      namespaced,
      crlDistributionPoints: points,
      issuerName: name = id,
    } = readCaIssuer(scope, id, props);
    super(scope, id);
    this.issuer = namespaced ? CertificateIssuer.namespaced(name) : CertificateIssuer.cluster(name);
    const object = new ApiObject(this, "Resource", {
      apiVersion: "cert-manager.io/v1",
      kind: this.issuer.kind,
      metadata: { name },
      spec: {
        ca: { secretName, ...(points.length > 0 ? { crlDistributionPoints: [...points].sort(byText) } : {}) },
      },
    });
    if (!namespaced) removeNamespace(object);
    this.node.defaultChild = object;
  }
}
