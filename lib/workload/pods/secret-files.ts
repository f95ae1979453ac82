import { mountPath } from "./writable-path";
import { checked } from "../../core/checked";
import {
  checkedBy,
  matching,
  optional,
  type PropsSchema,
  readProps,
  type Resolved,
  listOf,
  subdomainName,
} from "../../core/readers";
import { Problems } from "../../core/validation-error";

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
