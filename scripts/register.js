// Runs TypeScript of this repository without a build: `node scripts/register.js examples/quickstart/main.ts`.
//
// swc compiles the files one by one; node_modules/.cache keeps the results under a hash of the source. `secure-oke` resolves to
// the sources of the library, and the index of the bindings to its lazy twin, as in the built package.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const root = path.join(__dirname, "..");
const cache = path.join(root, "node_modules", ".cache", "secure-oke");
const options = {
  jsc: {
    parser: { syntax: "typescript", decorators: true },
    transform: { legacyDecorator: true },
    target: "es2022",
    keepClassNames: true,
  },
  module: { type: "commonjs" },
  sourceMaps: "inline",
};
const salt = JSON.stringify(options) + require("@swc/core/package.json").version;

function compile(filename) {
  const source = fs.readFileSync(filename, "utf8");
  const key = createHash("sha256").update(salt).update(filename).update(source).digest("hex");
  const cached = path.join(cache, `${key}.js`);
  if (fs.existsSync(cached)) return fs.readFileSync(cached, "utf8");
  const { code } = require("@swc/core").transformSync(source, { ...options, filename });
  fs.mkdirSync(cache, { recursive: true });
  // Written to another name and renamed, because two processes may compile the same file at once.
  const temporary = `${cached}.${process.pid}`;
  fs.writeFileSync(temporary, code);
  fs.renameSync(temporary, cached);
  return code;
}

require.extensions[".ts"] = (module, filename) => module._compile(compile(filename), filename);

const resolve = Module._resolveFilename;
const eager = path.join(root, "lib", "oci", "index.ts");
Module._resolveFilename = function (request, ...rest) {
  if (request === "secure-oke") return path.join(root, "lib", "index.ts");
  const found = resolve.call(this, request, ...rest);
  return found === eager ? path.join(root, "lib", "oci", "lazy-index.ts") : found;
};

if (require.main === module && process.argv[2]) {
  process.argv.splice(1, 1);
  require(path.resolve(process.argv[1]));
}
