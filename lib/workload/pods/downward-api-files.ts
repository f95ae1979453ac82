import { checkMountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { isQualifiedName } from "../../core/kubernetes-names";
import { Problems } from "../../core/validation-error";
import { isOfKind, kindOf } from "../../core/value-readers";

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

const FILE = /^(?!\.\.)[-._a-zA-Z0-9]{1,253}$/;
const FIELDS = /^metadata\.(?:annotations|labels|name|namespace|uid|(?:labels|annotations)\['[^']+'\])$/;

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
    checkMountPath(problems, "path", path);
    checkFields(problems, fields);
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
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, fieldPath]) => ({ path: file, fieldRef: { apiVersion: "v1", fieldPath } }));
    return { name, downwardAPI: { defaultMode: 0o440, items } } as { readonly name: string };
  }
}

function checkFields(problems: Problems, fields: unknown): void {
  const instead = 'Write a field of the pod for each file, for example { labels: "metadata.labels" }';
  if (!isOfKind(fields, []) || Object.keys(fields as object).length === 0) {
    const what = isOfKind(fields, []) ? "empty" : kindOf(fields);
    problems.add("ATTRIBUTE_MISSING", `fields is ${what}`, instead);
    return;
  }
  for (const [file, field] of Object.entries(fields as { [file: string]: unknown })) {
    if (!FILE.test(file) || file === ".") {
      problems.add(
        "NAME_INVALID",
        `fields has the invalid file name ${shown(file)}`,
        "Use up to 253 letters, digits, -, _, and ., for example labels",
      );
    }
    if (typeof field !== "string" || !FIELDS.test(field)) {
      problems.add(
        "ENV_INVALID",
        `fields.${file} is ${shown(field)}, which is not a field for files`,
        instead,
      );
    } else {
      checkFieldKey(problems, `fields.${file}`, field);
    }
  }
}
