const fs = require("node:fs");

module.exports = () => {
  // A stopped program may still write.
  fs.rmSync(globalThis.temporaryRoot, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
};
