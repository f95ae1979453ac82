import { namesSecret } from "../core/credential-literal";
import { findCredential } from "../core/credential-look";
import { type Problems } from "../core/validation-error";
import { refuseKind } from "./shapes";
import { shown } from "../core/shown";

// Host names and IPv4 addresses alone: whoever opens the way there has to name it too.
const URL_FORM = /^https:\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?(\/[^\s#"<>\\^`]*)$/i;
const LONGEST = 2048;
const LARGEST_PORT = 65535;
// A pre-authenticated request of Object Storage: whoever has it reads the object.
const PRE_AUTHENTICATED = /^\/p\/[^/]+\/n\//;
const SIGNATURE = /^(?:sig|signature|x-(?:amz|goog)-(?:signature|credential|security-token))$/i;

/** What of a URL lets in whoever has it. */
function credentialIn(path: string): string | undefined {
  if (PRE_AUTHENTICATED.test(path)) return "is a pre-authenticated request, which lets in whoever has it";
  const [, query = ""] = path.split("?");
  const name = query
    .split("&")
    .map((pair) => pair.split("=")[0] ?? "")
    .find((one) => SIGNATURE.test(one) || namesSecret(one));
  if (name !== undefined) return `has a credential in ${name}`;
  const found = findCredential(path);
  return found && `holds ${found}`;
}

/** Adds a problem where a URL is none of HTTPS, or holds a credential. */
export function checkFetchUrl(problems: Problems, url: unknown): void {
  if (typeof url !== "string") {
    refuseKind(problems, "url", url, 'a text, for example "https://files.example.com/cities.mmdb"');
    return;
  }
  const fix =
    "Let an init container of your own fetch it, with the credential as a file: initContainers: [{ name, image, secretFiles }]";
  if (/^[a-z]+:\/\/[^/]*@/i.test(url)) {
    problems.add("CREDENTIAL_LITERAL", "url names a user before its host", fix);
    return;
  }
  const [, host = "", port = "443", path = ""] = URL_FORM.exec(url) ?? [];
  const isPort = Number(port) >= 1 && Number(port) <= LARGEST_PORT;
  if (host === "" || host.includes("..") || !isPort || url.length > LONGEST) {
    problems.add(
      "FETCH_INVALID",
      `url is ${shown(url)}`,
      `Write https://, a host, and a path of up to ${LONGEST} characters, for example "https://files.example.com/cities.mmdb"`,
    );
    return;
  }
  const credential = credentialIn(path);
  if (credential !== undefined) problems.add("CREDENTIAL_LITERAL", `url ${credential}`, fix);
}
