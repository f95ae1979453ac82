// Runs once before all tests: gives the run a temporary directory of its own, also for the programs that tests start.
// remove-temporary-root.js removes it.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

// The variables that os.tmpdir() reads on all systems.
const VARIABLES = ["TMPDIR", "TMP", "TEMP"];

module.exports = () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "secure-oke-tests-"));
  for (const name of VARIABLES) process.env[name] = root;
  globalThis.temporaryRoot = root;
};
