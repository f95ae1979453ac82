// Measures the built package: load time, size, and synthesis time. With --check, exits with 1 where a number is above its limit.
// Limits of times are ratios of CPU times in the same run, so that they hold on slow and busy machines.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { ensureBuilt } = require("../scripts/build");

const root = path.join(__dirname, "..");
const RUNS = 7;
// A number above its limit is measured again, because other load of the machine passes.
const ROUNDS = 3;

function median(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** One number for all runs: the minimum of times, because other load only adds time, and the median of other numbers. */
function typical(key, numbers) {
  return /milliseconds$/i.test(key) ? Math.min(...numbers) : median(numbers);
}

/** Runs a program of this folder in a process of its own; returns its measurements. */
function measure(name, ...args) {
  const program = path.join(__dirname, name);
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", program, ...args], { encoding: "utf8" }));
}

/**
 * The measurements of programs over several runs. Each run measures all programs, so that other load affects them alike.
 * Numbers above their limit are measured in further runs, and all runs count.
 */
function typicals(programs, isWithin, perRound) {
  const runs = [];
  let numbers;
  for (let round = 0; round < ROUNDS && !(numbers && isWithin(numbers)); round++) {
    for (let run = 0; run < perRound; run++) runs.push(programs.map((args) => measure(...args)));
    numbers = typicalsOf(programs, runs);
  }
  return numbers;
}

function typicalsOf(programs, runs) {
  return programs.map((_, index) => {
    const numbers = runs.map((run) => run[index]);
    return Object.fromEntries(
      Object.keys(numbers[0]).map((key) => [
        key,
        typical(
          key,
          numbers.map((n) => n[key]),
        ),
      ]),
    );
  });
}

function pack(folder) {
  const options = { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
  const [{ filename, unpackedSize }] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], options),
  );
  return { packed: fs.statSync(path.join(folder, filename)).size, unpacked: unpackedSize };
}

function isWithin({ value, limit }) {
  return limit === undefined || value <= limit;
}

function print(rows) {
  const cells = rows.map(({ name, value, unit, limit }) => [
    name,
    `${value.toFixed(unit === "" ? 2 : 1)} ${unit}`.trim(),
    limit === undefined ? "" : `<= ${limit} ${unit}`.trim(),
    limit === undefined ? "" : isWithin({ value, limit }) ? "ok" : "ABOVE THE LIMIT",
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
  for (const [name, value, limit, verdict] of cells) {
    console.log(
      `${name.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${limit.padStart(widths[2])}  ${verdict}`.trimEnd(),
    );
  }
}

function main() {
  ensureBuilt();
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
  try {
    const MB = 1e6;
    const { packed, unpacked } = pack(temporary);
    const loading = (peers, load) => [
      {
        name: "load time of the library, without the peers",
        value: load.milliseconds - peers.milliseconds,
        unit: "ms",
      },
      {
        // Relative to the peers, which every program loads, because milliseconds depend on the machine.
        name: "load time of the library / load time of the peers",
        value: (load.milliseconds - peers.milliseconds) / load.peerMilliseconds,
        unit: "",
        limit: 0.15,
      },
      {
        name: "memory of the library: live heap and external",
        value: (load.heap - peers.heap) / MB,
        unit: "MB",
        limit: 15,
      },
      {
        name: "memory of the library: resident set",
        value: (load.resident - peers.resident) / MB,
        unit: "MB",
        limit: 15,
      },
    ];
    const synthesizing = (library, bindings) => [
      {
        name: `synthesis of ${library.resources} resources with the library`,
        value: library.milliseconds,
        unit: "ms",
      },
      {
        name: `synthesis of ${bindings.resources} resources with the bindings`,
        value: bindings.milliseconds,
        unit: "ms",
      },
      {
        name: "synthesis per resource, library / bindings",
        value: library.milliseconds / library.resources / (bindings.milliseconds / bindings.resources),
        unit: "",
        limit: 1.3,
      },
    ];
    const workloads = [
      ["in charts of 20", 400, 20],
      ["in charts of 20", 2000, 20],
      ["in charts of 20", 5000, 20],
      ["in one chart", 2000, 2000],
    ];
    const ofWorkloads = (...numbers) => {
      const cost = ({ milliseconds, workloads: count }) => milliseconds / count;
      const libraryOf = (index) => numbers[2 * index];
      return [
        ...workloads.flatMap(([layout, count], index) => {
          const [ofLibrary, plain] = numbers.slice(2 * index, 2 * index + 2);
          const name = `synthesis of ${count} workloads ${layout}`;
          return [
            { name: `${name} with the library`, value: ofLibrary.milliseconds, unit: "ms" },
            { name: `${name} with plain cdk8s`, value: plain.milliseconds, unit: "ms" },
            {
              name: `${name}, library / plain cdk8s`,
              value: ofLibrary.milliseconds / plain.milliseconds,
              unit: "",
              limit: 2,
            },
          ];
        }),
        {
          name: "synthesis per workload, 5000 / 400 workloads",
          value: cost(libraryOf(2)) / cost(libraryOf(0)),
          unit: "",
          limit: 1.2,
        },
      ];
    };
    const programsOfWorkloads = workloads.flatMap(([, count, perChart], index) => {
      const [own, plain] = ["own", "plain"].map((kind) => path.join(temporary, `${kind}-${index}`));
      return [
        ["workloads.js", "library", count, perChart, own],
        ["workloads.js", "plain", count, perChart, own, plain],
      ];
    });
    const ofClusters = (few, many) => [
      { name: `synthesis of ${few.clusters} clusters with 10 pools`, value: few.milliseconds, unit: "ms" },
      { name: `synthesis of ${many.clusters} clusters with 10 pools`, value: many.milliseconds, unit: "ms" },
      {
        name: `synthesis per cluster, ${many.clusters} / ${few.clusters} clusters`,
        value: many.milliseconds / many.clusters / (few.milliseconds / few.clusters),
        unit: "",
        limit: 1.2,
      },
    ];
    const measured = (rowsOf, programs, perRound = RUNS) =>
      rowsOf(...typicals(programs, (numbers) => rowsOf(...numbers).every(isWithin), perRound));
    const rows = [
      ...measured(loading, [["load.js"], ["load.js", "library"]]),
      { name: "package size, packed", value: packed / MB, unit: "MB", limit: 2 },
      { name: "package size, unpacked", value: unpacked / MB, unit: "MB", limit: 12 },
      ...measured(synthesizing, [
        ["synth.js", "library", path.join(temporary, "library")],
        ["synth.js", "bindings", path.join(temporary, "library"), path.join(temporary, "bindings")],
      ]),
      ...measured(
        ofClusters,
        [10, 100].map((count) => ["clusters.js", count, path.join(temporary, "clusters")]),
        2,
      ),
      // Once, because they take long; numbers above their limit are measured again.
      ...measured(ofWorkloads, programsOfWorkloads, 1),
    ];
    print(rows);
    if (process.argv.includes("--check") && !rows.every(isWithin)) process.exitCode = 1;
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

main();
