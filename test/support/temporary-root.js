// Runs once before all tests: everything that they, and the programs that they start, write to the temporary directory is
// below a folder of this run, which remove-temporary-root.js removes.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

// As os.tmpdir() reads them on all systems.
const VARIABLES = ["TMPDIR", "TMP", "TEMP"];

module.exports = () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-tests-"));
  for (const name of VARIABLES) process.env[name] = root;
  globalThis.temporaryRoot = root;
};
