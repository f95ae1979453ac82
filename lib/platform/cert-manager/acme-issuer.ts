import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { AcmeSolver } from "./acme-solver";
import { checkIssuerName, secretKey } from "./private/issuer-readers";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import {
  boolean,
  matching,
  objectOf,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  subdomainName,
  valueOf,
  withDefault,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";
import { nonEmptyListOf } from "../../core/value-readers";
import { CertificateIssuer, recordAcmeIssuer } from "../../encryption/tls-certificate";
import { removeNamespace } from "../../synthesis/chart-objects";

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

const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

const EXTERNAL_ACCOUNT = {
  keyId: matching(/\S/, 'Give the id that the ACME server issued, for example keyId: "kid-1"'),
  secretName: subdomainName(),
  secretKey: withDefault(secretKey(), "secret"),
} satisfies PropsSchema<AcmeExternalAccount>;

const ACME_ISSUER = {
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
  issuerName: optional(subdomainName()),
  namespaced: withDefault(boolean(), false),
} satisfies PropsSchema<AcmeIssuerProps>;

type ResolvedAcmeIssuer = Resolved<typeof ACME_ISSUER>;

/** Reads the props before anything is created; throws all problems together. */
function readAcmeIssuer(scope: Construct, id: string, props: AcmeIssuerProps): ResolvedAcmeIssuer {
  const problems = new Problems(pathOf(scope, id));
  const read = readProps(problems, props, ACME_ISSUER);
  checkIssuerName(problems, scope, id, read);
  return problems.resolved<ResolvedAcmeIssuer>(read);
}

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
    const read = readAcmeIssuer(scope, id, props);
    super(scope, id);
    const { email, externalAccount, issuerName: name = id, namespaced, serverUrl: server, solvers } = read;
    const kind = namespaced ? "Issuer" : "ClusterIssuer";
    this.issuer = CertificateIssuer._acme(kind, name, solvers.flatMap(wildcardZonesOf));
    recordAcmeIssuer(this, this.issuer);
    this.serverUrl = server;
    const object = new ApiObject(this, "Resource", {
      apiVersion: "cert-manager.io/v1",
      kind,
      metadata: { name },
      spec: {
        acme: {
          server,
          ...(email === undefined ? {} : { email }),
          privateKeySecretRef: { name: `${name}-account-key` },
          ...(externalAccount ? { externalAccountBinding: bindingOf(externalAccount) } : {}),
          solvers: solvers.map((solver) => solver._solver()),
        },
      },
    });
    if (!namespaced) removeNamespace(object);
    this.node.defaultChild = object;
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
