// Runs before each test file. With SEED, property-based tests generate the same input in every run.
const { SEED } = process.env;
// Loaded only with SEED, because loading is slow.
if (SEED !== undefined) require("fast-check").configureGlobal({ seed: Number(SEED) });
