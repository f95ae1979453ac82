import { hasSafeValue, type HardeningConflict } from "./conflict";
import {
  type HardeningDecision,
  type HardeningSelector,
  type HardeningUser,
  type HardeningWritablePaths,
} from "./hardening-options";
import { type ContainerImage } from "../../workload/container-image";
import { type ContainerResources } from "../../workload/container-resources";

/** Something of the options that must be of use, and where it was said. */
export interface Usable {
  /** Such as `override[0]`. */
  readonly where: string;
}

/** A decision, as read. */
export interface ReadDecision extends HardeningDecision, Usable {
  readonly isOverride: boolean;
}

/** Writable directories, as read. */
export interface ReadWritablePaths extends HardeningWritablePaths, Usable {}

/** A user of some containers, as read. */
export interface ReadUser extends HardeningUser, Usable {
  readonly id: number;
}

/** An image that takes the place of another one. */
export interface ReadImage extends Usable {
  readonly reference: string;
  readonly image: ContainerImage;
}

/** The options of a hardening, validated. */
export interface Plan {
  /** The user of what no entry of `users` is for. */
  readonly user: number;
  /** Whether somebody chose that user, so that it is no guess. */
  readonly isUserGiven: boolean;
  readonly users: readonly ReadUser[];
  readonly resources: Required<ContainerResources>;
  readonly writablePaths: readonly ReadWritablePaths[];
  readonly images: readonly ReadImage[];
  /** Overrides first. */
  readonly decisions: readonly ReadDecision[];
  readonly refuseFindings: boolean;
}

/** All of a plan that must be of use somewhere. */
export function usablesOf({ decisions, images, users, writablePaths }: Plan): Usable[] {
  return [...decisions, ...images, ...users, ...writablePaths];
}

/** Whether a container of an object is meant; without a container, what is said of its pods. */
export function isMeant(
  { objects, containers }: HardeningSelector,
  object: string,
  container: string | undefined,
): boolean {
  const isObject = objects === undefined || objects.includes(object);
  return (
    isObject && (containers === undefined || (container !== undefined && containers.includes(container)))
  );
}

/** The entry of `users` for a container, or for the pods of an object; one that names the container comes first. */
export function userEntry(
  { users }: Plan,
  object: string,
  container: string | undefined,
): ReadUser | undefined {
  const meant = users.filter((one) => isMeant(one, object, container));
  return meant.find(({ containers }) => containers !== undefined) ?? meant[0];
}

/** The decision about a conflict, if there is one. */
export function decisionOn(
  { decisions }: Plan,
  conflict: HardeningConflict,
  object: string,
  container: string | undefined,
): ReadDecision | undefined {
  return decisions.find(
    (one) =>
      (!one.isOverride || hasSafeValue(conflict)) &&
      (one.conflicts === undefined || one.conflicts.includes(conflict)) &&
      isMeant(one, object, container),
  );
}
