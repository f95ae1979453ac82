import { checkLiteral } from "../../../core/credential-literal";
import { checkObjectName } from "../../../core/kubernetes-names";
import { shown } from "../../../core/display-value";
import { type Problems } from "../../../core/validation-error";
import { kind } from "../../../core/value-readers";

/** Files of a Secret, or of the vault; never a text, which would be the credential itself. */
export const SECRET_FILES_SHAPE = kind(
  ["path", "_toVolume"],
  'SecretFiles.fromSecretsStore("/run/secrets/alerts", "alerts"), or SecretFiles.fromSecret(path, secretName)',
);

export function checkReceiverName(problems: Problems, name: string): void {
  checkObjectName(problems, "name", name);
}

/** Adds a problem for an address that is not one of HTTP, or has a credential in it. */
export function checkUrl(problems: Problems, field: string, url: string): void {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    parsed = undefined;
  }
  if (!parsed || !["http:", "https:"].includes(parsed.protocol)) {
    problems.add(
      "RECEIVER_INVALID",
      `${field} is ${shown(url)}`,
      'Write an address, "https://alerts.example.com/hook"',
    );
    return;
  }
  if (parsed.username !== "" || parsed.password !== "") {
    problems.add(
      "CREDENTIAL_LITERAL",
      `${field} has a user or a password in it`,
      "Keep the whole address in OCI Vault, and give secretFiles with the file url",
    );
    return;
  }
  checkLiteral(problems, field, field, url);
}
