import { ApiObject, Lazy } from "cdk8s";
import { Token } from "cdktf";
import { type Construct } from "constructs";
import { Acknowledgements } from "../../../core/acknowledgement";
import {
  checkedBy,
  choice,
  matching,
  optional,
  type PropsSchema,
  readProps,
  reasonFor,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../../core/readers";
import { shortHash } from "../../../core/resource-name";
import { byText } from "../../../core/stable-order";
import { Problems } from "../../../core/validation-error";
import { type IVaultSecret } from "../../../encryption/vault-secret";
import {
  type MountSecretOptions,
  SecretDelivery,
  SecretDeliveryKind,
  SecretReload,
  SecretStage,
  type SecretVariableOptions,
} from "../mount-secret-options";
import { SecretFiles } from "../mounted-files";
import { checkOverlaps, mountPath } from "../writable-path";

/** A secret as one file or one key of a Secret. */
export interface SecretFile {
  readonly secret: IVaultSecret;
  readonly fileName: string;
  readonly stage: SecretStage;
}

/** The secrets of one directory, or of the environment, from one vault and with one delivery. */
export interface SecretGroup {
  /** The name of the class, or of the store, the external secret, and the Secret. */
  readonly objectName: string;
  readonly delivery: SecretDelivery;
  readonly vaultId: string;
  readonly files: SecretFile[];
  /** The directory; undefined for the environment. */
  readonly directory?: string;
}

/** The additions of `mountSecret` to the pods of a workload after it was created. */
export class MountedSecrets {
  public readonly groups: SecretGroup[] = [];
  /** The variables by name, as in a container. */
  public readonly variables = new Map<string, object>();
  public readonly epochs = new Set<string>();

  /** The group of a directory, or of the environment. */
  public groupOf(directory: string | undefined): SecretGroup | undefined {
    return this.groups.find((group) => group.directory === directory);
  }

  /** The directories of the pod. */
  public secretFiles(): SecretFiles[] {
    return this.groups.flatMap(({ delivery, directory, objectName }) => {
      if (directory === undefined) return [];
      return [
        delivery.kind === SecretDeliveryKind.SECRETS_STORE
          ? SecretFiles.fromSecretsStore(directory, objectName)
          : SecretFiles.fromSecret(directory, objectName),
      ];
    });
  }

  /** The annotation that restarts the pods when an epoch changes. */
  public annotations(): { readonly [key: string]: string } {
    if (this.epochs.size === 0) return {};
    return { "secure-oke/secret-epoch": [...this.epochs].sort().join(",") };
  }
}

/** A workload whose pods read secrets. */
export interface SecretUser extends Construct {
  readonly name: string;
  readonly namespace?: string;
  readonly serviceAccountName: string;
  readonly labels: { [key: string]: string };
}

const DEFAULT_DIRECTORY = "/run/secrets/vault";
const RBAC = "rbac.authorization.k8s.io";

const SECRET = valueOf<IVaultSecret>("IVaultSecret");
const FILE_NAME = matching(
  /^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}$/,
  'Use 1 to 253 letters, digits, -, _, and ., not beginning with .., for example "db-password"; the directory is a separate option',
);
const VARIABLE = matching(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  "Use letters, digits, and _, not beginning with a digit, for example DB_PASSWORD_FILE",
  { code: "ENV_INVALID" },
);
const STAGE = withDefault(
  choice(SecretStage, "a SecretStage, for example SecretStage.CURRENT"),
  SecretStage.CURRENT,
);

const FILE_OPTIONS = {
  directory: withDefault(mountPath(), DEFAULT_DIRECTORY),
  fileName: optional(FILE_NAME),
  pathVariable: optional(VARIABLE),
  delivery: withDefault(valueOf(SecretDelivery), SecretDelivery.secretsStore()),
  stage: STAGE,
  reload: optional(valueOf(SecretReload)),
} satisfies PropsSchema<MountSecretOptions>;

const VARIABLE_OPTIONS = {
  reason: reasonFor("A secret in the environment"),
  delivery: withDefault(
    checkedBy(valueOf(SecretDelivery), checkFillsSecret),
    SecretDelivery.externalSecrets(),
  ),
  stage: STAGE,
  restartEpoch: optional(text('a text, for example "2026-11"')),
} satisfies PropsSchema<SecretVariableOptions>;

/** The secrets of a workload, and the paths and variables that its program already has. */
export interface SecretPlace {
  readonly workload: SecretUser;
  readonly mounted: MountedSecrets;
  /** The mount paths in the program's container. */
  readonly paths: readonly string[];
  /** The names of its variables. */
  readonly variables: readonly string[];
}

/** Mounts a secret as a file; returns the path of the file. */
export function mountSecret(
  place: SecretPlace,
  secret: IVaultSecret,
  options: MountSecretOptions = {},
): string {
  const { mounted, workload } = place;
  const problems = new Problems(workload);
  const read = readProps(problems, options, FILE_OPTIONS);
  readSecret(problems, workload, secret);
  const fileName = read.fileName ?? readFileName(problems, secret);
  if (read.pathVariable !== undefined) checkVariable(problems, place, "pathVariable", read.pathVariable);
  const { delivery, directory, pathVariable, reload, stage } =
    problems.resolved<Resolved<typeof FILE_OPTIONS>>(read);
  const file = { secret, fileName, stage };
  const existing = mounted.groupOf(directory);
  checkGroup(problems, existing, directory, file, delivery);
  if (!existing) checkOverlaps(problems, [...place.paths, directory], "directory");
  problems.throwIfAny();
  const suffix = directory === DEFAULT_DIRECTORY ? "" : `-${shortHash(directory)}`;
  addFile(place, existing, file, {
    objectName: `${workload.name}-vault${suffix}`,
    delivery,
    vaultId: secret.vaultId,
    files: [],
    directory,
  });
  const path = `${directory}/${fileName}`;
  if (pathVariable !== undefined) mounted.variables.set(pathVariable, { name: pathVariable, value: path });
  if (reload?.epoch !== undefined) mounted.epochs.add(reload.epoch);
  return path;
}

/** Sets an environment variable of the program from a secret. */
export function setSecretVariable(
  place: SecretPlace,
  name: string,
  secret: IVaultSecret,
  options: SecretVariableOptions,
): void {
  const { mounted, workload } = place;
  const problems = new Problems(workload);
  const read = readProps(problems, options, VARIABLE_OPTIONS);
  if (VARIABLE(problems, "name", name) !== undefined) checkVariable(problems, place, "name", name);
  readSecret(problems, workload, secret);
  const { delivery, reason, restartEpoch, stage } =
    problems.resolved<Resolved<typeof VARIABLE_OPTIONS>>(read);
  const file = { secret, fileName: name, stage };
  const existing = mounted.groupOf(undefined);
  checkGroup(problems, existing, "the environment", file, delivery);
  problems.throwIfAny();
  const objectName = `${workload.name}-vault-env`;
  addFile(place, existing, file, { objectName, delivery, vaultId: secret.vaultId, files: [] });
  mounted.variables.set(name, { name, valueFrom: { secretKeyRef: { name: objectName, key: name } } });
  if (restartEpoch !== undefined) mounted.epochs.add(restartEpoch);
  const what = `the secret ${secret.node.path} in the variable ${name}`;
  Acknowledgements._record(workload, "credential-exposure", what, reason);
}

/** Adds a problem for a delivery that fills no Kubernetes Secret. */
function checkFillsSecret(problems: Problems, name: string, { kind }: SecretDelivery): void {
  if (kind === SecretDeliveryKind.EXTERNAL_SECRETS) return;
  problems.add(
    "SECRET_INVALID",
    `${name} is the Secrets Store CSI driver, which provides files only`,
    "Remove delivery, or write SecretDelivery.externalSecrets(); a file is safer: workload.mountSecret(secret)",
  );
}

/** Adds a problem for a value that is not a secret, and for a workload that no IAM statement can identify. */
function readSecret(problems: Problems, workload: SecretUser, secret: unknown): void {
  SECRET(problems, "secret", secret);
  if (workload.namespace !== undefined) return;
  problems.add(
    "NAME_INVALID",
    "The workload has no namespace, which its IAM statement must contain",
    'Give the chart a namespace: new Chart(app, "shop", { namespace: "shop" })',
  );
}

/** The name of a secret as the name of its file. */
function readFileName(problems: Problems, secret: IVaultSecret | undefined): string {
  const name = secret?.secretName;
  if (!Token.isUnresolved(name))
    return name === undefined ? "" : (FILE_NAME(problems, "fileName", name) ?? "");
  problems.add(
    "ATTRIBUTE_MISSING",
    "fileName was not given, and the name of the secret is a reference to a Terraform value",
    'Give the name of the file: { fileName: "db-password" }',
  );
  return "";
}

function checkVariable(
  problems: Problems,
  { mounted, variables }: SecretPlace,
  property: string,
  name: string,
): void {
  if (!variables.includes(name) && !mounted.variables.has(name)) return;
  problems.add(
    "NAME_DUPLICATE",
    `${property} is ${name}, and the program already has this variable`,
    "Choose another name, for example DB_PASSWORD_FILE",
  );
}

/** Adds a problem if a secret can't share a directory with its existing secrets. */
function checkGroup(
  problems: Problems,
  group: SecretGroup | undefined,
  where: string,
  { fileName, secret }: SecretFile,
  delivery: SecretDelivery,
): void {
  if (delivery.kind === SecretDeliveryKind.EXTERNAL_SECRETS && secret.region === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `secret is ${secret.node.path}, whose region is unknown, and External Secrets requires it`,
      'Give the secret its region: { region: "eu-frankfurt-1" }',
    );
  }
  if (!group) return;
  const fix = 'Mount the secret in another directory: { directory: "/run/secrets/other" }';
  if (group.delivery.kind !== delivery.kind) {
    problems.add(
      "SECRET_INVALID",
      `delivery is ${delivery.kind}, and other secrets in ${where} use ${group.delivery.kind}`,
      fix,
    );
  }
  if (group.vaultId !== secret.vaultId) {
    problems.add("SECRET_INVALID", `secret is in another vault than the other secrets in ${where}`, fix);
  }
  if (group.files.some((file) => file.fileName === fileName)) {
    const what = `fileName is ${fileName}, and ${where} already has a file with this name`;
    problems.add("NAME_DUPLICATE", what, 'Give the file another name: { fileName: "db-password" }');
  }
}

/** Adds a secret to its group, and creates the objects of the group for the first one. */
function addFile(
  place: SecretPlace,
  existing: SecretGroup | undefined,
  file: SecretFile,
  created: SecretGroup,
): void {
  const { mounted, workload } = place;
  const group = existing ?? created;
  // First, as it may throw.
  file.secret.grantRead(workload);
  group.files.push(file);
  if (existing) return;
  mounted.groups.push(group);
  if (group.delivery.kind === SecretDeliveryKind.SECRETS_STORE) addClass(workload, group);
  else addExternalSecret(workload, group);
  addTokenRole(workload, group.delivery);
}

const byFile = (a: SecretFile, b: SecretFile) => byText(a.fileName, b.fileName);

/** The SecretProviderClass of the Secrets Store CSI driver. Its list of secrets is a YAML text. */
function addClass(workload: SecretUser, group: SecretGroup): void {
  const lines = ({ fileName, secret, stage }: SecretFile) =>
    `- name: "${secret.secretName}"\n  stage: ${stage}\n  fileName: "${fileName}"\n`;
  add(workload, group.objectName, "secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", {
    spec: {
      provider: "oci",
      parameters: {
        authType: "workload",
        // Further secrets are mounted later.
        secrets: Lazy.any({ produce: () => [...group.files].sort(byFile).map(lines).join("") }) as unknown,
        vaultId: group.vaultId,
      },
    },
  });
}

/** The store and the external secret, which keeps a Secret of the same name up to date. */
function addExternalSecret(workload: SecretUser, group: SecretGroup): void {
  const { delivery, files, objectName, vaultId } = group;
  const region = files[0]?.secret.region;
  const store = add(workload, objectName, "external-secrets.io/v1", "SecretStore", {
    spec: {
      provider: {
        oracle: {
          principalType: "Workload",
          region,
          serviceAccountRef: { name: workload.serviceAccountName },
          vault: vaultId,
        },
      },
    },
  });
  const data = () =>
    [...files].sort(byFile).map(({ fileName, secret, stage }) => ({
      secretKey: fileName,
      remoteRef: { key: secret.secretName, version: stage },
    }));
  const external = add(workload, objectName, "external-secrets.io/v1", "ExternalSecret", {
    spec: {
      refreshPolicy: "Periodic",
      refreshInterval: delivery._refreshInterval,
      secretStoreRef: { kind: "SecretStore", name: objectName },
      target: { name: objectName, creationPolicy: "Owner", deletionPolicy: "Retain" },
      data: Lazy.any({ produce: data }) as unknown,
    },
  });
  external.addDependency(store);
}

/**
 * Allows the reader of the vault to create tokens of this ServiceAccount, with which the vault identifies the
 * workload.
 */
function addTokenRole(workload: SecretUser, { issuerNamespace, issuerServiceAccount }: SecretDelivery): void {
  const name = `${workload.name}-vault-token`;
  const roleId = `Role-${name}`;
  if (!workload.node.tryFindChild(roleId)) {
    const resourceNames = [workload.serviceAccountName];
    add(workload, name, `${RBAC}/v1`, "Role", {
      rules: [{ apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames, verbs: ["create"] }],
    });
  }
  const bindingName = `${name}-${issuerNamespace}-${issuerServiceAccount}`;
  if (workload.node.tryFindChild(`RoleBinding-${bindingName}`)) return;
  add(workload, bindingName, `${RBAC}/v1`, "RoleBinding", {
    roleRef: { apiGroup: RBAC, kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name: issuerServiceAccount, namespace: issuerNamespace }],
  });
}

function add(workload: SecretUser, name: string, apiVersion: string, kind: string, rest: object): ApiObject {
  return new ApiObject(workload, `${kind}-${name}`, {
    apiVersion,
    kind,
    metadata: { name, labels: workload.labels },
    ...rest,
  });
}
