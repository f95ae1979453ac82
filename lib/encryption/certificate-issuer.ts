import { checked } from "../core/checked";
import { checkSubdomainName } from "../core/kubernetes-names";
import { matching, type PropsSchema, readArguments, subdomainName } from "../core/readers";
import { Problems } from "../core/validation-error";

/** The API group and the kind of an issuer that is not part of cert-manager. */
export interface ExternalIssuerOptions {
  /** The API group of the issuer's kind, such as `awspca.cert-manager.io`. */
  readonly group: string;
  /** The kind of the issuer. */
  readonly kind: string;
  /** The name of the issuer. */
  readonly name: string;
}

const GROUP = "cert-manager.io";

const EXTERNAL = {
  group: subdomainName(),
  kind: matching(/^[A-Z][A-Za-z0-9]{0,62}$/, 'Write the kind of the issuer, such as "Issuer"'),
  name: subdomainName(),
} satisfies PropsSchema<ExternalIssuerOptions>;

/**
 * An issuer of cert-manager, which signs certificates in a cluster.
 *
 * @see https://cert-manager.io/docs/configuration/
 */
@checked
export class CertificateIssuer {
  /** An issuer for every namespace (ClusterIssuer). */
  public static cluster(name: string): CertificateIssuer {
    return new CertificateIssuer(GROUP, "ClusterIssuer", readName("CertificateIssuer.cluster", name));
  }

  /** An issuer for the namespace of the certificate (Issuer). */
  public static namespaced(name: string): CertificateIssuer {
    return new CertificateIssuer(GROUP, "Issuer", readName("CertificateIssuer.namespaced", name));
  }

  /**
   * An issuer of another controller than cert-manager's own.
   *
   * @see https://cert-manager.io/docs/configuration/issuers/
   */
  public static external(options: ExternalIssuerOptions): CertificateIssuer {
    const { group, kind, name } = readArguments("CertificateIssuer.external", options, EXTERNAL);
    return new CertificateIssuer(group, kind, name);
  }

  /** An ACME issuer, whose server decides how long certificates are valid. @internal */
  public static _acme(kind: string, name: string): CertificateIssuer {
    return new CertificateIssuer(GROUP, kind, name, true);
  }

  private constructor(
    /** The API group of the issuer's kind. */
    public readonly group: string,
    /** The kind, such as `ClusterIssuer`. */
    public readonly kind: string,
    /** The name. */
    public readonly name: string,
    /** Whether this is an ACME issuer; false if only its name is known. */
    public readonly isAcme = false,
  ) {}

  /** The reference in the spec of a Certificate. @internal */
  public _issuerRef(): object {
    const { group, kind, name } = this;
    return { group, kind, name };
  }
}

function readName(factory: string, name: string): string {
  const problems = new Problems(factory);
  checkSubdomainName(problems, "name", name);
  problems.throwIfAny();
  return name;
}
