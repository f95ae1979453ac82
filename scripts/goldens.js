// Writes the golden files of one synthesized example: `node scripts/goldens.js quickstart`. `npm run examples -- --update`
// runs this for each example in a process of its own, to use all cores.
require("./register");
const path = require("node:path");
const { goldensOf, writeGoldens } = require("../test/support/goldens");
const { exampleFolder } = require("../test/support/examples");

const [name] = process.argv.slice(2);
const changed = writeGoldens(name, goldensOf(name, path.join(exampleFolder(name), "cdktf.out")));
for (const file of changed) console.log(`  expected/${file}: written`);
