import { checked } from "../../core/checked";
import { shown } from "../../core/display-value";
import { Problems } from "../../core/validation-error";

/**
 * Who decides which version of an add-on a cluster runs.
 *
 * @see https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengconfiguringclusteraddons-supportedversions.htm
 */
@checked
export class AddOnVersion {
  /** Oracle installs new versions when they appear. */
  public static automatic(): AddOnVersion {
    return new AddOnVersion(undefined);
  }

  /**
   * One version, until the program names another one: patches of the add-on are then yours to install, and a version that does not
   * fit the Kubernetes version of an upgraded cluster is yours to replace.
   *
   * @param version as OKE names it, such as `v1.17.1`
   * @throws VALUE_INVALID
   */
  public static pinned(version: string): AddOnVersion {
    const problems = new Problems("AddOnVersion.pinned");
    if (typeof version !== "string" || !/^v?\d+\.\d+[\w.+-]*$|[$]\{/.test(version)) {
      problems.add(
        "VALUE_INVALID",
        `The version is ${shown(version)}`,
        'Write it as `oci ce addon-option list` does, for example "v1.17.1"',
      );
    }
    problems.throwIfAny();
    return new AddOnVersion(version);
  }

  private constructor(
    /** The version; none where Oracle chooses. */
    public readonly version?: string,
  ) {}
}
