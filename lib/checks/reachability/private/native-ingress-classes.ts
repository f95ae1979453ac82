import { asList, type Json } from "./terraform-model";

const CONTROLLER = "oci.oraclecloud.com/native-ingress-controller";
const GROUPS = "oci-native-ingress.oraclecloud.com/network-security-group-ids";
const PARAMETERS = "IngressClassParameters";

/** An IngressClass with its own load balancer. */
export interface NativeIngressClass {
  readonly name: string;
  /** The namespace of its parameters. */
  readonly namespace: string;
  /** The subnet; undefined for the default of the controller's configuration. */
  readonly subnet: Json;
  /** The security groups as written, separated by commas. */
  readonly groups: string | undefined;
  /** Undefined if the parameters are not in the manifests. */
  readonly isPrivate: Json;
}

/**
 * The classes of the native ingress controller, with their parameters.
 *
 * @see https://github.com/oracle/oci-native-ingress-controller/blob/main/GettingStarted.md
 */
export function nativeIngressClassesOf(objects: readonly Json[]): NativeIngressClass[] {
  const parameters = objects.filter(({ kind }) => kind === PARAMETERS);
  return objects
    .filter(({ kind, spec }) => kind === "IngressClass" && spec?.controller === CONTROLLER)
    .map(({ metadata, spec }) => {
      const reference = asList(spec.parameters)[0];
      const namespace = String(reference?.namespace ?? "default");
      const found = parameters.find(
        ({ metadata: own }) => own?.name === reference?.name && (own?.namespace ?? "default") === namespace,
      );
      return {
        name: String(metadata?.name),
        namespace,
        subnet: found?.spec?.subnetId,
        groups: metadata?.annotations?.[GROUPS],
        isPrivate: found ? (found.spec?.isPrivate ?? false) : undefined,
      };
    });
}
