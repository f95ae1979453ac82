import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { withoutNamespace } from "./private/cluster-scope";
import { checked } from "../../core/checked";
import { pathOf } from "../../core/construct-scope";
import { checkSubdomainName } from "../../core/kubernetes-names";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";
import { CertificateIssuer } from "../../encryption/certificate-issuer";
import { checkUnused } from "../../synthesis/chart-objects";

/** Props for CaIssuer. */
export interface CaIssuerProps {
  /**
   * The name of the Secret with the certificate and the private key of the authority: `tls.crt` and `tls.key`.
   *
   * In the namespace of the issuer, or in `cert-manager` for a ClusterIssuer. Something else keeps it there, best out of a vault.
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
   * Where clients find out whether a certificate was revoked; http or https addresses.
   *
   * @default - none
   */
  readonly crlDistributionPoints?: string[];
}

/**
 * An issuer of cert-manager that signs certificates with a private authority whose key is in a Secret.
 *
 * OCI Certificates never hands out the key of an authority, and signs certificates of hosts only, so its authorities can't be in such
 * a Secret. To have one root for both, keep the root outside, and sign an authority for this issuer with it.
 *
 * @see https://cert-manager.io/docs/configuration/ca/
 */
@checked
export class CaIssuer extends Construct {
  /** The issuer, for a TlsCertificate. */
  public readonly issuer: CertificateIssuer;

  /** @throws NAME_INVALID, NAME_DUPLICATE, VALUE_INVALID */
  constructor(scope: Construct, id: string, props: CaIssuerProps) {
    check(scope, id, props);
    super(scope, id);
    const { secretName, namespaced = false, crlDistributionPoints: points = [] } = props;
    const name = props.issuerName ?? id;
    this.issuer = namespaced ? CertificateIssuer.namespaced(name) : CertificateIssuer.cluster(name);
    const object = new ApiObject(this, "Resource", {
      apiVersion: "cert-manager.io/v1",
      kind: this.issuer.kind,
      metadata: { name },
      spec: {
        ca: { secretName, ...(points.length > 0 ? { crlDistributionPoints: [...points].sort() } : {}) },
      },
    });
    if (!namespaced) withoutNamespace(object);
    this.node.defaultChild = object;
  }
}

const POINT = /^https?:\/\/[\w.-]+(:\d+)?(\/[\w./~%-]*)?$/;

/** Throws with all that is wrong. */
function check(scope: Construct, id: string, given: CaIssuerProps): void {
  const props: Partial<CaIssuerProps> = given ?? {};
  const problems = new Problems(pathOf(scope, id));
  checkSubdomainName(problems, "issuerName", props.issuerName ?? id);
  checkUnused(
    problems,
    scope,
    [props.namespaced === true ? "Issuer" : "ClusterIssuer"],
    props.issuerName ?? id,
  );
  checkSubdomainName(problems, "secretName", props.secretName as string);
  const { namespaced, crlDistributionPoints: points = [] } = props;
  if (namespaced !== undefined && typeof namespaced !== "boolean") {
    problems.add("VALUE_INVALID", `namespaced is ${shown(namespaced)}`, "Write true or false");
  }
  for (const point of Array.isArray(points) ? points : [points]) {
    if (typeof point === "string" && POINT.test(point)) continue;
    problems.add(
      "VALUE_INVALID",
      `crlDistributionPoints has ${shown(point)}`,
      "Write an http or https address",
    );
  }
  problems.throwIfAny();
}
