/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  setupFiles: ["<rootDir>/test/support/seed.js"],
  testMatch: ["**/*.test.ts"],
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
