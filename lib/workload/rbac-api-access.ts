import { Chart } from "cdk8s";
import { type IConstruct } from "constructs";
import { type ISecureOkeCluster } from "../cluster/cluster";
import { Problems } from "../core/validation-error";
import { scopeOf } from "../manifests/chart-scopes";

/** What a token for the API server is like. */
export interface ApiAccessOptions {
  /**
   * Seconds until the token ends, 600 to 86400; the kubelet puts a new one in its place before that.
   *
   * @default 3600
   */
  readonly expirationSeconds?: number;
  /**
   * Who takes the token. A token for another audience is of no use at the API server.
   *
   * @default - the API server
   */
  readonly audience?: string;
}

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME = "api-access";
const API_SERVER_PORT = 6443;
const LEAST_SECONDS = 600;
const MOST_SECONDS = 86_400;

/**
 * A token for a program that calls the API server.
 *
 * It is bound to the pod, ends soon and with the pod, and is renewed in its file; client libraries find it where
 * Kubernetes would have put its own.
 *
 * @see https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
 */
export class ApiAccess {
  /**
   * A token of the workload's own service account.
   *
   * @throws COUNT_INVALID, ATTRIBUTE_MISSING
   */
  public static token(options: ApiAccessOptions = {}): ApiAccess {
    const problems = new Problems("ApiAccess.token");
    const { expirationSeconds = 3600, audience } = options;
    const inRange = expirationSeconds >= LEAST_SECONDS && expirationSeconds <= MOST_SECONDS;
    if (!Number.isInteger(expirationSeconds) || !inRange) {
      problems.add(
        "COUNT_INVALID",
        `expirationSeconds is ${expirationSeconds}`,
        `Give whole seconds from ${LEAST_SECONDS}, the least that Kubernetes issues, to ${MOST_SECONDS}, a day`,
      );
    }
    if (audience?.trim() === "") {
      problems.add("ATTRIBUTE_MISSING", "audience is blank", "Name who takes the token, or leave it out");
    }
    problems.throwIfAny();
    return new ApiAccess(expirationSeconds, audience);
  }

  private constructor(
    /** Seconds until the token ends. */
    public readonly expirationSeconds: number,
    /** Who takes the token, where it is not the API server. */
    public readonly audience?: string,
  ) {}

  /** The volume of the pod: the token, the certificate authority and the name of the namespace. @internal */
  public _volume(): { readonly name: string } {
    const { audience, expirationSeconds } = this;
    const volume = {
      name: VOLUME,
      projected: {
        defaultMode: 0o440,
        sources: [
          {
            serviceAccountToken: { path: "token", expirationSeconds, ...(audience ? { audience } : {}) },
          },
          { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
          {
            downwardAPI: {
              items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
            },
          },
        ],
      },
    };
    return volume;
  }

  /** The mount of the one container that calls the API server. @internal */
  public _volumeMount(): object {
    return { name: VOLUME, mountPath: MOUNT_PATH, readOnly: true };
  }

  /** The rule that lets the pods of a workload reach the API server, once it is known where that is. @internal */
  public _egress(workload: IConstruct): object[] {
    const cluster = scopeOf(Chart.of(workload)) as Partial<ISecureOkeCluster> | undefined;
    const cidr = cluster?.network?.apiEndpointSubnet.cidr;
    if (cidr === undefined) return [];
    return [{ to: [{ ipBlock: { cidr } }], ports: [{ port: API_SERVER_PORT, protocol: "TCP" }] }];
  }
}
