// `npx jest <file>` runs any test; `npm test` and `npm run test:integration` run one of the two projects.

/** The tests that drive Terraform, an API server or the cdktf command, or that run every command of a page. */
const INTEGRATION = [
  "/test/terraform/.*\\.test\\.ts$",
  "/test/.*-api-server\\.test\\.ts$",
  "/test/.*/applied-[a-z-]+\\.test\\.ts$",
  "/test/network/shared-vcn\\.test\\.ts$",
  "/test/encryption/vault-secret\\.test\\.ts$",
  "/test/observability/flow-log-archive\\.test\\.ts$",
  "/test/package/(?:cdktf-cli|pages)\\.test\\.ts$",
];

const common = {
  rootDir: __dirname,
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  setupFiles: ["<rootDir>/test/support/seed.js"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true },
          target: "es2022",
          keepClassNames: true,
        },
        module: { type: "commonjs" },
      },
    ],
  },
  moduleNameMapper: {
    "^secure-oke$": "<rootDir>/lib/index.ts",
    // The bindings' barrel loads every resource; its generated twin loads one when it is touched.
    "^(.*)/oci$": "$1/oci/lazy-index",
  },
};

const run = {
  rootDir: __dirname,
  // By default Jest leaves one core idle, which is half of two.
  maxWorkers: "100%",
  globalSetup: "<rootDir>/test/support/temporary-root.js",
  globalTeardown: "<rootDir>/test/support/remove-temporary-root.js",
};
const unit = {
  ...common,
  displayName: "unit",
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", ...INTEGRATION],
};
const integration = { ...common, displayName: "integration", testRegex: INTEGRATION };

/** @type {import("jest").Config} */
module.exports = { ...run, projects: [unit, integration] };
