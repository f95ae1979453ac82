// The pieces of code in a page, as one program.
const PIECE = /^( *)```ts\n([^]*?)^ *```$/gm;
const IMPORT = /^ *import [^]*?;$/gm;

/** The TypeScript of a page, piece by piece and without imports, and the imports of all. */
function snippetsOf(text) {
  const blocks = [...text.matchAll(PIECE)].map(([, , code]) => code);
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

/** The texts of a page in a language other than TypeScript. */
function textsOf(text, language) {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code);
}

/** A page whose pieces continue each other; one that ends in a refusal is a function of its own, and run by `refused`. */
function programOf(text) {
  const { imports, pieces } = snippetsOf(text);
  const isRefused = pieces.map(() => false);
  let index = 0;
  for (const [, language] of text.matchAll(/^ *```(ts|text)$/gm)) {
    if (language === "ts") index += 1;
    else if (index > 0) isRefused[index - 1] = true;
  }
  const code = pieces.map((piece, at) => (isRefused[at] ? `refused(() => {\n${piece}});\n` : piece));
  return { imports, code: code.join("\n") };
}

module.exports = { snippetsOf, textsOf, programOf };
