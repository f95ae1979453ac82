const fs = require("node:fs");

module.exports = () => {
  // A program that was ended may still be writing.
  fs.rmSync(globalThis.temporaryRoot, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
};
