// Synthesizes examples/quickstart; prints its resources, the practices that they implement, and the next commands.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const example = path.join(root, "examples", "quickstart");
const outdir = path.join(example, "cdktf.out");

function synthesize() {
  fs.rmSync(outdir, { recursive: true, force: true });
  const register = path.join(__dirname, "register.js");
  const env = { ...process.env, CDKTF_OUTDIR: "cdktf.out" };
  execFileSync(process.execPath, [register, "main.ts"], { cwd: example, env, stdio: "inherit" });
}

function count(kinds) {
  const counts = new Map();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function printCounts(title, kinds) {
  console.log(`\n${title}: ${kinds.length}`);
  for (const [kind, number] of count(kinds)) console.log(`  ${String(number).padStart(3)}  ${kind}`);
}

function tlsVersions(annotations) {
  const config =
    annotations["oci.oraclecloud.com/oci-load-balancer-listener-ssl-config"] ?? '{"Protocols":[]}';
  return JSON.parse(config).Protocols.join(" and ");
}

/** Who enforces the NetworkPolicies; OKE has no policy engine of its own. */
function engineOf({ output = {} }) {
  const { value } = output.cluster_network_policy_engine ?? {};
  return value ? "install the engine that enforces them with the command below" : "no engine enforces them";
}

const NOT_FOUND = "not found in the output";

/** How the output implements each practice; each line is read from the output, so that it matches it. */
function practices(terraform, objects) {
  const all = (type) => Object.values(terraform.resource[type] ?? {});
  const rules = all("oci_core_network_security_group_security_rule");
  const byCidr = rules.filter((rule) => [rule.source_type, rule.destination_type].includes("CIDR_BLOCK"));
  const subnets = all("oci_core_subnet");
  const privateSubnets = subnets.filter((s) => s.prohibit_public_ip_on_vnic && s.prohibit_internet_ingress);
  const logsOf = (service) =>
    all("oci_logging_log").filter((log) => log.configuration.source.service === service);
  const flowLogs = logsOf("flowlogs");
  const processLogs = logsOf("oke-k8s-cp-prod");
  const [archive] = all("oci_objectstorage_bucket").filter((bucket) => bucket.retention_rules?.length > 0);
  const alarms = ["oci_monitoring_alarm", "oci_events_rule"].flatMap(all);
  const [cluster] = all("oci_containerengine_cluster");
  const [pool] = all("oci_containerengine_node_pool");
  const versions = all("oci_kms_key_version");
  const epochs = versions.flatMap((version) => version.for_each.match(/"[^"]+"/g) ?? []);
  const kind = (name) => objects.filter((object) => object.kind === name);
  const pods = kind("Deployment").map((object) => object.spec.template.spec);
  const containers = pods.flatMap((pod) => [...(pod.initContainers ?? []), ...pod.containers]);
  const [service] = kind("Service").filter((object) => object.spec.type === "LoadBalancer");
  const annotations = service?.metadata.annotations ?? {};
  const every = (list, test) => list.length > 0 && list.every(test);
  const line = (holds, text) => (holds ? text : NOT_FOUND);
  return {
    exposure: line(
      !cluster.endpoint_config.is_public_ip_enabled &&
        privateSubnets.length === subnets.length &&
        byCidr.length === 0,
      `private API endpoint, ${privateSubnets.length} of ${subnets.length} subnets private, ${rules.length} NSG rules, all between NSGs or to Oracle services`,
    ),
    patching: line(
      pool.node_pool_cycling_details.is_node_cycling_enabled &&
        all("oci_vulnerability_scanning_host_scan_target").length > 0,
      `nodes boot a pinned image, are replaced ${pool.node_pool_cycling_details.maximum_surge} at a time, and are scanned for vulnerabilities every day`,
    ),
    "network-layers": line(
      kind("NetworkPolicy").length > 0,
      `${kind("NetworkPolicy").length} NetworkPolicies over ${all("oci_core_network_security_group").length} NSGs; ${engineOf(terraform)}`,
    ),
    "nsg-rules-as-code": line(
      annotations["oci.oraclecloud.com/security-rule-management-mode"] === "NSG",
      "the load balancer's rules are in an NSG (mode NSG), with the IAM policies for it; the default security list is empty",
    ),
    rotation: line(
      versions.length > 0,
      `${versions.length} of ${all("oci_kms_key").length} keys take new versions by epoch (KeyRotation), ${epochs.length} so far; optional: CredentialRotation, VaultSecret, TlsCertificate`,
    ),
    "non-root": line(
      every(pods, (pod) => pod.securityContext.runAsNonRoot && pod.securityContext.runAsUser >= 10000),
      `every pod runs as user ${pods[0]?.securityContext.runAsUser}, and the namespace enforces the restricted Pod Security Standard`,
    ),
    "immutable-containers": line(
      every(containers, (c) => c.securityContext.readOnlyRootFilesystem),
      `${containers.length} of ${containers.length} containers have a read-only root filesystem`,
    ),
    "tls-offload": line(
      annotations["service.beta.kubernetes.io/oci-load-balancer-tls-secret"],
      `TLS ends at the load balancer with ${tlsVersions(annotations)} only, and plain HTTP is off`,
    ),
    auditing: line(
      flowLogs.length === subnets.length && processLogs.length > 0 && archive && alarms.length > 0,
      `flow logs of ${flowLogs.length} of ${subnets.length} subnets and control-plane logs, kept for ${flowLogs[0]?.retention_duration} days, and with the audit records for ${archive?.retention_rules[0].duration.time_amount} days in an immutable bucket; ${alarms.length} alarms to ${all("oci_ons_subscription").length} subscriber`,
    ),
    "small-images": line(
      every(containers, (c) => /@sha256:/.test(c.image)),
      `every image is pinned by digest; optional: scanned repositories and signatures (PrivateRepository, ImageSigning)`,
    ),
    "credential-exposure": line(
      cluster.kms_key_id && kind("Secret").length === 0,
      "etcd is encrypted with your own HSM-protected key, and the manifests contain no Secret",
    ),
    "access-tokens": line(
      every(pods, (pod) => pod.automountServiceAccountToken === false),
      `no pod mounts a token; optional: short-lived tokens for people and pipelines (grantAccess, CiAccess)`,
    ),
    "least-privilege": line(
      every(
        all("oci_identity_policy").flatMap((policy) => policy.statements),
        (statement) =>
          /request\.principal\.type = '(?:cluster|serviceconnector)'/.test(statement) ||
          /^Allow service (?:vulnerability-scanning-service|objectstorage-[a-z0-9-]+) /.test(statement),
      ),
      `${all("oci_identity_policy").length} IAM policies, each limited to the cluster, its archive, its alarms, or the scanning of its nodes; optional: roles for people and programs (LeastPrivilegeRole, Tenant)`,
    ),
  };
}

function main() {
  synthesize();
  const stackFile = path.join(outdir, "stacks", "shop", "cdk.tf.json");
  const manifestFile = path.join(outdir, "manifests", "shop", "shop.yaml");
  const terraform = JSON.parse(fs.readFileSync(stackFile, "utf8"));
  // cdk8s reads the manifests with the parser that wrote them.
  const objects = require("cdk8s").Yaml.load(manifestFile);
  const types = Object.entries(terraform.resource).flatMap(([type, all]) => Object.keys(all).map(() => type));
  printCounts("Terraform resources", types);
  printCounts(
    "Kubernetes objects",
    objects.map((object) => object.kind),
  );

  console.log("\nFiles");
  for (const file of [stackFile, manifestFile]) console.log(`  ${path.relative(process.cwd(), file)}`);

  console.log("\nPractices");
  for (const [id, text] of Object.entries(practices(terraform, objects)))
    console.log(`  ${id.padEnd(21)} ${text}`);

  console.log(
    "\nNext commands, after you put your OCIDs into examples/quickstart/main.ts and your credentials into ~/.oci/config",
  );
  const engine = terraform.output.cluster_network_policy_engine?.value;
  const commandsOf = (names, namespace) =>
    [...new Set(names)].map(
      (name) =>
        `kubectl create secret docker-registry ${name} --namespace ${namespace} --docker-server=fra.ocir.io …  # docs/private-images.md`,
    );
  const kustomization = path.join(outdir, "network-policy-engines", "shop", "cluster", "kustomization.yaml");
  const ofEngine = fs.readFileSync(kustomization, "utf8").matchAll(/imagePullSecrets:\n *- name: (\S+)/g);
  const ofShop = objects.flatMap(({ imagePullSecrets = [] }) => imagePullSecrets.map(({ name }) => name));
  const commands = [
    `terraform -chdir=${path.relative(process.cwd(), path.dirname(stackFile))} init`,
    `terraform -chdir=${path.relative(process.cwd(), path.dirname(stackFile))} apply`,
    ...commandsOf(
      [...ofEngine].map(([, name]) => name),
      "kube-system",
    ),
    ...(engine ? [`(cd ${path.relative(process.cwd(), outdir)} && ${engine})`] : []),
    `terraform -chdir=${path.relative(process.cwd(), path.dirname(stackFile))} output -raw shop_manifests | kubectl apply --server-side -f -`,
    ...commandsOf(ofShop, "shop"),
  ];
  for (const command of commands) console.log(`  ${command}`);
}

main();
