// api.txt: every member of the public API on a line of its own, sorted, so that a review sees each change of it.
const { parametersText, returnText, typeText } = require("./api-assembly");

function heading({ name, kind, datatype, abstract, base, interfaces = [] }) {
  const parents = interfaces.map((fqn) => typeText({ fqn })).sort();
  const [word, further] = kind === "class" ? ["class", "implements"] : ["interface", "extends"];
  if (kind === "enum") return `enum ${name}`;
  return [
    `${abstract && kind === "class" ? "abstract " : ""}${datatype ? "struct" : word} ${name}`,
    ...(base ? [`extends ${typeText({ fqn: base })}`] : []),
    ...(parents.length > 0 ? [`${further} ${parents.join(", ")}`] : []),
  ].join(" ");
}

const words = (member) =>
  ["protected", "static", "abstract"].filter((word) => member[word]).map((word) => `${word} `);

/** The members of a type, sorted by their names; what makes one comes first. */
function membersOf({ name, kind, datatype, initializer, members = [], methods = [], properties = [] }) {
  // All members of an interface are abstract.
  const modifiers = (member) => words(kind === "class" ? member : { ...member, abstract: false }).join("");
  const made = initializer?.protected ? "protected new" : "new";
  const lines = [
    ...members.map((one) => [one.name, `${name}.${one.name}`]),
    ...properties.map((one) => {
      const readonly = one.immutable && !datatype ? "readonly " : "";
      const type = typeText(one.type);
      return [one.name, `${modifiers(one)}${readonly}${name}.${one.name}${one.optional ? "?" : ""}: ${type}`];
    }),
    ...methods.map((one) => {
      const call = `${one.name}${parametersText(one.parameters)}: ${returnText(one)}`;
      return [one.name, `${modifiers(one)}${name}.${call}`];
    }),
  ];
  return [
    ...(initializer ? [`${made} ${name}${parametersText(initializer.parameters)}`] : []),
    ...lines.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
  ];
}

/** The text of api.txt. */
function signatures(types) {
  return `${types.flatMap((type) => [heading(type), ...membersOf(type).map((line) => `  ${line}`)]).join("\n")}\n`;
}

module.exports = { signatures };
