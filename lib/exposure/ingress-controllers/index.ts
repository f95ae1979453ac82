export { OciNativeIngress, type OciNativeIngressProps } from "./oci-native-ingress";
export { TraefikIngress } from "./traefik-ingress";
export { type TraefikIngressProps, TraefikRouting } from "./traefik-ingress-props";
