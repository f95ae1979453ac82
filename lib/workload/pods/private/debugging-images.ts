import { type HardenedContainer } from "./hardened-pod";
import { type Problems } from "../../../core/validation-error";
import { splitImage } from "../../images/private/image-reference";

const words = (text: string) => new Set(text.split(" "));

// By the last part of the repository, which copies of an image in other registries keep.
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

/** The kind of debugging image that a name indicates, if it does. */
export function debuggingKind(reference: string): string | undefined {
  const { name, tag = "" } = splitImage(reference);
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (SHELLS.has(last)) return "a shell";
  if (SYSTEMS.has(last)) return "an operating system without a program";
  if (TOOLS.has(last)) return "a debugging tool";
  if (DEBUG_NAME.test(last)) return "a debugging image";
  return DEBUG_TAG.test(tag) ? "the debugging variant of an image" : undefined;
}

/**
 * Adds a problem for each container with a debugging image that runs for the lifetime of its pod.
 *
 * Init containers end before the program starts: use them for tools that are needed at start only.
 */
export function checkDebugging(problems: Problems, containers: readonly HardenedContainer[]): void {
  for (const { name, image } of containers) {
    const kind = image === undefined ? undefined : debuggingKind(image.reference);
    if (kind === undefined || image._mayDebug()) continue;
    problems.add(
      "IMAGE_DEBUGGING",
      `The container ${name} runs ${image.reference}, ${kind}`,
      "Use an image that contains only the program, and run tools in initContainers; if the tools must stay, write " +
        "ContainerImage.debugging(reference, { reason })",
    );
  }
}
