import { hasSafeValue, type HardeningConflict } from "./conflict";
import {
  type HardeningDecision,
  type HardeningSelector,
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

/** An image that takes the place of another one. */
export interface ReadImage extends Usable {
  readonly reference: string;
  readonly image: ContainerImage;
}

/** The options of a hardening, validated. */
export interface Plan {
  readonly user: number;
  readonly resources: Required<ContainerResources>;
  readonly writablePaths: readonly ReadWritablePaths[];
  readonly images: readonly ReadImage[];
  /** Overrides first. */
  readonly decisions: readonly ReadDecision[];
  readonly refuseFindings: boolean;
}

/** All of a plan that must be of use somewhere. */
export function usablesOf({ decisions, images, writablePaths }: Plan): Usable[] {
  return [...decisions, ...images, ...writablePaths];
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
