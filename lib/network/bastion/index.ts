export { Bastion, BastionClients, type BastionProps, type IBastionTarget } from "./bastion";
