/** The parameter of a pod's own network that names the first port which a program without root may bind. */
export const PORT_SYSCTL = "net.ipv4.ip_unprivileged_port_start";

/**
 * Lets every program of a pod bind every port.
 *
 * It is one of the safe sysctls, which the restricted Pod Security Standard allows, and it concerns the pod's network only.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const UNPRIVILEGED_PORTS = { name: PORT_SYSCTL, value: "0" } as const;
