// The processor's time, not the clock's: what else the machine does would else decide.

/** Milliseconds that the processor works for a call. */
function cpuTime(run) {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

module.exports = { cpuTime };
