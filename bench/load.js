// Loads the peers, and with the argument `library` the library after them; prints JSON for run.js.
const { cpuTime } = require("./cpu-time");

const peerMilliseconds = cpuTime(() => {
  for (const peer of ["cdktf", "cdk8s", "cdk8s-plus-27", "constructs"]) require(peer);
});
const milliseconds = cpuTime(() => {
  if (process.argv[2] === "library" && !require("../dist").SecureOkeCluster) {
    throw new Error("The package has no SecureOkeCluster");
  }
});
// The process's memory first: a collection gives back what the next thing to load would use.
const resident = process.memoryUsage().rss;
global.gc();
const { heapUsed, external } = process.memoryUsage();
console.log(JSON.stringify({ milliseconds, peerMilliseconds, resident, heap: heapUsed + external }));
