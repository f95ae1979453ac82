/** The thirteen practices, in the order in which Oracle's guides and the reports name them. */
export const PRACTICES = {
  exposure: "Plan the exposure level",
  patching: "Patch worker nodes",
  "network-layers": "NetworkPolicies and NSGs together",
  "nsg-rules-as-code": "NSG rules as code",
  rotation: "Short-lived, rotated credentials",
  "non-root": "Run as a non-privileged user",
  "immutable-containers": "Immutable containers",
  "tls-offload": "Offload TLS",
  auditing: "Audit and log",
  "small-images": "Small, current images",
  "credential-exposure": "No credentials in code",
  "access-tokens": "Tokens for people and for tools",
  "least-privilege": "Least privilege",
} as const;

/** The id of a practice. */
export type PracticeId = keyof typeof PRACTICES;
