// Measures loading the peers and, with the argument `library`, then the library; prints JSON for run.js.
const { cpuTime } = require("./cpu-time");

const peerMilliseconds = cpuTime(() => {
  for (const peer of ["cdktf", "cdk8s", "cdk8s-plus-27", "constructs"]) require(peer);
});
const milliseconds = cpuTime(() => {
  if (process.argv[2] === "library" && !require("../dist").SecureOkeCluster) {
    throw new Error("The package has no SecureOkeCluster");
  }
});
// The resident set is measured before the collection, which frees memory that later modules would use.
const resident = process.memoryUsage().rss;
global.gc();
const { heapUsed, external } = process.memoryUsage();
console.log(JSON.stringify({ milliseconds, peerMilliseconds, resident, heap: heapUsed + external }));
