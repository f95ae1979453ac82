import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

/**
 * The version policy of an add-on: automatic updates by Oracle, or a pinned version.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringclusteraddons-supportedversions.htm
 */
@checked
export class AddOnVersion {
  /** Oracle installs new versions when they are released. */
  public static automatic(): AddOnVersion {
    return new AddOnVersion(undefined);
  }

  /**
   * A fixed version, until the program changes it: you must install patches of the add-on yourself, and replace a version that doesn't
   * fit the Kubernetes version of an upgraded cluster.
   *
   * @param version the version as OKE names it, such as `v1.17.1`
   */
  public static pinned(version: string): AddOnVersion {
    const problems = new Problems("AddOnVersion.pinned");
    if (typeof version !== "string" || !/^v?\d+\.\d+[\w.+-]*$|[$]\{/.test(version)) {
      problems.add(
        "VALUE_INVALID",
        `version is ${shown(version)}`,
        'Write it as `oci ce addon-option list` does, for example "v1.17.1"',
      );
    }
    problems.throwIfAny();
    return new AddOnVersion(version);
  }

  private constructor(
    /** The version; undefined if Oracle chooses it. */
    public readonly version?: string,
  ) {}
}
