import { mountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { isQualifiedName } from "../../core/kubernetes-names";
import { checkedBy, mapOf, matching } from "../../core/readers";
import { byKey } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";

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
