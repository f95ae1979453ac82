// Measures the synthesis of twenty clusters with node pools with the library, or of the same resources with the bindings; prints
// JSON for run.js.
//   node bench/synth.js library <outdir>
//   node bench/synth.js bindings <outdir of the library> <outdir>
const fs = require("node:fs");
const path = require("node:path");
const { isDeepStrictEqual } = require("node:util");
const { Size } = require("cdk8s");
const { App, ref, TerraformResource, TerraformStack, Token } = require("cdktf");
const { cpuTime } = require("./cpu-time");
const library = require("../dist");

const CLUSTERS = 20;
const ADDRESS = /^\$\{oci_[a-z_]+\.[\w-]+\.\w+\}$/;
const [kind, first, second] = process.argv.slice(2);
const outdir = second ?? first;

function document(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, "stacks", "bench", "cdk.tf.json"), "utf8"));
}

function writeWithLibrary(stack) {
  const { KubernetesVersion, NodeImage, NodeShape, PrivateNodePool, SecureOkeCluster } = library;
  for (let index = 0; index < CLUSTERS; index++) {
    const cluster = new SecureOkeCluster(stack, `cluster-${index}`, {
      compartmentId: "ocid1.compartment.oc1..example",
      kubernetesVersion: KubernetesVersion.V1_34,
    });
    for (const pool of ["general", "batch"]) {
      new PrivateNodePool(stack, `${pool}-${index}`, {
        cluster,
        image: NodeImage.of("ocid1.image.oc1.eu-frankfurt-1.example"),
        shape: NodeShape.flexible("VM.Standard.E5.Flex", { ocpus: 2, memory: Size.gibibytes(16) }),
        // Listed, because the program with bindings can't express a list that Terraform looks up.
        availabilityDomains: ["example:EU-FRANKFURT-1-AD-1", "example:EU-FRANKFURT-1-AD-2"],
        size: 3,
      });
    }
  }
}

/** The name of an attribute in the bindings, such as ipv6CidrBlocks for ipv6cidr_blocks. */
function camelCase(name) {
  const upper = (_, before, letter) => before + letter.toUpperCase();
  return name.replace(/(\d)([a-z])/g, upper).replace(/()_([a-z0-9])/g, upper);
}

function asConfig(value) {
  if (Array.isArray(value)) return value.map(asConfig);
  if (typeof value !== "object" || value === null) return value;
  // The keys of a map are not attributes.
  const configOf = (key, entry) => (key === "parameters" ? entry : asConfig(entry));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [camelCase(key), configOf(key, entry)]),
  );
}

function withoutComment({ "//": _, ...body }) {
  return body;
}

class TerraformData extends TerraformResource {
  constructor(scope, id, config) {
    super(scope, id, { ...config, terraformResourceType: "terraform_data" });
    this.attributes = { input: config.input, triggers_replace: config.triggersReplace };
  }

  synthesizeAttributes() {
    return this.attributes;
  }
}

function classOf(type) {
  if (type === "terraform_data") return TerraformData;
  const module = camelCase(type.replace(/^oci_/, ""));
  return library.oci[module][module[0].toUpperCase() + module.slice(1)];
}

/** The resources and data sources of a document, each with the class of its binding and its configuration. */
function literals({ resource, data }) {
  const all = [
    ...Object.entries(resource),
    ...Object.entries(data).map(([type, named]) => [`data_${type}`, named]),
  ];
  return all.flatMap(([type, named]) => {
    const Class = classOf(type);
    return Object.entries(named).map(([id, body]) => {
      const config = asConfig(withoutComment(body));
      if (config.dependsOn) config.dependsOn = config.dependsOn.map((fqn) => ({ fqn }));
      const { forEach } = config;
      // cdktf calls this method of iterators.
      if (forEach !== undefined) config.forEach = { _getForEachExpression: () => forEach };
      return { Class, id, config };
    });
  });
}

/**
 * Replaces the addresses of other resources by references, as programs write them: `vcn.id` instead of the expression. cdktf
 * resolves references several times, which takes most of the time of a synthesis.
 */
function withReferences(stack, value) {
  if (typeof value === "string")
    return ADDRESS.test(value) ? Token.asString(ref(value.slice(2, -1), stack)) : value;
  if (Array.isArray(value)) return value.map((entry) => withReferences(stack, entry));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withReferences(stack, entry)]));
}

function writeWithBindings(stack, resources) {
  for (const { Class, id, config } of resources) new Class(stack, id, withReferences(stack, config));
}

/** The sorted resources and data sources of a document, without construct ids. */
function contents({ resource, data }) {
  const bodies = Object.values({ ...resource, ...data }).flatMap((named) => Object.values(named));
  return bodies.map((body) => JSON.stringify(withoutComment(body))).sort();
}

function main() {
  const resources = kind === "bindings" ? literals(document(first)) : [];
  const write = kind === "library" ? writeWithLibrary : (stack) => writeWithBindings(stack, resources);
  // Runs once before the measurement, because the first run includes loading and compilation.
  write(new TerraformStack(new App({ outdir }), "warm"));

  global.gc();
  const milliseconds = cpuTime(() => {
    const app = new App({ outdir });
    const stack = new TerraformStack(app, "bench");
    new library.oci.provider.OciProvider(stack, "oci", { region: "eu-frankfurt-1" });
    write(stack);
    app.synth();
  });

  const resourceBodies = contents(document(outdir));
  if (kind === "bindings" && !isDeepStrictEqual(resourceBodies, contents(document(first)))) {
    throw new Error("The two programs create different resources");
  }
  console.log(JSON.stringify({ milliseconds, resources: resourceBodies.length }));
}

main();
