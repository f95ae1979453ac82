import { Token } from "cdktf";
import { checked } from "../core/checked";
import { checkedBy, readArguments, reasonFor, text } from "../core/readers";
import { choiceOf, type ReasonedChoice } from "../core/reason";
import { type Problems } from "../core/validation-error";

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
