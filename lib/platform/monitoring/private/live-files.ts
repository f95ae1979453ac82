import { ApiObject, JsonPatch, Lazy } from "cdk8s";
import { Construct } from "constructs";
import { sortedByKey } from "../../../core/stable-order";
import { Problems } from "../../../core/validation-error";
import { checkAtSynthesis } from "../../../synthesis/synthesis-checks";

const MAX_CONFIG_MAP_BYTES = 1024 * 1024;

/** Props for LiveFiles. */
export interface LiveFilesProps {
  /** The name of the ConfigMap. */
  readonly name: string;
  readonly labels: { [key: string]: string };
  /** The StatefulSet whose program reads the files. */
  readonly statefulSet: ApiObject;
  /** The directory of the files. */
  readonly path: string;
  /** The files by their names, as they are when the chart is written. */
  readonly files: () => { [name: string]: string };
}

/**
 * Files in a directory of a container that the program reads again when they change.
 *
 * Their content is complete only when the chart is written, because any workload can add to it. Their ConfigMap has a fixed name, so
 * that a change reaches the program without a restart.
 */
export class LiveFiles extends Construct {
  constructor(scope: Construct, id: string, props: LiveFilesProps) {
    super(scope, id);
    const { name, labels, statefulSet, path, files } = props;
    const data = () => sortedByKey(files());
    this.node.defaultChild = new ApiObject(this, "Resource", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, labels },
      data: Lazy.any({ produce: data }) as unknown,
    });
    const pod = "/spec/template/spec";
    const volume = { name: id.toLowerCase(), configMap: { name, defaultMode: 0o444 } };
    // The directory and not single files: files that are mounted by subPath are never updated.
    const mount = { name: volume.name, mountPath: path, readOnly: true };
    statefulSet.addJsonPatch(
      JsonPatch.add(`${pod}/volumes/-`, volume),
      JsonPatch.add(`${pod}/containers/0/volumeMounts/-`, mount),
    );
    checkAtSynthesis(this, () => {
      const size = Object.values(data()).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      if (size <= MAX_CONFIG_MAP_BYTES) return;
      const problems = new Problems(this);
      problems.add(
        "CONFIG_TOO_LARGE",
        `The files in ${path} have ${size} bytes together, and a ConfigMap holds ${MAX_CONFIG_MAP_BYTES}`,
        "Remove dashboards or rules, for example those of dashboards: GrafanaDashboard.recommended()",
      );
      problems.throwIfAny();
    });
  }
}
