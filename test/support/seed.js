// Runs before each test file. With SEED, all properties try the same input in every run; without, each run tries its own.
const { SEED } = process.env;
// Loaded only where it is used: it takes a while.
if (SEED !== undefined) require("fast-check").configureGlobal({ seed: Number(SEED) });
