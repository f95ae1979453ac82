import { ConfigFile } from "./config-file";
import { type InitContainer } from "./container-resources";
import { checkMountPath, WritablePath } from "./writable-path";
import { checked } from "../../core/checked";
import { findCredential, namesSecret } from "../../core/credential-literal";
import { shown } from "../../core/display-value";
import { shortHash } from "../../core/short-hash";
import { Problems } from "../../core/validation-error";
import { kind, refuseKind, shaped, text } from "../../core/value-readers";
import { type ContainerImage } from "../images/container-image";

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
function checkFetchUrl(problems: Problems, url: unknown): void {
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

const BILLIONTHS = 1_000_000_000n;
const LONGEST_SLUG = 40;
const LIST = "/etc/fetch-at-start/sha256sums";

/** What is fetched, and with what. */
export interface FetchAtStartProps {
  /**
   * Where the file is: an HTTPS URL without a credential.
   *
   * Redirects are followed as long as they stay HTTPS.
   */
  readonly url: string;
  /** What the file is: its SHA-256 as 64 lower-case hexadecimal digits, as `sha256sum` prints it. */
  readonly sha256: string;
  /**
   * An image with `curl` (7.52 or newer) and `sha256sum` on its path, such as a copy of curlimages/curl in your registry.
   *
   * It is gone before the program starts, so a debugging image needs no reason here.
   */
  readonly image: ContainerImage;
  /**
   * The most that the file and its directory may hold, such as `64Mi`.
   *
   * @default "64Mi"
   */
  readonly sizeLimit?: string;
}

const READERS = {
  image: kind(
    ["reference", "_acknowledge"],
    'ContainerImage.of("fra.ocir.io/acme/curl@sha256:<64 hexadecimal digits>")',
  ),
  sizeLimit: text('a quantity, for example "64Mi"'),
};

/**
 * A file that is fetched and verified before the program starts, so that the program's image needs no network tools.
 *
 * Two init containers do it, hardened as all others: the first runs `curl`, the second `sha256sum`, neither a shell. The
 * program starts only once the file is the one that was meant; until then the pod waits, and a pod that got another one
 * waits until it is made anew. The directory is one that all containers of the pod share, and can write to.
 *
 * It opens nothing. Let the workload connect to the host, `workload.connections.allowTo(peer, Port.tcp(443))`, which the
 * program may use then too, and let the network, `network.addEgress(…)`, where the host is no Oracle service.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
 * @see https://curl.se/docs/manpage.html
 */
@checked
export class FetchAtStart {
  /**
   * A file by its URL and its hash; give it to `fetchAtStart` of a workload.
   *
   * @param path where the program finds the file, such as `/srv/geo/cities.mmdb`; two files are in two directories, or in one
   * that `sharedPaths` names
   * @throws FETCH_INVALID, CREDENTIAL_LITERAL, PATH_INVALID, QUANTITY_INVALID, ATTRIBUTE_MISSING, VALUE_INVALID
   */
  public static https(path: string, props: FetchAtStartProps): FetchAtStart {
    const problems = new Problems("FetchAtStart.https");
    const read = shaped(problems, props, READERS, ["image"]);
    checkFetchUrl(problems, read.url);
    checkHash(problems, read.sha256);
    const folder = checkFile(problems, path);
    const { sizeLimit } = read;
    const shared =
      folder === undefined ? undefined : problems.collect(() => WritablePath.of(folder, { sizeLimit }));
    problems.throwIfAny();
    return new FetchAtStart(path, shared as WritablePath, read as FetchAtStartProps);
  }

  private constructor(
    /** Where the program finds the file. */
    public readonly path: string,
    private readonly folder: WritablePath,
    private readonly props: FetchAtStartProps,
  ) {}

  /** @internal */
  public _sharedPath(): WritablePath {
    return this.folder;
  }

  /** @internal */
  public _initContainers(): InitContainer[] {
    const { path, folder, props } = this;
    const { url, sha256, image } = props;
    const size = String(folder._size() / BILLIONTHS);
    const base = path.slice(path.lastIndexOf("/") + 1);
    const slug = base.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    // The path says which it is, and the file's name what it is.
    const name = `${slug.slice(0, LONGEST_SLUG).replace(/^-+|-+$/g, "") || "file"}-${shortHash(path)}`;
    return [
      {
        name: `fetch-${name}`,
        image,
        command: ["curl"],
        args: [
          // No options of the image's own; curl takes this one as the first only.
          "--disable",
          ...["--fail", "--silent", "--show-error", "--location"],
          ...["--proto", "=https", "--tlsv1.2", "--globoff"],
          // Rules of a network policy may be there a moment later than the pod.
          ...["--connect-timeout", "15", "--retry", "5", "--retry-connrefused"],
          ...["--max-filesize", size, "--output", path, "--url", url],
        ],
      },
      {
        name: `verify-${name}`,
        image,
        command: ["sha256sum"],
        args: ["-c", LIST],
        files: [ConfigFile.of(LIST, `${sha256}  ${path}\n`)],
      },
    ];
  }
}

function checkHash(problems: Problems, sha256: unknown): void {
  if (typeof sha256 !== "string") {
    refuseKind(problems, "sha256", sha256, "the 64 hexadecimal digits that sha256sum prints, in quotes");
  } else if (!/^[0-9a-f]{64}$/.test(sha256)) {
    problems.add(
      "FETCH_INVALID",
      `sha256 is ${shown(sha256)}`,
      "Write the 64 lower-case hexadecimal digits that sha256sum prints for the file",
    );
  }
}

/** Answers the directory of a file; what can't be a file that is fetched goes into the problems. */
function checkFile(problems: Problems, path: unknown): string | undefined {
  const own = new Problems("FetchAtStart.https");
  checkMountPath(own, path as string);
  if (own.any) {
    problems.collect(() => {
      own.throwIfAny();
    });
    return undefined;
  }
  const file = path as string;
  const [folder, base] = [file.slice(0, file.lastIndexOf("/")), file.slice(file.lastIndexOf("/") + 1)];
  if (/^[A-Za-z0-9_][\w.-]*$/.test(base) && folder !== "") return folder;
  problems.add(
    "PATH_INVALID",
    `${shown(file)} is no file in a directory, with a plain name`,
    "Use letters, digits, _, - and . in its name, and a directory that holds nothing else, for example /srv/geo/cities.mmdb",
  );
  return undefined;
}
