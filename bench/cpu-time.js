/** The CPU time of a call in milliseconds. Wall-clock time would include the other load of the machine. */
function cpuTime(run) {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

module.exports = { cpuTime };
