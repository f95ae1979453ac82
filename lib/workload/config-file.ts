import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkFileContent } from "../core/credential-literal";
import { Problems } from "../core/validation-error";
import { checkMountPath } from "./mount-path";
import { refuseKind } from "./shapes";

/** A configuration file of a container, kept in a ConfigMap and mounted read-only. */
@checked
export class ConfigFile {
  /**
   * A file with a text.
   *
   * @param path where the container finds it, such as `/etc/web/app.conf`
   * @param content the text; no credentials and no references to Terraform values
   * @throws PATH_INVALID, CREDENTIAL_LITERAL, MANIFEST_REFERENCES, VALUE_INVALID
   */
  public static of(path: string, content: string): ConfigFile {
    const problems = new Problems("ConfigFile.of");
    checkMountPath(problems, path);
    if (typeof content !== "string") {
      refuseKind(problems, "The content", content, 'a text, for example "level = info\\n"');
    } else if (Token.isUnresolved(content)) {
      problems.add(
        "MANIFEST_REFERENCES",
        `The content of ${path} holds a reference, but the ConfigMap's name is a hash of what the files say`,
        "Give the value as an environment variable, EnvValue.fromValue(reference)",
      );
    } else {
      checkFileContent(problems, path, content);
    }
    problems.throwIfAny();
    return new ConfigFile(path, content);
  }

  private constructor(
    /** Where the container finds the file. */
    public readonly path: string,
    /** The text of the file. */
    public readonly content: string,
  ) {}
}
