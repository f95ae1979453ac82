import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { AcmeSolver, secretKey } from "./acme-solver";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import { checkSubdomainName } from "../../core/kubernetes-names";
import {
  boolean,
  listOf,
  matching,
  objectOf,
  optional,
  type PropsSchema,
  readProps,
  type Readers,
  type Resolved,
  subdomainName,
  valueOf,
  withDefault,
} from "../../core/readers";
import { byText } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";
import { nonEmptyListOf } from "../../core/value-readers";
import { CertificateIssuer, recordAcmeIssuer } from "../../encryption/tls-certificate";
import { checkUnused, removeNamespace } from "../../synthesis/chart-objects";

/** An account at an ACME server that requires one. */
export interface AcmeExternalAccount {
  /** The id of the account's key. */
  readonly keyId: string;
  /** The name of the Secret with the key. */
  readonly secretName: string;
  /**
   * The key in that Secret.
   *
   * @default "secret"
   */
  readonly secretKey?: string;
}

/** Props for AcmeIssuer. */
export interface AcmeIssuerProps {
  /** How cert-manager proves control of the domains; at least one. */
  readonly solvers: AcmeSolver[];
  /**
   * The email address of the contact, for servers that send messages.
   *
   * @default - none
   */
  readonly email?: string;
  /**
   * The directory of the ACME server; `https` only.
   *
   * @default - Let's Encrypt
   */
  readonly serverUrl?: string;
  /**
   * The account, for servers that accept registered accounts only (external account binding).
   *
   * @default - none
   */
  readonly externalAccount?: AcmeExternalAccount;
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
}

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

/** The props that all issuers have. */
const ISSUER = {
  issuerName: optional(subdomainName()),
  namespaced: withDefault(boolean(), false),
};

/** Reads the props of an issuer before anything is created; throws all problems together. */
function readIssuer<S extends Readers & typeof ISSUER>(
  scope: Construct,
  id: string,
  props: { readonly issuerName?: string; readonly namespaced?: boolean },
  schema: S,
): Resolved<S> & { readonly name: string; readonly kind: string } {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, schema);
  const { issuerName, namespaced }: Partial<Resolved<typeof ISSUER>> = read;
  if (issuerName === undefined) checkSubdomainName(problems, "id", id);
  const name = issuerName ?? id;
  const kind = namespaced ? "Issuer" : "ClusterIssuer";
  checkUnused(problems, scope, [kind], name);
  return { ...problems.resolved<Resolved<S>>(read), name, kind };
}

/** Adds the object of an issuer. */
function addIssuer(scope: Construct, { kind, name }: CertificateIssuer, spec: object): void {
  const object = new ApiObject(scope, "Resource", {
    apiVersion: "cert-manager.io/v1",
    kind,
    metadata: { name },
    spec,
  });
  if (kind === "ClusterIssuer") removeNamespace(object);
  scope.node.defaultChild = object;
}

const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

const EXTERNAL_ACCOUNT = {
  keyId: matching(/\S/, 'Give the id that the ACME server issued, for example keyId: "kid-1"'),
  secretName: subdomainName(),
  secretKey: withDefault(secretKey(), "secret"),
} satisfies PropsSchema<AcmeExternalAccount>;

const ACME_ISSUER = {
  ...ISSUER,
  solvers: nonEmptyListOf(valueOf(AcmeSolver), "[AcmeSolver.dns01Webhook({ … })]", "COUNT_INVALID"),
  email: optional(
    matching(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'Give an email address, for example "platform@example.com"', {
      code: "VALUE_INVALID",
    }),
  ),
  serverUrl: withDefault(
    matching(
      /^https:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[\w./~-]*)?$/,
      `Give the https address of the server's directory, for example "${LETS_ENCRYPT}"`,
      { code: "VALUE_INVALID" },
    ),
    LETS_ENCRYPT,
  ),
  externalAccount: optional(objectOf(EXTERNAL_ACCOUNT)),
} satisfies PropsSchema<AcmeIssuerProps>;

const REVOCATION_URL = matching(
  /^https?:\/\/[\w.-]+(:\d+)?(\/[\w./~%-]*)?$/,
  'Give an http or https address, such as "http://crl.example.com/ca.crl"',
  { code: "VALUE_INVALID" },
);

const CA_ISSUER = {
  ...ISSUER,
  secretName: subdomainName(),
  crlDistributionPoints: withDefault(listOf(REVOCATION_URL, "a list of addresses"), []),
} satisfies PropsSchema<CaIssuerProps>;

/**
 * An issuer of cert-manager that gets certificates from an ACME server, such as Let's Encrypt.
 *
 * The controller connects to the server over TCP 443, and to the DNS servers of the domain for DNS challenges: allow both with
 * `controllerEgress` of a CertManagerNamespace, and with egress of the cluster.
 *
 * @see https://cert-manager.io/docs/configuration/acme/
 */
@checked
export class AcmeIssuer extends Construct {
  /** The issuer, for a TlsCertificate. */
  public readonly issuer: CertificateIssuer;
  /** The address of the ACME server's directory. */
  public readonly serverUrl: string;

  constructor(scope: Construct, id: string, props: AcmeIssuerProps) {
    const { email, externalAccount, kind, name, serverUrl, solvers } = readIssuer(
      scope,
      id,
      props,
      ACME_ISSUER,
    );
    super(scope, id);
    this.issuer = CertificateIssuer._acme(kind, name, solvers.flatMap(wildcardZonesOf));
    recordAcmeIssuer(this, this.issuer);
    this.serverUrl = serverUrl;
    addIssuer(this, this.issuer, {
      acme: {
        server: serverUrl,
        ...(email === undefined ? {} : { email }),
        privateKeySecretRef: { name: `${name}-account-key` },
        ...(externalAccount ? { externalAccountBinding: bindingOf(externalAccount) } : {}),
        solvers: solvers.map((solver) => solver._solver()),
      },
    });
  }
}

interface SolverManifest {
  readonly selector?: { readonly dnsZones?: readonly string[] };
  readonly dns01?: object;
}

/** The zones whose wildcards a solver can prove; an empty text is every zone. */
function wildcardZonesOf(solver: AcmeSolver): readonly string[] {
  const { dns01, selector }: SolverManifest = solver._solver();
  return dns01 ? (selector?.dnsZones ?? [""]) : [];
}

function bindingOf({ keyId, secretName: name, secretKey: key }: Resolved<typeof EXTERNAL_ACCOUNT>): object {
  return { keyID: keyId, keySecretRef: { name, key } };
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
      crlDistributionPoints: points,
      name,
      namespaced,
      secretName,
    } = readIssuer(scope, id, props, CA_ISSUER);
    super(scope, id);
    this.issuer = namespaced ? CertificateIssuer.namespaced(name) : CertificateIssuer.cluster(name);
    addIssuer(this, this.issuer, {
      ca: { secretName, ...(points.length > 0 ? { crlDistributionPoints: [...points].sort(byText) } : {}) },
    });
  }
}
