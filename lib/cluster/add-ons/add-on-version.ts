import { checked } from "../../core/checked";
import { matching, readArgument } from "../../core/readers";

const pinnedVersion = matching(
  /^v?\d+\.\d+[\w.+-]*$/,
  'Write it as `oci ce addon-option list` does, for example "v1.17.1"',
  { code: "VALUE_INVALID", references: true },
);

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
    readArgument("AddOnVersion.pinned", "version", version, pinnedVersion);
    return new AddOnVersion(version);
  }

  private constructor(
    /** The version; undefined if Oracle chooses it. */
    public readonly version?: string,
  ) {}
}
