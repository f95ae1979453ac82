// API.md, the index by task, and docs/api: one page with all types of a folder of lib.
const { byName, folderOf, moduleOf, parametersText, returnText, typeText } = require("./api-assembly");

// A longer text is no cell of a table but a paragraph below it.
const MAX_CELL_LENGTH = 200;
const WRITTEN = "<!-- Written by `npm run docs` from the docstrings in lib; do not edit. -->";

/**
 * The tasks of the index: a type belongs to the first one whose pattern is found in the file that declares it. Where a file
 * moves, its types follow; what no pattern finds stands under the name of its folder.
 */
const TASKS = [
  ["Prove who reaches whom", /^(?:checks|reachability)\//],
  ["Enforce policies and label packets", /policy-engine|packet-routing|security-attribute/],
  ["Reach the API endpoint", /bastion|endpoint-access/],
  ["Protect and log", /^observability\/|web-application-firewall|\bwaf\b|(?:flow-|balancer-)log|\/logs\//],
  ["Make a cluster and its nodes", /^cluster\/(?!.*ingress)/],
  [
    "Open egress and let peers in",
    /^network\/.*(?:egress|peer|security-group|oracle-services|region-services|address-list|file-storage)/,
  ],
  ["Plan a network", /^network\//],
  ["Harden charts and guard the API server", /^(?:guardrails|hardening)\/|guardrail|hardening/],
  [
    "Expose workloads",
    /^exposure\/|ingress|load-balancer|security-rule|listener|tls|cipher|service-?|app-protocol|http/,
  ],
  ["Choose images", /image|registr|pull/],
  ["Grant access to the API server", /^rbac\/|\/(?:allow|role|subject|rbac|role-[a-z]+)$/],
  ["Set up namespaces and tenants", /^namespaces\/|namespace|tenant|pod-security/],
  ["Connect workloads", /^network-policy\/|connection|external-peer|peer/],
  ["Run workloads", /\/(?:hardened-|.*workload|autoscale)/],
  ["Configure pods", /^workload\//],
  ["Tags, ports, exceptions and errors", /^core\//],
];

/** The tasks that readers begin with; the others follow in the order of the patterns. */
const FIRST = ["Make a cluster and its nodes", "Plan a network", "Run workloads", "Configure pods"];

const isCell = (text) => text.length <= MAX_CELL_LENGTH;
const cell = (text) => text.replace(/\s+/g, " ").replaceAll("|", "\\|").trim();
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const codes = (text) => text.replace(/(?<!`)\b[A-Z]+(?:_[A-Z0-9]+)+\b(?!`)/g, "`$&`");

/** The docstring without its tags; the compiler ends a summary at a semicolon too. */
function textOf({ summary = "", remarks = "" } = {}) {
  const isBroken = remarks !== "" && !/[.!?:]$/.test(summary);
  return [summary, remarks]
    .filter(Boolean)
    .join(isBroken ? " " : "\n\n")
    .trim();
}

/** The first sentence, and what follows it. */
function split(text) {
  const [first = ""] = /^[^]*?(?:[.!?](?=\s+[A-Z`“])|$|\n\n)/.exec(text) ?? [];
  return [first.trim(), text.slice(first.length).trim()];
}

/** Writes the pages of types that refer to each other. */
class Pages {
  constructor(types) {
    this.types = types;
    this.names = new Map(types.map((type) => [type.name, type]));
    this.children = new Map(types.map(({ name }) => [name, []]));
    for (const type of types)
      for (const fqn of [type.base, ...(type.interfaces ?? [])].filter(Boolean))
        this.children.get(typeText({ fqn }))?.push(type.name);
  }

  /** All files by their paths: the index, and a page for each folder. */
  all() {
    const folders = [...new Set(this.types.map(folderOf))].sort();
    return Object.fromEntries([
      ["API.md", this.index()],
      ...folders.map((folder) => [`docs/api/${folder}.md`, this.page(folder)]),
    ]);
  }

  /** A link to a type from a page of docs/api, or from elsewhere. */
  link(name, from = "") {
    const type = this.names.get(name);
    if (!type) return name.startsWith("oci.") ? `\`${name}\`` : name;
    const page =
      from === folderOf(type) ? "" : from ? `${folderOf(type)}.md` : `docs/api/${folderOf(type)}.md`;
    return `[${name}](${page}#${name.toLowerCase()})`;
  }

  index() {
    const groups = new Map(TASKS.map(([title]) => [title, []]));
    for (const type of this.types) {
      const module = moduleOf(type);
      const title = TASKS.find(([, pattern]) => pattern.test(module))?.[0] ?? capital(folderOf(type));
      groups.set(title, [...(groups.get(title) ?? []), type]);
    }
    const place = (title) => (FIRST.includes(title) ? FIRST.indexOf(title) : FIRST.length);
    const sorted = [...groups].sort(([a], [b]) => place(a) - place(b));
    const sections = sorted.flatMap(([title, types]) => (types.length > 0 ? this.task(title, types) : []));
    const intro = [
      "Every class by what it is for, with its first sentence; the links lead to constructors, props, methods and errors.",
      "[api.txt](api.txt) has each member of the API on a line, and [docs/errors.md](docs/errors.md) the error codes.",
      "`oci.*` are bindings of the resources of the",
      "[provider](https://registry.terraform.io/providers/oracle/oci/latest/docs), which documents them.",
    ];
    return `${[WRITTEN, "", "# API", "", ...intro, ...sections].join("\n")}\n`;
  }

  task(title, types) {
    const listed = types.filter(
      ({ kind, datatype }) => kind === "class" || (kind === "interface" && !datatype),
    );
    const others = types.filter((type) => !listed.includes(type));
    const lines = listed.map((type) => {
      const [first] = split(textOf(type.docs));
      return `- ${this.link(type.name)}: ${cell(first)}`;
    });
    const further =
      others.length > 0
        ? ["", `Props and enumerations: ${others.map(({ name }) => this.link(name)).join(", ")}.`]
        : [];
    return ["", `## ${title}`, "", ...lines, ...(lines.length > 0 ? further : further.slice(1))];
  }

  page(folder) {
    const own = this.types.filter((type) => folderOf(type) === folder);
    const kinds = [
      ["Classes", ({ kind }) => kind === "class"],
      ["Interfaces", ({ kind, datatype }) => kind === "interface" && !datatype],
      ["Props and values", ({ datatype }) => datatype],
      ["Enumerations", ({ kind }) => kind === "enum"],
    ];
    const sections = kinds
      .map(([title, belongs]) => [title, own.filter(belongs)])
      .filter(([, types]) => types.length > 0);
    const contents = sections.map(
      ([title, types]) => `- ${title}: ${types.map(({ name }) => this.link(name, folder)).join(", ")}`,
    );
    const bodies = sections.flatMap(([, types]) => types.flatMap((type) => this.type(type, folder)));
    return `${[WRITTEN, "", `# API: ${folder}`, "", "[All folders](../../API.md)", "", ...contents, ...bodies].join("\n")}\n`;
  }

  type(type, folder) {
    const parts = [
      `## ${type.name}`,
      codes(textOf(type.docs)),
      ...this.relations(type, folder),
      ...(type.kind === "enum" ? this.enumeration(type) : []),
      ...(type.datatype ? this.members(type, folder, "Member") : []),
      ...(type.datatype || type.kind === "enum" ? [] : this.construct(type, folder)),
      ...this.tags(type.docs),
    ];
    return parts.filter(Boolean).flatMap((part) => ["", part]);
  }

  relations({ name, base, interfaces = [], datatype }, folder) {
    const links = (fqns) => fqns.map((fqn) => this.link(typeText({ fqn }), folder)).join(", ");
    const children = this.children.get(name).toSorted();
    // A struct has the members of all above it, which are told once, on the type that declares them.
    const above = datatype ? this.ancestors(interfaces) : [...interfaces].sort();
    const word = datatype ? "Also has the members of" : base ? "implements" : "Implements";
    const parents = [
      ...(base ? [`Inherits from ${links([base])}`] : []),
      ...(above.length > 0 ? [`${word} ${links(above)}`] : []),
    ];
    return [
      parents.length > 0 ? `${parents.join("; ")}.` : "",
      children.length > 0
        ? `${datatype ? "Part of" : "Base of"} ${children.map((one) => this.link(one, folder)).join(", ")}.`
        : "",
    ];
  }

  /** The types that a struct extends, and those that these extend, nearest first. */
  ancestors(fqns) {
    const next = fqns.flatMap((fqn) => this.names.get(typeText({ fqn }))?.interfaces ?? []);
    return [...new Set([...fqns, ...(next.length > 0 ? this.ancestors(next) : [])])];
  }

  enumeration({ members }) {
    return [members.map(({ name, docs }) => `- \`${name}\`: ${cell(textOf(docs)) || name}`).join("\n")];
  }

  construct({ name, initializer, methods = [], properties = [] }, folder) {
    const statics = [...properties.filter((one) => one.static), ...methods.filter((one) => one.static)].sort(
      byName,
    );
    const own = methods.filter((one) => !one.static).sort(byName);
    const make =
      initializer && !initializer.protected
        ? this.call(`new ${name}`, initializer, folder, "### Constructor")
        : [];
    return [
      ...make,
      ...(statics.length > 0
        ? ["### Static members", ...statics.flatMap((one) => this.callOrValue(name, one, folder))]
        : []),
      ...this.members(
        { properties: properties.filter((one) => !one.static) },
        folder,
        "Property",
        "### Properties",
      ),
      ...(own.length > 0 ? ["### Methods", ...own.flatMap((one) => this.call(one.name, one, folder))] : []),
    ];
  }

  callOrValue(name, member, folder) {
    if (!member.type) return this.call(`${name}.${member.name}`, member, folder);
    return [`- \`${name}.${member.name}: ${typeText(member.type)}\` ${textOf(member.docs)}`];
  }

  /** A call as a list item, whose details are below it. */
  call(title, callable, folder, heading = "") {
    const { docs, parameters = [], returns } = callable;
    const result = title.startsWith("new ") ? "" : `: ${returnText(callable)}`;
    const modifier = callable.protected ? "protected " : "";
    const mentioned = [...parameters.map(({ type }) => type), returns?.type].flatMap((type) =>
      this.namesIn(type),
    );
    const see = [...new Set(mentioned)].map((one) => this.link(one, folder));
    const details = [
      textOf(docs),
      ...parameters.filter((one) => one.docs).map((one) => `\`${one.name}\`: ${textOf(one.docs)}`),
      returns?.docs ? `Returns ${textOf(returns.docs)}` : "",
      see.length > 0 ? `Types: ${see.join(", ")}` : "",
      ...this.tags(docs),
    ];
    const body = details.filter(Boolean).map((text) => `\n\n  ${codes(text).replace(/\n(?=.)/g, "\n  ")}`);
    return [heading, `- \`${modifier}${title}${parametersText(parameters)}${result}\`${body.join("")}`];
  }

  namesIn(type) {
    const names = [];
    typeText(type, (name) => {
      names.push(name);
      return name;
    });
    return names.filter((name) => this.names.has(name));
  }

  /** A table of properties, and below it what does not fit into a cell. */
  members({ properties = [] }, folder, word, heading = "") {
    if (properties.length === 0) return [];
    const isStruct = word === "Member";
    // What must be given comes first.
    const sorted = [...properties].sort(
      (a, b) => (a.optional ?? false) - (b.optional ?? false) || byName(a, b),
    );
    const below = [];
    const rows = sorted.map((one) => {
      const type = cell(typeText(one.type, (name) => this.link(name, folder)));
      const fallback = cell(one.docs?.default ?? "").replace(/^- /, "");
      const [first, rest] = split(textOf(one.docs));
      const details = [rest, isCell(fallback) ? "" : `Default: ${fallback}`, ...this.tags(one.docs)].filter(
        Boolean,
      );
      if (!isCell(first)) details.unshift(first);
      if (details.length > 0)
        below.push(`- \`${one.name}\`: ${codes(details.join(" ")).replace(/\n+/g, "\n  ")}`);
      const given = one.optional ? (isCell(fallback) ? fallback : "below") || "none" : "**required**";
      const cells = [
        `\`${one.protected ? "protected " : ""}${one.name}\``,
        type,
        ...(isStruct ? [given] : []),
        isCell(first) ? cell(first) : "below",
      ];
      return `| ${cells.join(" | ")} |`;
    });
    const columns = [word, "Type", ...(isStruct ? ["Default"] : []), "Description"];
    const table = [`| ${columns.join(" | ")} |`, `| ${columns.map(() => "---").join(" | ")} |`, ...rows].join(
      "\n",
    );
    return [heading, table, below.join("\n")];
  }

  tags(docs = {}) {
    const { see, deprecated, custom = {} } = docs;
    return [
      custom.throws ? codes(`Throws ${cell(custom.throws)}`) : "",
      deprecated ? `Deprecated: ${deprecated}` : "",
      ...(see
        ? see.split("\n").map((one) => `See ${/^https?:/.test(one) ? `<${one.trim()}>` : one.trim()}`)
        : []),
    ];
  }
}

module.exports = { Pages };
