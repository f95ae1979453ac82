import { type NamespaceQuota, type StorageClassQuota } from "./namespace-limits";
import { isOfKind, refuseKind } from "./shapes";
import { checkSubdomainName } from "../core/kubernetes-names";
import { readBytes } from "../core/quantity";
import { shown } from "../core/shown";
import { type Problems } from "../core/validation-error";

interface Hard {
  readonly [resource: string]: string;
}

/** How a quota calls what it gives to claims of one class. */
export const classPrefix = (name: string) => `${name}.storageclass.storage.k8s.io/`;

/** Reads what claims of volumes may take together and writes it as part of a ResourceQuota; nothing where nothing is said. */
export function storageHard(problems: Problems, quota: NamespaceQuota): Hard {
  const { storageRequests, volumeClaims, storageClasses } = quota;
  const total = readAmounts(problems, "quota", { storageRequests, volumeClaims });
  const hard = { ...amounts("", { storageRequests, volumeClaims }) };
  for (const [name, one] of Object.entries(classesOf(problems, storageClasses)).sort(byName)) {
    checkSubdomainName(problems, "quota.storageClasses", name);
    checkClass(problems, `quota.storageClasses.${name}`, one, { storageRequests, volumeClaims, ...total });
    Object.assign(hard, amounts(classPrefix(name), one));
  }
  return hard;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

function classesOf(
  problems: Problems,
  given: NamespaceQuota["storageClasses"] = {},
): { [name: string]: StorageClassQuota } {
  const instead = 'an object by the names of classes, for example { "oci-bv": { volumeClaims: 5 } }';
  if (isOfKind(given, [])) {
    const all = Object.entries(given).filter(
      ([name, one]) =>
        isOfKind(one, []) || refuseKind(problems, `quota.storageClasses.${name}`, one, instead),
    );
    return Object.fromEntries(all);
  }
  refuseKind(problems, "quota.storageClasses", given, instead);
  return {};
}

interface Total extends StorageClassQuota {
  readonly bytes?: bigint;
}

function readAmounts(problems: Problems, name: string, of: StorageClassQuota): { readonly bytes?: bigint } {
  const { storageRequests, volumeClaims } = of;
  if (volumeClaims !== undefined && !(Number.isInteger(volumeClaims) && volumeClaims >= 0)) {
    problems.add(
      "COUNT_INVALID",
      `${name}.volumeClaims is ${shown(volumeClaims)}`,
      "Give a whole number from 0 on",
    );
  }
  if (storageRequests === undefined) return {};
  return { bytes: readBytes(problems, `${name}.storageRequests`, storageRequests) };
}

function checkClass(problems: Problems, name: string, one: StorageClassQuota, total: Total): void {
  const { bytes } = readAmounts(problems, name, one);
  const more = (what: string, own: unknown, all: unknown) => {
    problems.add(
      "RESOURCES_INVALID",
      `${name}.${what} is ${String(own)}, above quota.${what} ${String(all)} of all classes`,
      `Lower it, or raise quota.${what}`,
    );
  };
  if (one.storageRequests === undefined && one.volumeClaims === undefined) {
    problems.add(
      "ATTRIBUTE_MISSING",
      `${name} says nothing`,
      "Give storageRequests, volumeClaims or both; volumeClaims: 0 keeps the class away",
    );
  }
  if (bytes !== undefined && total.bytes !== undefined && bytes > total.bytes) {
    more("storageRequests", one.storageRequests, total.storageRequests);
  }
  if ((one.volumeClaims ?? 0) > (total.volumeClaims ?? Infinity)) {
    more("volumeClaims", one.volumeClaims, total.volumeClaims);
  }
}

function amounts(prefix: string, { storageRequests, volumeClaims }: StorageClassQuota): Hard {
  return {
    ...(storageRequests === undefined ? {} : { [`${prefix}requests.storage`]: storageRequests }),
    ...(volumeClaims === undefined ? {} : { [`${prefix}persistentvolumeclaims`]: String(volumeClaims) }),
  };
}
