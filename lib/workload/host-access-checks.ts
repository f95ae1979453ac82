import { isWithin } from "./mount-path";
import { kindOf, refuseKind } from "./shapes";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

// Neither these, nor what is in them, nor a directory that they are in: who reads them has the node or what runs on it.
const NEVER = [
  "/boot",
  "/dev",
  "/etc/NetworkManager",
  "/etc/cni",
  "/etc/containerd",
  "/etc/containers",
  "/etc/crio",
  "/etc/docker",
  "/etc/gshadow",
  "/etc/krb5.keytab",
  "/etc/kubernetes",
  "/etc/oci",
  "/etc/pki",
  "/etc/shadow",
  "/etc/ssh",
  "/etc/ssl",
  "/etc/sudoers",
  "/etc/sudoers.d",
  "/home",
  "/opt/cni",
  "/proc",
  "/root",
  "/run",
  "/var/lib/NetworkManager",
  "/var/lib/cloud",
  "/var/lib/cni",
  "/var/lib/containerd",
  "/var/lib/containers",
  "/var/lib/crio",
  "/var/lib/docker",
  "/var/lib/etcd",
  "/var/lib/kubelet",
  "/var/lib/oracle-cloud-agent",
  "/var/spool/cron",
];
const FIX =
  "Name the one directory that the program reads, for example /var/log; there is no way to the rest of a node";

/** A path as the node has it: /var/run leads to /run everywhere. */
const resolved = (path: string) => path.replace(/^\/var\/run(?=\/|$)/, "/run");

/** Adds a problem for a path of the node that no pod may see. */
export function checkHostPath(problems: Problems, path: string): void {
  if (typeof path !== "string") {
    refuseKind(problems, "The path", path, 'a text, for example "/var/log"');
    return;
  }
  const add = (what: string) => {
    problems.add("PATH_INVALID", `${shown(path)} ${what}`, FIX);
  };
  const isSimple = /^(?:\/(?!\.{1,2}(?:\/|$))[^/:\p{Cc}]+)+$/u.test(path) && path.length <= 1000;
  if (path !== "/" && !isSimple) return add("is not an absolute path in its simplest form");
  const own = resolved(path);
  const never = NEVER.find((one) => isWithin(own, one) || isWithin(one, own));
  if (never !== undefined) return add(`${isWithin(own, never) ? "lies in" : "holds"} ${never} of the node`);
  // A read-only mount keeps nobody from talking to what listens there.
  if (path.endsWith(".sock")) add("is a socket");
}

const KUBELET = [10248, 10249, 10250, 10255, 10256];

/** Adds a problem for each port of the node that no pod may listen on. */
export function checkHostPorts(problems: Problems, ports: unknown): void {
  if (ports === undefined) return;
  if (!Array.isArray(ports)) {
    problems.add("VALUE_INVALID", `ports is ${kindOf(ports)}`, "Write a list of numbers, for example [9100]");
    return;
  }
  const all = ports as unknown[];
  for (const port of new Set(all)) {
    const add = (code: "NODE_PORT_INVALID" | "PORT_INVALID" | "PORT_PRIVILEGED", what: string) => {
      problems.add(
        code,
        `ports has ${shown(port)}, ${what}`,
        "Give a port from 1024 to 29999, for example 9100",
      );
    };
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535)
      add("PORT_INVALID", "which is none");
    else if (port < 1024) add("PORT_PRIVILEGED", "a port of the node's system");
    else if (port >= 30_000 && port <= 32_767) add("NODE_PORT_INVALID", "a port of Services");
    else if (KUBELET.includes(port)) add("PORT_INVALID", "a port of Kubernetes itself");
  }
  if (new Set(all).size < all.length)
    problems.add("NAME_DUPLICATE", "ports names one twice", "Name each port once");
}
