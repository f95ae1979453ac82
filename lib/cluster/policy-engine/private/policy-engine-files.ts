import { type ISynthesisSession, TerraformOutput, TerraformStack } from "cdktf";
import { type Construct, type IConstruct } from "constructs";
import * as fs from "node:fs";
import * as path from "node:path";
import { StateOf } from "../../../core/construct-state";
import { addWarning } from "../../../core/warnings";
import { type ISecureOkeCluster } from "../../cluster-base";
import { type KubernetesVersion } from "../../kubernetes-version";
import { warnOfImages } from "../../private/pull-warnings";
import { type EngineInstallation, type NetworkPolicyEngine } from "../network-policy-engine";

const FOLDER = "network-policy-engines";

/** The files of all clusters of a stack, by their folders. */
const files = new StateOf<TerraformStack, Map<string, EngineInstallation>>(writeAtSynthesis);

/**
 * Writes the installation files of a cluster's engine beside the stack at synthesis, replacing those of an earlier run, and adds an
 * output `<path>_network_policy_engine` with the command to the stack.
 */
export function installEngine(
  cluster: Construct & ISecureOkeCluster,
  engine: NetworkPolicyEngine | undefined,
  kubernetes?: KubernetesVersion,
): void {
  const stack = TerraformStack.of(cluster);
  const installations = files.of(stack);
  engine?._acknowledge(cluster);
  const installation = engine?._installationFor?.(kubernetes);
  if (!engine || !installation) return;
  if (installation.warning !== undefined) addWarning(cluster, installation.warning);
  const inStack = cluster.node.scopes.slice(stack.node.scopes.length);
  const name = inStack.map(({ node }) => node.id.replace(/[^A-Za-z0-9_-]+/g, "-")).join("_");
  installations.set(name, installation);
  warnOfImages(cluster, installation.pulls);
  const output = new TerraformOutput(cluster, "NetworkPolicyEngine", {
    description: `Installs ${engine.name}, which enforces NetworkPolicies; run it in the output folder of the app`,
    value: installation.command([FOLDER, stack.node.id, name].join("/")),
  });
  output.overrideLogicalId(`${name}_network_policy_engine`);
}

/** Has the files of a stack written beside it. */
function writeAtSynthesis(stack: TerraformStack): Map<string, EngineInstallation> {
  const own = new Map<string, EngineInstallation>();
  const inner = stack.synthesizer;
  stack.synthesizer = {
    synthesize: (session: ISynthesisSession) => {
      inner.synthesize(session);
      const folder = path.join(session.outdir, FOLDER);
      removeOthers(folder, stacksIn(stack.node.root));
      write(path.join(folder, stack.node.id), own);
    },
  };
  return own;
}

function stacksIn(root: IConstruct): string[] {
  return root.node
    .findAll()
    .filter((construct) => TerraformStack.isStack(construct))
    .map(({ node }) => node.id);
}

/** Removes the files of stacks that no longer exist, as somebody may apply them. */
function removeOthers(folder: string, stacks: readonly string[]): void {
  const others = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !stacks.includes(name)) : [];
  for (const name of others) fs.rmSync(path.join(folder, name), { recursive: true });
}

/** Writes the files into an empty folder, for the same reason. */
function write(folder: string, installations: ReadonlyMap<string, EngineInstallation>): void {
  fs.rmSync(folder, { recursive: true, force: true });
  for (const [name, { file, text }] of installations) {
    fs.mkdirSync(path.join(folder, name), { recursive: true });
    fs.writeFileSync(path.join(folder, name, file), text);
  }
}
