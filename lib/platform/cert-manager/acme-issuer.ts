import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { type AcmeSolver } from "./acme-solver";
import { withoutNamespace } from "./private/cluster-scope";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import { checkSubdomainName } from "../../core/kubernetes-names";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { CertificateIssuer } from "../../encryption/certificate-issuer";
import { checkUnused } from "../../synthesis/chart-objects";

/** An account with an ACME server that asks for one. */
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
  /** How the domains are proven; at least one. */
  readonly solvers: AcmeSolver[];
  /**
   * The address of the contact, for servers that send messages.
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
   * The account at servers that take no others (external account binding).
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
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const URL_FORM = /^https:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[\w./~-]*)?$/;

/**
 * An issuer of cert-manager that gets certificates from an ACME server, such as Let's Encrypt.
 *
 * The controller connects to the server over TCP 443, and to the DNS servers of the domain for proofs by DNS: allow both by
 * `controllerEgress` of a CertManagerNamespace, and by egress of the cluster.
 *
 * @see https://cert-manager.io/docs/configuration/acme/
 */
@checked
export class AcmeIssuer extends Construct {
  /** The issuer, for a TlsCertificate. */
  public readonly issuer: CertificateIssuer;

  constructor(scope: Construct, id: string, props: AcmeIssuerProps) {
    check(scope, id, props);
    super(scope, id);
    const { email, externalAccount, namespaced = false } = props;
    const name = props.issuerName ?? id;
    const kind = namespaced ? "Issuer" : "ClusterIssuer";
    this.issuer = CertificateIssuer._acme(kind, name);
    const object = new ApiObject(this, "Resource", {
      apiVersion: "cert-manager.io/v1",
      kind,
      metadata: { name },
      spec: {
        acme: {
          server: props.serverUrl ?? LETS_ENCRYPT,
          ...(email === undefined ? {} : { email }),
          privateKeySecretRef: { name: `${name}-account-key` },
          ...(externalAccount ? { externalAccountBinding: bindingOf(externalAccount) } : {}),
          solvers: props.solvers.map((solver) => solver._solver()),
        },
      },
    });
    if (!namespaced) withoutNamespace(object);
    this.node.defaultChild = object;
  }
}

function bindingOf({ keyId, secretName: name, secretKey: key = "secret" }: AcmeExternalAccount): object {
  return { keyID: keyId, keySecretRef: { name, key } };
}

/** Throws with all that is wrong. */
function check(scope: Construct, id: string, given: AcmeIssuerProps): void {
  const props: Partial<AcmeIssuerProps> = given ?? {};
  const problems = new Problems(pathOf(scope, id));
  const { solvers, email, serverUrl, externalAccount, namespaced } = props;
  checkSubdomainName(problems, "issuerName", props.issuerName ?? id);
  checkUnused(
    problems,
    scope,
    [props.namespaced === true ? "Issuer" : "ClusterIssuer"],
    props.issuerName ?? id,
  );
  const example = "[AcmeSolver.dns01Webhook({ … })]";
  if (!Array.isArray(solvers)) {
    const code = solvers === undefined ? "ATTRIBUTE_MISSING" : "VALUE_INVALID";
    problems.add(
      code,
      `solvers is ${solvers === undefined ? "not given" : shown(solvers)}`,
      `Write ${example}`,
    );
  } else if (solvers.length === 0) {
    problems.add("COUNT_INVALID", "solvers is empty, so no domain could be proven", `Write ${example}`);
  }
  if (email !== undefined && (typeof email !== "string" || !EMAIL.test(email))) {
    problems.add(
      "VALUE_INVALID",
      `email is ${shown(email)}`,
      'Write an address, such as "platform@example.com"',
    );
  }
  if (serverUrl !== undefined && (typeof serverUrl !== "string" || !URL_FORM.test(serverUrl))) {
    problems.add(
      "VALUE_INVALID",
      `serverUrl is ${shown(serverUrl)}`,
      `Write the https address of the server's directory, such as "${LETS_ENCRYPT}"`,
    );
  }
  if (externalAccount !== undefined) {
    checkSubdomainName(problems, "externalAccount.secretName", externalAccount?.secretName);
    if (typeof externalAccount?.keyId !== "string" || externalAccount.keyId.trim() === "") {
      problems.add(
        "ATTRIBUTE_MISSING",
        "externalAccount.keyId was not given",
        "Give the id that the server told you",
      );
    }
  }
  if (namespaced !== undefined && typeof namespaced !== "boolean") {
    problems.add("VALUE_INVALID", `namespaced is ${shown(namespaced)}`, "Write true or false");
  }
  problems.throwIfAny();
}
