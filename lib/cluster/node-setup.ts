import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkArguments, checkFileContent } from "../core/credential-literal";
import { shown } from "../core/display-value";
import { isLabelValue, isQualifiedName } from "../core/kubernetes-names";
import { checkedBy, readArgument, readArguments, type Reader, reasonFor, text } from "../core/readers";
import { choiceOf, type ReasonedChoice } from "../core/reason";
import { type Problems } from "../core/validation-error";

const TAINT = {
  key: literalText(
    isQualifiedName,
    'Write up to 63 letters, digits, -, _ and ., for example "workload" or "example.com/workload"',
  ),
  value: literalText(
    isLabelValue,
    "Write up to 63 letters, digits, -, _ and ., beginning and ending with a letter or digit",
  ),
};

type Effect = "NoSchedule" | "PreferNoSchedule" | "NoExecute";

/**
 * A taint that the nodes of a pool have from the moment when they join the cluster.
 *
 * Workloads run on such a node only if they tolerate the taint, see `Toleration`.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
@checked
export class NodeTaint {
  /**
   * New pods that don't tolerate the taint are not scheduled on the node.
   *
   * @param key up to 63 letters, digits, `-`, `_` and `.`, optionally after a DNS name and a slash
   * @param value as the value of a label; by default empty
   */
  public static noSchedule(key: string, value = ""): NodeTaint {
    return NodeTaint.read("NodeTaint.noSchedule", key, value, "NoSchedule");
  }

  /**
   * New pods that don't tolerate the taint are scheduled on the node only if no other node has room.
   *
   * @param key up to 63 letters, digits, `-`, `_` and `.`, optionally after a DNS name and a slash
   * @param value as the value of a label; by default empty
   */
  public static preferNoSchedule(key: string, value = ""): NodeTaint {
    return NodeTaint.read("NodeTaint.preferNoSchedule", key, value, "PreferNoSchedule");
  }

  /**
   * Pods that don't tolerate the taint are not scheduled on the node, and those that run there are evicted.
   *
   * @param key up to 63 letters, digits, `-`, `_` and `.`, optionally after a DNS name and a slash
   * @param value as the value of a label; by default empty
   */
  public static noExecute(key: string, value = ""): NodeTaint {
    return NodeTaint.read("NodeTaint.noExecute", key, value, "NoExecute");
  }

  private static read(factory: string, key: string, value: string, effect: Effect): NodeTaint {
    readArguments(factory, { key, value }, TAINT);
    return new NodeTaint(key, value, effect);
  }

  private constructor(
    /** The key, such as `workload`. */
    public readonly key: string,
    /** The value; may be empty. */
    public readonly value: string,
    /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`. */
    public readonly effect: string,
  ) {}

  /** The taint as the kubelet and kubectl write it, such as `workload=batch:NoSchedule`. */
  public get text(): string {
    return `${this.key}=${this.value}:${this.effect}`;
  }
}

function literalText(isValid: (value: string) => boolean, fix: string): Reader<string> {
  return checkedBy(text(), (problems, name, value) => {
    if (!isValid(value)) problems.add("LABEL_INVALID", `${name} is ${shown(value)}`, fix);
  });
}

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

// The key type, the key in Base64, and an optional comment.
const PUBLIC_KEY =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) ([A-Za-z0-9+/]+={0,2})(?: [^\r\n]*)?$/;
const MIN_RSA_BITS = 2048;

/**
 * SSH access to the nodes of a pool, to debug a node itself.
 *
 * By default, nodes have no SSH key, so that nobody can log in. A key alone opens no port: the security group of the worker nodes allows
 * no TCP 22 ingress. Allow it for as long as you need it, `cluster.workerSecurityGroup.allowFrom(peer, Port.tcp(22), { reason })`, and
 * remove the rule afterwards. The key stays on each node until the node is replaced.
 *
 * Most debugging needs no key: use `kubectl debug node/<name>`, with a role that allows it.
 */
@checked
export class SshAccess {
  /**
   * SSH access with the private half of a key.
   *
   * @param publicKey the public key on one line, such as `ssh-ed25519 AAAA… name`; RSA keys need at least 2048 bits
   */
  public static withKey(publicKey: string, choice: ReasonedChoice): SshAccess {
    const read = readArguments("SshAccess.withKey", { publicKey, choice }, SSH_ACCESS);
    return new SshAccess(read.publicKey, read.choice.reason);
  }

  private constructor(
    /** The public key. */
    public readonly publicKey: string,
    /** The reason for logging in to nodes. */
    public readonly reason: string,
  ) {}
}

const SSH_ACCESS = {
  publicKey: checkedBy(text("the line in a .pub file in quotes"), checkKey),
  choice: choiceOf(reasonFor("SSH to worker nodes")),
};

function checkKey(problems: Problems, name: string, key: string): void {
  if (Token.isUnresolved(key)) return;
  if (/PRIVATE KEY/.test(key)) {
    problems.add(
      "CREDENTIAL_LITERAL",
      `${name} is a private key`,
      "Give the content of the .pub file beside it, and create a new key pair: this one is now in the history of the program",
    );
    return;
  }
  const [, type, body = ""] = PUBLIC_KEY.exec(key.trim()) ?? [];
  if (type === undefined) {
    problems.add(
      "SSH_KEY_INVALID",
      `${name} is not an SSH public key`,
      'Give the line in a .pub file, for example "ssh-ed25519 AAAA… name"',
    );
    return;
  }
  const bits = type === "ssh-rsa" ? rsaBits(Buffer.from(body, "base64")) : undefined;
  if (bits === undefined || bits >= MIN_RSA_BITS) return;
  problems.add(
    "SSH_KEY_INVALID",
    `${name} is an RSA key of ${bits} bits`,
    `Create an ed25519 key, or an RSA key of at least ${MIN_RSA_BITS} bits, for example with ssh-keygen -t ed25519`,
  );
}

/** The length of the modulus: the third field, after the type and the exponent, each with a prefix of four bytes for its length. */
function rsaBits(body: Buffer): number {
  let offset = 0;
  let field: Uint8Array = new Uint8Array();
  for (let count = 0; count < 3 && offset + 4 <= body.length; count++) {
    const length = body.readUInt32BE(offset);
    field = body.subarray(offset + 4, offset + 4 + length);
    offset += 4 + length;
  }
  const first = field.findIndex((byte) => byte !== 0);
  if (first < 0) return 0;
  return (field.length - first) * 8 - Math.clz32(field[first] ?? 0) + 24;
}
