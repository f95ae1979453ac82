import { App, Chart } from "cdk8s";
import { type ISecureOkeCluster } from "../../lib/cluster/cluster-base";
import { SecureOkeCluster } from "../../lib/cluster/cluster";
import { VaultSecret } from "../../lib/encryption/vault-secret";
import { SecureNamespace } from "../../lib/namespaces/secure-namespace";
import { ClusterNetwork } from "../../lib/network/vcn/cluster-network";
import { OracleServiceRanges } from "../../lib/network-policy/external-peer";
import { ExternalSecrets, type ExternalSecretsProps } from "../../lib/platform/external-secrets";
import { SecretsStoreDriver, type SecretsStoreDriverProps } from "../../lib/platform/secrets-store-driver";
import { HardenedDeployment } from "../../lib/workload/hardened-deployment";
import { ContainerImage } from "../../lib/workload/images/container-image";
import { SecretDelivery } from "../../lib/workload/pods/mount-secret-options";
import { COMPARTMENT, newStack } from "../support/stack";
import { DIGEST, IMAGE } from "../workload/support";

export const ENDPOINT = "10.20.1.0/28";
export const SERVICES = OracleServiceRanges.of(["134.70.24.0/21"]);
export const imageOf = (name: string) => ContainerImage.of(`fra.ocir.io/acme/${name}@${DIGEST}`);
export const IMAGES = {
  driver: imageOf("driver:v1.6.0"),
  registrar: imageOf("registrar:v2.16.0"),
  livenessProbe: imageOf("livenessprobe:v2.18.0"),
  provider: imageOf("provider:v0.5.1"),
};

/** A cluster that exists already, with the subnet of its API endpoint. */
export function existingCluster(stack = newStack()): ISecureOkeCluster {
  const subnet = (name: string, cidr: string) => ({ subnetId: `ocid1.subnet.oc1..${name}`, cidr });
  return SecureOkeCluster.fromClusterAttributes(stack, "cluster", {
    clusterId: "ocid1.cluster.oc1..existing",
    network: ClusterNetwork.fromClusterNetworkAttributes(stack, "network", {
      vcnId: "ocid1.vcn.oc1..existing",
      compartmentId: COMPARTMENT,
      apiEndpointSubnet: subnet("api", ENDPOINT),
    }),
  });
}

export function driverIn(
  props: Partial<SecretsStoreDriverProps> | object = {},
  cluster = existingCluster(),
  namespace: string | undefined = "secrets-store",
): Chart {
  const chart = new Chart(new App(), "secrets-store", namespace === "" ? {} : { namespace });
  new SecretsStoreDriver(chart, "driver", {
    cluster,
    region: "eu-frankfurt-1",
    images: IMAGES,
    oracleServices: SERVICES,
    ...props,
  });
  return chart;
}

export function externalSecretsIn(
  props: Partial<ExternalSecretsProps> | object = {},
  cluster = existingCluster(),
  namespace = "external-secrets",
): Chart {
  const chart = new Chart(new App(), "external-secrets", namespace === "" ? {} : { namespace });
  if (namespace !== "") new SecureNamespace(chart, "namespace", { name: namespace });
  new ExternalSecrets(chart, "external-secrets", {
    cluster,
    watchedNamespace: "shop",
    image: imageOf("external-secrets:v2.9.0"),
    oracleServices: SERVICES,
    ...props,
  });
  return chart;
}

/** Two workloads, one for each delivery, and a variable. */
export function shopIn(cluster: ISecureOkeCluster, stack = newStack("secrets")): Chart {
  const chart = new Chart(new App(), "shop", { namespace: "shop" });
  new SecureNamespace(chart, "namespace", { name: "shop" });
  const secret = new VaultSecret(stack, "db", {
    compartmentId: COMPARTMENT,
    vaultId: "ocid1.vault.oc1.eu-frankfurt-1.existing",
    keyId: "ocid1.key.oc1.eu-frankfurt-1.existing",
  });
  const [web, report] = ["web", "report"].map(
    (name) => new HardenedDeployment(chart, name, { image: IMAGE, port: 8080 }),
  );
  cluster.addCdk8sChart("shop", chart);
  web?.mountSecret(secret, { pathVariable: "DB_PASSWORD_FILE" });
  report?.mountSecret(secret, { delivery: SecretDelivery.externalSecrets() });
  report?.setSecretVariable("DB_PASSWORD", secret, { reason: "The test asks for it" });
  return chart;
}
