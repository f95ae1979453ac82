import { type ITerraformDependable } from "cdktf";
import { type Construct } from "constructs";
import { ContainerengineAddon } from "../../../oci/containerengine-addon";
import { type ISecureOkeCluster } from "../../cluster-base";

/** The name of the add-on as OKE spells it. */
export const CERT_MANAGER = "CertManager";

/** The settings of the add-on. */
export interface CertManagerSettings {
  /** The version. @default - Oracle installs new versions when they are released */
  readonly version?: string;
  readonly configurations: readonly (readonly [string, string])[];
  readonly dependsOn?: ITerraformDependable[];
}

/** Installs cert-manager as an add-on. */
export function installCertManager(
  scope: Construct,
  id: string,
  { clusterId }: ISecureOkeCluster,
  { version, configurations, dependsOn }: CertManagerSettings,
): ContainerengineAddon {
  return new ContainerengineAddon(scope, id, {
    addonName: CERT_MANAGER,
    clusterId,
    ...(version === undefined ? {} : { version }),
    configurations: configurations.map(([key, value]) => ({ key, value })),
    removeAddonResourcesOnDelete: true,
    ...(dependsOn ? { dependsOn } : {}),
  });
}
