import { Token } from "cdktf";
import { checkMountPath } from "./writable-path";
import { checked } from "../../core/checked";
import { checkFileContent } from "../../core/credential-literal";
import { shortHash } from "../../core/resource-name";
import { byText } from "../../core/stable-order";
import { Problems } from "../../core/validation-error";
import { refuseKind } from "../../core/value-readers";

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
    checkMountPath(problems, "path", path);
    if (typeof content !== "string") {
      refuseKind(problems, "content", content, 'a text, for example "level = info\\n"');
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
