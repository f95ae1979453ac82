// Writes API.md, the index by task, and docs/api: a page with the types of each folder of lib.
const { byName, folderOf, moduleOf, parametersText, returnText, typeText } = require("./api-assembly");

// Longer texts are in the list below the table.
const MAX_CELL_LENGTH = 200;
const WRITTEN = "<!-- Written by `npm run docs` from the docstrings in lib; do not edit. -->";

/**
 * The tasks of the index, in the order in which a type is assigned: to the first one whose pattern matches the path of its file.
 * A type that no pattern matches is an error.
 */
const TASKS = [
  ["Verify what you synthesize", /^checks\//],
  ["Use existing clusters and networks", /take-over|existing-(?:cluster|vcn)/],
  ["Enforce network policies and packet routing", /policy-engine|packet-routing|security-attribute/],
  ["Reach the API endpoint", /bastion|endpoint-access|kubeconfig/],
  ["Audit and set alarms", /^observability\//],
  ["Collect logs, metrics, and traces", /^platform\/(?:logging|monitoring)|log|monitoring|scrape|traces/],
  ["Protect load balancers from web attacks", /\/waf\/|web-application-firewall/],
  ["Grant access to the Kubernetes API", /^rbac\/|^cluster\/access\//],
  ["Grant access to OCI resources", /^identity\//],
  ["Manage secrets and certificates", /secret|certificate|cert-manager|acme|issuer/],
  ["Choose, sign, and scan images", /^supply-chain\/|(?<!node-)image|registr|pull/],
  ["Scan nodes", /benchmark|node-scanning|host-scanning/],
  ["Expose workloads", /^exposure\/|^cluster\/.*ingress|tls|cipher|listener|app-protocol/],
  ["Configure add-ons", /add-on/],
  ["Create a cluster and node pools", /^cluster\//],
  [
    "Allow egress and connect networks",
    /^core\/port$|^network\/.*(?:egress|peer|security-group|oracle-services|region-services|address-list|file-storage)/,
  ],
  ["Plan a network", /^network\//],
  ["Encrypt data and store Terraform state", /^(?:encryption|storage)\//],
  ["Enforce practices in the API server and in third-party charts", /^(?:guardrails|hardening)\//],
  ["Set up namespaces and tenants", /^namespaces\/|pod-security/],
  ["Connect workloads", /^network-policy\//],
  ["Run workloads", /^workload\/(?!pods)/],
  ["Configure pods", /^workload\/pods\//],
  ["Tag resources, list exceptions, and read errors", /^core\//],
];

/** The tasks that readers begin with, in this order; the others follow in the order of the patterns. */
const FIRST = [
  "Create a cluster and node pools",
  "Plan a network",
  "Configure add-ons",
  "Set up namespaces and tenants",
  "Run workloads",
  "Configure pods",
  "Expose workloads",
  "Connect workloads",
  "Allow egress and connect networks",
];

const isCell = (text) => text.length <= MAX_CELL_LENGTH;
const cell = (text) => text.replace(/\s+/g, " ").replaceAll("|", "\\|").trim();
// Names of constants become code, except inside of code.
const codes = (text) =>
  text.replace(/`[^`]*`|\b[A-Z]+(?:_[A-Z0-9]+)+\b/g, (found) =>
    found.startsWith("`") ? found : `\`${found}\``,
  );

/** A docstring without its tags. The compiler ends summaries at semicolons too. */
function textOf({ summary = "", remarks = "" } = {}) {
  const isBroken = remarks !== "" && !/[.!?:]$/.test(summary);
  return [summary, remarks]
    .filter(Boolean)
    .join(isBroken ? " " : "\n\n")
    .trim();
}

/** Splits a text after its first sentence. */
function split(text) {
  const [first = ""] = /^[^]*?(?:[.!?](?=\s+[A-Z`“])|$|\n\n)/.exec(text) ?? [];
  return [first.trim(), text.slice(first.length).trim()];
}

/** Writes pages with links between their types. */
class Pages {
  constructor(types) {
    this.types = types;
    this.names = new Map(types.map((type) => [type.name, type]));
    this.children = new Map(types.map(({ name }) => [name, []]));
    for (const type of types)
      for (const fqn of [type.base, ...(type.interfaces ?? [])].filter(Boolean))
        this.children.get(typeText({ fqn }))?.push(type.name);
  }

  /** The index and the page of each folder, by path. */
  all() {
    const folders = [...new Set(this.types.map(folderOf))].sort();
    return Object.fromEntries([
      ["API.md", this.index()],
      ...folders.map((folder) => [`docs/api/${folder}.md`, this.page(folder)]),
    ]);
  }

  /** A link to a type, from a page of docs/api or from the top level. */
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
      const [title] = TASKS.find(([, pattern]) => pattern.test(module)) ?? [];
      if (!title)
        throw new Error(
          `${type.name} in lib/${module} matches no task of scripts/api-pages.js: add a pattern`,
        );
      groups.get(title).push(type);
    }
    const place = (title) => (FIRST.includes(title) ? FIRST.indexOf(title) : FIRST.length);
    const sorted = [...groups].sort(([a], [b]) => place(a) - place(b));
    const sections = sorted.flatMap(([title, types]) => (types.length > 0 ? this.task(title, types) : []));
    const intro = [
      "The classes of the library by task, each with a link to its constructor, properties, and methods.",
      "[api.txt](api.txt) lists the signature of every member, and [docs/errors.md](docs/errors.md) every error code.",
      "The classes of `oci.*` are generated bindings of the OCI provider, whose",
      "[registry page](https://registry.terraform.io/providers/oracle/oci/latest/docs) documents the resources.",
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
    return `${[WRITTEN, "", `# API: ${folder}`, "", "[Index by task](../../API.md)", "", ...contents, ...bodies].join("\n")}\n`;
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
    // A page lists each member once, at the struct that declares it.
    const parents = datatype ? this.ancestors(interfaces) : [...interfaces].sort();
    const word = datatype ? "Inherits the members of" : base ? "implements" : "Implements";
    const relations = [
      ...(base ? [`Extends ${links([base])}`] : []),
      ...(parents.length > 0 ? [`${word} ${links(parents)}`] : []),
    ];
    return [
      relations.length > 0 ? `${relations.join("; ")}.` : "",
      children.length > 0
        ? `${datatype ? "Extended by" : "Base of"} ${children.map((child) => this.link(child, folder)).join(", ")}.`
        : "",
    ];
  }

  /** All types that a struct extends, nearest first. */
  ancestors(fqns) {
    const next = fqns.flatMap((fqn) => this.names.get(typeText({ fqn }))?.interfaces ?? []);
    return [...new Set([...fqns, ...(next.length > 0 ? this.ancestors(next) : [])])];
  }

  enumeration({ members }) {
    return [members.map(({ name, docs }) => `- \`${name}\`: ${cell(textOf(docs)) || name}`).join("\n")];
  }

  construct({ name, initializer, methods = [], properties = [] }, folder) {
    const statics = [...properties, ...methods].filter((member) => member.static).sort(byName);
    const instanceMethods = methods.filter((method) => !method.static).sort(byName);
    const constructor =
      initializer && !initializer.protected
        ? this.call(`new ${name}`, initializer, folder, "### Constructor")
        : [];
    return [
      ...constructor,
      ...(statics.length > 0
        ? ["### Static members", ...statics.flatMap((member) => this.callOrValue(name, member, folder))]
        : []),
      ...this.members(
        { properties: properties.filter((property) => !property.static) },
        folder,
        "Property",
        "### Properties",
      ),
      ...(instanceMethods.length > 0
        ? ["### Methods", ...instanceMethods.flatMap((method) => this.call(method.name, method, folder))]
        : []),
    ];
  }

  callOrValue(name, member, folder) {
    if (!member.type) return this.call(`${name}.${member.name}`, member, folder);
    return [`- \`${name}.${member.name}: ${typeText(member.type)}\` ${textOf(member.docs)}`];
  }

  /** A call as a list item, followed by its details. */
  call(title, callable, folder, heading = "") {
    const { docs, parameters = [], returns } = callable;
    const result = title.startsWith("new ") ? "" : `: ${returnText(callable)}`;
    const modifier = callable.protected ? "protected " : "";
    const mentioned = [...parameters.map(({ type }) => type), returns?.type].flatMap((type) =>
      this.namesIn(type),
    );
    const see = [...new Set(mentioned)].map((type) => this.link(type, folder));
    const details = [
      textOf(docs),
      ...parameters
        .filter((parameter) => parameter.docs)
        .map(({ name, docs: text }) => `\`${name}\`: ${textOf(text)}`),
      returns?.docs ? `Returns: ${textOf(returns.docs)}` : "",
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

  /** A table of properties, followed by a list of the texts that are too long for a cell. */
  members({ properties = [] }, folder, word, heading = "") {
    if (properties.length === 0) return [];
    const isStruct = word === "Member";
    // Required properties come first.
    const sorted = [...properties].sort(
      (a, b) => (a.optional ?? false) - (b.optional ?? false) || byName(a, b),
    );
    const details = [];
    const rows = sorted.map((property) => {
      const type = cell(typeText(property.type, (name) => this.link(name, folder)));
      const fallback = cell(property.docs?.default ?? "").replace(/^- /, "");
      const [first, rest] = split(textOf(property.docs));
      const texts = [
        rest,
        isCell(fallback) ? "" : `Default: ${fallback}`,
        ...this.tags(property.docs),
      ].filter(Boolean);
      if (!isCell(first)) texts.unshift(first);
      if (texts.length > 0)
        details.push(`- \`${property.name}\`: ${codes(texts.join(" ")).replace(/\n+/g, "\n  ")}`);
      const defaultCell = property.optional
        ? (isCell(fallback) ? fallback : "see below") || "none"
        : "**required**";
      const cells = [
        `\`${property.protected ? "protected " : ""}${property.name}\``,
        type,
        ...(isStruct ? [defaultCell] : []),
        isCell(first) ? cell(first) : "see below",
      ];
      return `| ${cells.join(" | ")} |`;
    });
    const columns = [word, "Type", ...(isStruct ? ["Default"] : []), "Description"];
    const table = [`| ${columns.join(" | ")} |`, `| ${columns.map(() => "---").join(" | ")} |`, ...rows].join(
      "\n",
    );
    return [heading, table, details.join("\n")];
  }

  tags(docs = {}) {
    const { see, deprecated, custom = {} } = docs;
    return [
      custom.throws ? codes(`Throws ${cell(custom.throws)}`) : "",
      deprecated ? `Deprecated: ${deprecated}` : "",
      ...(see
        ? see
            .split("\n")
            .map((target) => `See ${/^https?:/.test(target) ? `<${target.trim()}>` : target.trim()}`)
        : []),
    ];
  }
}

module.exports = { Pages };
