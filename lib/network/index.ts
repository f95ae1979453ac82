export * from "./bastion";
export * from "./egress";
export * from "./logs";
export * from "./security-groups";
export * from "./vcn";
export * from "./waf";
