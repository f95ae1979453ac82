const { projects, ...run } = require("./jest.config");

module.exports = { ...run, projects: projects.filter(({ displayName }) => displayName === "unit") };
