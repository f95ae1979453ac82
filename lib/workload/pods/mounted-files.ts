import { Token } from "cdktf";
import { mountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { checkFileContent } from "../../core/credential-literal";
import { shown } from "../../core/display-value";
import { isQualifiedName } from "../../core/kubernetes-names";
import {
  checkedBy,
  listOf,
  mapOf,
  matching,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  subdomainName,
  text,
} from "../../core/readers";
import { shortHash } from "../../core/resource-name";
import { byKey, byText } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";

const CONTENT = text('a text, for example "level = info\\n"');

/** A configuration file of a container, kept in a ConfigMap and mounted read-only. */
@checked
export class ConfigFile {
  /**
   * A configuration file with a text.
   *
   * @param path the path in the container, such as `/etc/web/app.conf`
   * @param content the text; no credentials and no references to Terraform values
   */
  public static of(path: string, content: string): ConfigFile {
    const problems = new Problems("ConfigFile.of");
    mountPath()(problems, "path", path);
    if (CONTENT(problems, "content", content) === undefined) {
      problems.throwAll();
    } else if (Token.isUnresolved(content)) {
      problems.add(
        "MANIFEST_REFERENCES",
        `content of ${path} contains a reference to a Terraform value, and the name of the ConfigMap is a hash of the content`,
        "Pass the value in an environment variable: EnvironmentValue.fromValue(reference)",
      );
    } else {
      checkFileContent(problems, path, content);
    }
    problems.throwIfAny();
    return new ConfigFile(path, content);
  }

  private constructor(
    /** The path in the container. */
    public readonly path: string,
    /** The text of the file. */
    public readonly content: string,
  ) {}
}

const MAX_BYTES = 1024 * 1024;

/** Adds a problem if the files don't fit into one ConfigMap. */
export function checkFiles(problems: Problems, name: string, files: readonly ConfigFile[]): void {
  const size = files.reduce((sum, file) => sum + Buffer.byteLength(file.content), 0);
  if (size <= MAX_BYTES) return;
  problems.add(
    "CONFIG_TOO_LARGE",
    `${name} has ${size} bytes in total, and a ConfigMap holds at most ${MAX_BYTES}`,
    "Put large files into the image or into a volume",
  );
}

/** The files of a ConfigMap whose name changes with their content, so that a change rolls the pods. */
export class ConfigFileSet {
  /** The name of the ConfigMap. */
  public readonly name: string;
  private readonly files: readonly ConfigFile[];

  /** @param owner the container of the files, if it is not the program's. */
  constructor(workload: string, files: readonly ConfigFile[], owner?: string) {
    this.files = [...files].sort((a, b) => byText(a.path, b.path));
    const entries = this.files.map(({ path, content }) => [path, content]);
    // The owner is hashed too: otherwise container a-b of one workload could collide with container b of
    // another named …-a.
    const text = JSON.stringify(owner === undefined ? entries : [owner, entries]);
    this.name = `${workload}-${owner === undefined ? "" : `${owner}-`}config-${shortHash(text)}`;
  }

  public data(): { [key: string]: string } {
    return Object.fromEntries(this.files.map((file) => [this.keyOf(file), file.content]));
  }

  public mounts(volume: string): object[] {
    return this.files.map((file) => ({
      name: volume,
      mountPath: file.path,
      subPath: this.keyOf(file),
      readOnly: true,
    }));
  }

  /** The file name, for readability; with a hash if two files have the same name. */
  private keyOf(file: ConfigFile): string {
    const base = (path: string) => path.slice(path.lastIndexOf("/") + 1).replace(/[^-._a-zA-Z0-9]/g, "_");
    const key = base(file.path).slice(0, 200);
    const isUnique = this.files.filter((other) => base(other.path).slice(0, 200) === key).length === 1;
    return isUnique && !key.startsWith("..") && key !== "." ? key : `${shortHash(file.path)}-${key}`;
  }
}

/** Options of `SecretFiles.fromSecret`. */
export interface SecretFilesOptions {
  /**
   * The keys to mount; each is also the name of its file.
   *
   * @default - all keys of the Secret
   */
  readonly keys?: string[];
}

const KEYS_FIX =
  'List keys of the Secret, for example ["password"]: up to 253 letters, digits, -, _, and .; remove keys to mount all';
const KEY = matching(/^(?!\.\.?$|\.\.)[-._a-zA-Z0-9]{1,253}$/, KEYS_FIX);

const OPTIONS = {
  keys: optional(
    checkedBy(listOf(KEY, 'a list of texts, for example ["password"]'), (problems, name, { length }) => {
      if (length === 0) problems.add("NAME_INVALID", `${name} is empty`, KEYS_FIX);
    }),
  ),
} satisfies PropsSchema<SecretFilesOptions>;

/**
 * Secret values as read-only files of a container, which only the program's user can read.
 *
 * The manifest contains only the name. The values are created in the cluster, for example from OCI Vault.
 */
@checked
export class SecretFiles {
  /**
   * Mounts the keys of a Secret in the workload's namespace, such as one that External Secrets or
   * cert-manager creates.
   *
   * Pods wait until the Secret exists. The files are updated when the Secret changes.
   *
   * @param path the directory of the files, such as `/run/secrets/db`
   * @param secretName the name of the Secret
   * @see https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod
   */
  public static fromSecret(path: string, secretName: string, options: SecretFilesOptions = {}): SecretFiles {
    const problems = new Problems("SecretFiles.fromSecret");
    mountPath()(problems, "path", path);
    subdomainName()(problems, "secretName", secretName);
    const { keys } = problems.resolved<Resolved<typeof OPTIONS>>(readProps(problems, options, OPTIONS));
    const items = keys && { items: [...new Set(keys)].sort().map((key) => ({ key, path: key })) };
    // 0440: the owner is root, and the group is the pod's fsGroup.
    return new SecretFiles(path, { secret: { secretName, defaultMode: 0o440, ...items } });
  }

  /**
   * Mounts the values of a SecretProviderClass in the workload's namespace, which the Secrets Store CSI
   * driver reads when a pod starts.
   *
   * The values are in no Secret. The driver, and Oracle's provider for OCI Vault, must be installed in the
   * cluster.
   *
   * @param path the directory of the files, such as `/run/secrets/db`
   * @param secretProviderClass the name of the SecretProviderClass
   * @see https://secrets-store-csi-driver.sigs.k8s.io/getting-started/usage
   */
  public static fromSecretsStore(path: string, secretProviderClass: string): SecretFiles {
    const problems = new Problems("SecretFiles.fromSecretsStore");
    mountPath()(problems, "path", path);
    subdomainName()(problems, "secretProviderClass", secretProviderClass);
    problems.throwIfAny();
    const volumeAttributes = { secretProviderClass };
    return new SecretFiles(path, {
      csi: { driver: "secrets-store.csi.k8s.io", readOnly: true, volumeAttributes },
    });
  }

  private constructor(
    /** The directory of the files. */
    public readonly path: string,
    private readonly secretSource: object,
  ) {}

  /** @internal */
  public _toVolume(name: string): { readonly name: string } {
    return { name, ...this.secretSource };
  }
}

const KEYED = /\['([^']*)'\]$/;

/** Adds a problem if a field refers to an invalid label or annotation. */
export function checkFieldKey(problems: Problems, name: string, field: string): void {
  const [, key] = KEYED.exec(field) ?? [];
  if (key === undefined || isQualifiedName(key)) return;
  problems.add(
    "ENV_INVALID",
    `${name} is ${shown(field)}, whose key is invalid for labels and annotations`,
    "Write the key of the pod's label or annotation, for example metadata.labels['app.kubernetes.io/name']",
  );
}

const FILE = /^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}$/;
const EXAMPLE = 'Write a field of the pod for each file, for example { labels: "metadata.labels" }';
const FIELD = checkedBy(
  matching(
    /^metadata\.(?:annotations|labels|name|namespace|uid|(?:labels|annotations)\['[^']+'\])$/,
    EXAMPLE,
    { code: "ENV_INVALID" },
  ),
  checkFieldKey,
);
const FIELDS = checkedBy(
  mapOf(FIELD, 'a field of the pod for each file, for example { labels: "metadata.labels" }'),
  (problems, name, fields) => {
    const files = Object.keys(fields);
    if (files.length === 0) problems.add("ATTRIBUTE_MISSING", `${name} is empty`, EXAMPLE);
    for (const file of files.filter((each) => !FILE.test(each))) {
      problems.add(
        "NAME_INVALID",
        `${name} has the invalid file name ${shown(file)}`,
        "Use up to 253 letters, digits, -, _, and ., for example labels",
      );
    }
  },
);

/**
 * Fields of a pod (downward API) as read-only files; unlike variables, they follow changes of labels and
 * annotations.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
 */
@checked
export class DownwardApiFiles {
  /**
   * Mounts fields of the pod as files of a directory.
   *
   * @param path the directory, such as `/etc/pod`
   * @param fields the fields by file name: `metadata.name`, `.namespace`, `.uid`, `.labels`, `.annotations`,
   * or one label or annotation, `metadata.labels['app']`
   */
  public static of(path: string, fields: { [file: string]: string }): DownwardApiFiles {
    const problems = new Problems("DownwardApiFiles.of");
    mountPath()(problems, "path", path);
    FIELDS(problems, "fields", fields);
    problems.throwIfAny();
    return new DownwardApiFiles(path, fields);
  }

  private constructor(
    /** The directory of the files. */
    public readonly path: string,
    private readonly fields: { [file: string]: string },
  ) {}

  /** @internal */
  public _toVolume(name: string): { readonly name: string } {
    const items = Object.entries(this.fields)
      .sort(byKey)
      .map(([file, fieldPath]) => ({ path: file, fieldRef: { apiVersion: "v1", fieldPath } }));
    return { name, downwardAPI: { defaultMode: 0o440, items } } as { readonly name: string };
  }
}
