export { type OciNativeIngressProps } from "./oci-native-ingress-props";
export { OciNativeIngress } from "./oci-native-ingress";
export { type TraefikIngressProps, TraefikRouting } from "./traefik-ingress-props";
export { TraefikIngress } from "./traefik-ingress";
