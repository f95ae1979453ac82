import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkArguments, checkFileContent } from "../core/credential-literal";
import { shown } from "../core/display-value";
import { readArgument, type Reader, text } from "../core/readers";
import { type Problems } from "../core/validation-error";

/** The end marker of the custom script inside of the start script of a node. */
export const END_OF_SCRIPT = "END_OF_CLOUD_INIT";

/**
 * A script that runs on each node of a pool at its first boot, after the node has joined the cluster.
 *
 * OKE replaces its own script with the user data of an instance. A pool therefore downloads and runs OKE's script first, and your script
 * afterwards: a node whose script fails is in the cluster nevertheless, and `cloud-init status` on the node shows the failure. Existing
 * nodes don't run a changed script: they must be replaced, which node cycling does.
 *
 * Everyone who may read the instance or its metadata can read the script, including every pod on the node. A script that contains
 * something that looks like a credential is rejected.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingcustomcloudinitscripts.htm
 */
@checked
export class CloudInit {
  /**
   * A script given as text.
   *
   * @param text the script, which begins with `#!`, such as `#!/bin/bash`; it can't be a reference to a Terraform value
   */
  public static script(text: string): CloudInit {
    readArgument("CloudInit.script", "text", text, scriptText);
    return new CloudInit(text);
  }

  /**
   * A script read from a file.
   *
   * @param path the file, relative to the working directory of the program
   */
  public static fromFile(path: string): CloudInit {
    return new CloudInit(readArgument("CloudInit.fromFile", "path", path, scriptFile));
  }

  private constructor(
    /** The text of the script. */
    public readonly text: string,
  ) {}
}

const scriptText: Reader<string> = (problems, name, value) => {
  if (typeof value === "string" && !Token.isUnresolved(value)) {
    checkScript(problems, name, value);
    return value;
  }
  problems.add(
    "VALUE_INVALID",
    `${name} is ${shown(value)}`,
    "Write the script as a literal: it is encoded at synthesis, before Terraform values are known",
  );
  return undefined;
};

const scriptFile: Reader<string> = (problems, name, value) => {
  const path = text()(problems, name, value);
  if (path === undefined) return undefined;
  let script: string;
  try {
    script = readFileSync(path, "utf8");
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    problems.add(
      "CLOUD_INIT_INVALID",
      code === "ENOENT"
        ? `${name} is ${shown(path)}, but ${resolve(path)} does not exist`
        : `${name} is ${shown(path)}, which can't be read: ${code}`,
      'Give the path of a script, relative to the working directory of the program, for example "scripts/node.sh"',
    );
    return undefined;
  }
  checkScript(problems, path, script);
  return script;
};

function checkScript(problems: Problems, name: string, script: string): void {
  if (!script.startsWith("#!")) {
    problems.add(
      "CLOUD_INIT_INVALID",
      `${name} does not begin with #!`,
      script.startsWith("#cloud-config")
        ? "Write the steps as a script that begins with #!/bin/bash: OKE's own script runs before it, and cloud-config has no such order"
        : "Begin the script with its interpreter, for example #!/bin/bash",
    );
  }
  if (/oke[_-]init/.test(script)) {
    problems.add(
      "CLOUD_INIT_INVALID",
      `${name} runs OKE's own script`,
      "Remove these lines: the pool downloads OKE's script and runs it before yours",
    );
  }
  if (script.split("\n").includes(END_OF_SCRIPT)) {
    problems.add(
      "CLOUD_INIT_INVALID",
      `${name} has the line ${END_OF_SCRIPT}, the delimiter of the script inside of the node's start script`,
      "Use another here-document delimiter, for example EOF",
    );
  }
  const before = problems.count;
  checkFileContent(problems, name, script);
  if (problems.count === before) checkArguments(problems, name, [script]);
}
