export { BastionClients } from "./bastion-clients";
export { Bastion, type BastionProps, type IBastionTarget } from "./bastion";
