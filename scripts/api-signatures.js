// Writes api.txt: each member of the public API on a line of its own, sorted, so that a review sees each change.
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

/** The members of a type: the constructor first, the others sorted by name. */
function membersOf({ name, kind, datatype, initializer, members = [], methods = [], properties = [] }) {
  // All members of an interface are abstract.
  const modifiers = (member) => words(kind === "class" ? member : { ...member, abstract: false }).join("");
  const constructor = initializer?.protected ? "protected new" : "new";
  const lines = [
    ...members.map((member) => [member.name, `${name}.${member.name}`]),
    ...properties.map((property) => {
      const readonly = property.immutable && !datatype ? "readonly " : "";
      const optional = property.optional ? "?" : "";
      const signature = `${name}.${property.name}${optional}: ${typeText(property.type)}`;
      return [property.name, `${modifiers(property)}${readonly}${signature}`];
    }),
    ...methods.map((method) => {
      const call = `${method.name}${parametersText(method.parameters)}: ${returnText(method)}`;
      return [method.name, `${modifiers(method)}${name}.${call}`];
    }),
  ];
  return [
    ...(initializer ? [`${constructor} ${name}${parametersText(initializer.parameters)}`] : []),
    ...lines.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
  ];
}

/** The text of api.txt. */
function signatures(types) {
  return `${types.flatMap((type) => [heading(type), ...membersOf(type).map((line) => `  ${line}`)]).join("\n")}\n`;
}

module.exports = { signatures };
