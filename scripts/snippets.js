// Reads the code blocks of a page as one program.
const CODE_BLOCK = /^( *)```ts\n([^]*?)^ *```$/gm;
const IMPORT = /^ *import [^]*?;$/gm;

/** The TypeScript blocks of a page without their imports, and the imports of all blocks. */
function snippetsOf(text) {
  const blocks = [...text.matchAll(CODE_BLOCK)].map(([, , code]) => code);
  const names = new Map();
  for (const [statement] of blocks.flatMap((block) => [...block.matchAll(IMPORT)])) {
    const [, members, from] = /\{([^}]*)\} from "(.*)"/.exec(statement);
    for (const name of members
      .split(",")
      .map((member) => member.trim())
      .filter(Boolean)) {
      names.set(name, from);
    }
  }
  return {
    imports: [...names].map(([name, from]) => `import { ${name} } from "${from}";`),
    pieces: blocks.map((block) => block.replace(IMPORT, "")),
  };
}

/** The code blocks of a page in another language. */
function textsOf(text, language) {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code);
}

/** The program of a page whose blocks continue each other. A block that is followed by an error message is a function that `refused` calls. */
function programOf(text) {
  const { imports, pieces } = snippetsOf(text);
  const hasError = pieces.map(() => false);
  let index = 0;
  for (const [, language] of text.matchAll(/^ *```(ts|text)$/gm)) {
    if (language === "ts") index += 1;
    else if (index > 0) hasError[index - 1] = true;
  }
  const code = pieces.map((piece, at) => (hasError[at] ? `refused(() => {\n${piece}});\n` : piece));
  return { imports, code: code.join("\n") };
}

module.exports = { snippetsOf, textsOf, programOf };
