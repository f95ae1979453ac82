import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "lib/oci/", "**/cdktf.out/", ".cache/", "coverage/"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { prefer: "type-imports", fixStyle: "inline-type-imports" },
      ],
      "@typescript-eslint/no-floating-promises": "error",
      // Constructs register themselves with their scope; `new` alone is how they are written.
      "no-new": "off",
      // jsii knows neither index signatures by Record nor mapped types.
      "@typescript-eslint/consistent-indexed-object-style": "off",
      // Static factories are the way jsii exports functions.
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/class-literal-property-style": "off",
      // A private constructor without a body is how a class of static factories is closed.
      "@typescript-eslint/no-empty-function": ["error", { allow: ["private-constructors"] }],
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["cdktf/*", "cdk8s/*", "cdk8s-plus-27/*", "constructs/*"],
              message: "Import only what the package exports.",
            },
          ],
        },
      ],
    },
  },
  {
    // A snapshot or a synthesized document has no type worth writing down.
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-explicit-any": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
);
