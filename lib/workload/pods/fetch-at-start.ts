import { type InitContainer } from "./container-resources";
import { ConfigFile } from "./mounted-files";
import { mountPath, WritablePath } from "./writable-path";
import { checked } from "../../core/checked";
import { namesSecret } from "../../core/credential-literal";
import { findCredential } from "../../core/credential-patterns";
import { shown } from "../../core/display-value";
import { byteQuantity } from "../../core/quantity";
import {
  checkedBy,
  matching,
  type PropsSchema,
  readProps,
  type Resolved,
  text,
  valueOf,
  withDefault,
} from "../../core/readers";
import { shortHash } from "../../core/resource-name";
import { Problems } from "../../core/validation-error";
import { ContainerImage } from "../images/container-image";

// Host names and IPv4 addresses only: the host must also be named to allow egress to it.
const URL_FORM = /^https:\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?(\/[^\s#"<>\\^`]*)$/i;
const MAX_URL_LENGTH = 2048;
const MAX_PORT = 65535;
// A pre-authenticated request of Object Storage: anyone who knows it can read the object.
const PRE_AUTHENTICATED = /^\/p\/[^/]+\/n\//;
const SIGNATURE = /^(?:sig|signature|x-(?:amz|goog)-(?:signature|credential|security-token))$/i;

/** The part of a URL that is a credential, if there is one. */
function credentialIn(path: string): string | undefined {
  if (PRE_AUTHENTICATED.test(path))
    return "is a pre-authenticated request, which gives access to anyone who has it";
  const [, query = ""] = path.split("?");
  const name = query
    .split("&")
    .map((pair) => pair.split("=")[0] ?? "")
    .find((parameter) => SIGNATURE.test(parameter) || namesSecret(parameter));
  if (name !== undefined) return `contains a credential in the parameter ${name}`;
  const credential = findCredential(path);
  return credential && `contains ${credential}`;
}

/** Adds a problem if a URL is not HTTPS or contains a credential. */
function checkFetchUrl(problems: Problems, name: string, url: string): void {
  const fix =
    "Fetch the file in your own init container, with the credential as a file: initContainers: [{ name, image, secretFiles }]";
  if (/^[a-z]+:\/\/[^/]*@/i.test(url)) {
    problems.add("CREDENTIAL_LITERAL", `${name} contains a user name`, fix);
    return;
  }
  const [, host = "", port = "443", path = ""] = URL_FORM.exec(url) ?? [];
  const isPort = Number(port) >= 1 && Number(port) <= MAX_PORT;
  if (host === "" || host.includes("..") || !isPort || url.length > MAX_URL_LENGTH) {
    problems.add(
      "FETCH_INVALID",
      `${name} is ${shown(url)}`,
      `Write https://, a host, and a path of up to ${MAX_URL_LENGTH} characters, for example "https://files.example.com/cities.mmdb"`,
    );
    return;
  }
  const credential = credentialIn(path);
  if (credential !== undefined) problems.add("CREDENTIAL_LITERAL", `${name} ${credential}`, fix);
}

const BILLIONTHS = 1_000_000_000n;
const MAX_SLUG_LENGTH = 40;
const CHECKSUM_FILE = "/etc/fetch-at-start/sha256sums";

/** Props for FetchAtStart. */
export interface FetchAtStartProps {
  /**
   * The HTTPS URL of the file, without a credential.
   *
   * Redirects are followed if they stay on HTTPS.
   */
  readonly url: string;
  /** The SHA-256 of the file as 64 lower-case hexadecimal digits, as `sha256sum` prints it. */
  readonly sha256: string;
  /**
   * An image with `curl` (7.52 or newer) and `sha256sum` on its path, such as a copy of curlimages/curl in
   * your registry.
   *
   * It ends before the program starts, so a debugging image needs no reason here.
   */
  readonly image: ContainerImage;
  /**
   * The maximum size of the file and its directory, such as `64Mi`.
   *
   * @default "64Mi"
   */
  readonly sizeLimit?: string;
}

const FETCH_AT_START = {
  url: checkedBy(text('a text, for example "https://files.example.com/cities.mmdb"'), checkFetchUrl),
  sha256: matching(
    /^[0-9a-f]{64}$/,
    "Write the 64 lower-case hexadecimal digits that sha256sum prints for the file",
    { code: "FETCH_INVALID" },
  ),
  image: valueOf(ContainerImage),
  sizeLimit: withDefault(byteQuantity(), "64Mi"),
} satisfies PropsSchema<FetchAtStartProps>;

/**
 * A file that is fetched and verified before the program starts, so that the program's image needs no network
 * tools.
 *
 * Two init containers, hardened like all others, do this: the first runs `curl`, the second `sha256sum`, both
 * without a shell. The program starts only after the hash matches; until then the pod waits, and after a
 * mismatch it waits until it is recreated. All containers of the pod share the directory and can write to it.
 *
 * It allows no egress. Allow the workload's egress to the host with `workload.connections.allowTo(peer,
 * Port.tcp(443))`, which then applies to the program too, and unless the host is an Oracle service, the
 * network's with `network.addEgress(…)`.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
 * @see https://curl.se/docs/manpage.html
 */
@checked
export class FetchAtStart {
  /**
   * A file given by its URL and its hash, for the prop `fetchAtStart` of a workload.
   *
   * @param path the path of the file, such as `/srv/geo/cities.mmdb`; two files need two directories, or one
   * that `sharedPaths` lists
   */
  public static https(path: string, props: FetchAtStartProps): FetchAtStart {
    const problems = new Problems("FetchAtStart.https");
    const read = readProps(problems, props, FETCH_AT_START);
    const directory = readDirectory(problems, path);
    const resolved = problems.resolved<Resolved<typeof FETCH_AT_START>>(read);
    const { sizeLimit } = resolved;
    return new FetchAtStart(path, WritablePath.of(directory, { sizeLimit }), resolved);
  }

  private constructor(
    /** The path of the file. */
    public readonly path: string,
    private readonly folder: WritablePath,
    private readonly props: Resolved<typeof FETCH_AT_START>,
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
    // The slug makes the container name readable; the hash of the path makes it unique.
    const name = `${slug.slice(0, MAX_SLUG_LENGTH).replace(/^-+|-+$/g, "") || "file"}-${shortHash(path)}`;
    return [
      {
        name: `fetch-${name}`,
        image,
        command: ["curl"],
        args: [
          // Ignores the configuration of the image; curl accepts this option in the first place only.
          "--disable",
          ...["--fail", "--silent", "--show-error", "--location"],
          ...["--proto", "=https", "--tlsv1.2", "--globoff"],
          // The rules of a network policy may take effect a moment after the pod starts.
          ...["--connect-timeout", "15", "--retry", "5", "--retry-connrefused"],
          ...["--max-filesize", size, "--output", path, "--url", url],
        ],
      },
      {
        name: `verify-${name}`,
        image,
        command: ["sha256sum"],
        args: ["-c", CHECKSUM_FILE],
        files: [ConfigFile.of(CHECKSUM_FILE, `${sha256}  ${path}\n`)],
      },
    ];
  }
}

/** The directory of a fetched file; adds a problem if the path is invalid, or its directory can't be written to. */
function readDirectory(problems: Problems, path: string): string {
  if (mountPath()(problems, "path", path) === undefined) return "";
  const directory = path.slice(0, path.lastIndexOf("/"));
  if (/\/[A-Za-z0-9_][\w.-]*$/.test(path) && directory !== "") {
    return mountPath()(problems, "path", directory) ?? "";
  }
  problems.add(
    "PATH_INVALID",
    `path is ${shown(path)}, which is not a file with a plain name in a directory`,
    "Use letters, digits, _, -, and . in the file name, and a directory of its own, for example /srv/geo/cities.mmdb",
  );
  return "";
}
