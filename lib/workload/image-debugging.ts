import { type HardenedContainer } from "./hardened-container";
import { splitImage } from "./image-name";
import { type Problems } from "../core/validation-error";

const words = (text: string) => new Set(text.split(" "));

// By the last part of the repository, as images keep it when they are copied into a registry of one's own.
const SHELLS = words("ash bash busybox busyboxplus dash fish powershell zsh");
const SYSTEMS = words(
  "almalinux alpine amazonlinux archlinux centos debian fedora kali-rolling leap oraclelinux rockylinux tumbleweed ubuntu",
);
const TOOLS = words(
  "agnhost busybox-curl curl dnstools dnsutils httpie iperf iperf3 jessie-dnsutils mitmproxy mtr ncat netcat netshoot " +
    "network-multitool nmap socat strace swiss-army-knife tcpdump toolbox traceroute troubleshoot wget",
);
const DEBUG_NAME = /(?:^|[._-])debug(?:ger|-?tools)?$/;
const DEBUG_TAG = /(?:^|[._-])debug(?:$|[._-])/;

/** What an image is by its name, where that is something for debugging and not a program. */
export function debuggingKind(reference: string): string | undefined {
  const { name, tag = "" } = splitImage(reference);
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (SHELLS.has(last)) return "a shell";
  if (SYSTEMS.has(last)) return "a system with a shell and no program";
  if (TOOLS.has(last)) return "a tool of people who debug";
  if (DEBUG_NAME.test(last)) return "an image for debugging";
  return DEBUG_TAG.test(tag) ? "the variant for debugging" : undefined;
}

/**
 * Adds a problem for each container that runs as long as its pod and is made of a debugging image.
 *
 * Init containers are gone before the program starts: that is where tools belong that are needed at start only.
 */
export function checkDebugging(problems: Problems, containers: readonly HardenedContainer[]): void {
  for (const { name, image } of containers) {
    const kind = image === undefined ? undefined : debuggingKind(image.reference);
    if (kind === undefined || image._mayDebug()) continue;
    problems.add(
      "IMAGE_DEBUGGING",
      `The container ${name} runs ${image.reference}, ${kind}`,
      "Take an image with the program alone, and do what needs tools in initContainers; one that must stay is " +
        "ContainerImage.debugging(reference, { reason })",
    );
  }
}
