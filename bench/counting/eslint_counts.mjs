// Paths in, one a line; what ESLint's own rule `complexity` counts out, as JSON lines.
// The first argument is a folder that has eslint and a parser for TypeScript in its node_modules.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(join(process.argv[2], "here.js"));
const { Linter } = require("eslint");
const complexity = require("eslint/use-at-your-own-risk").builtinRules.get("complexity");
const typescript = require("@typescript-eslint/parser");

// The rule says where it found a function by its head; the node it found is more exact.
let found = [];
const watched = {
  meta: complexity.meta,
  create: ({ sourceCode, options }) =>
    complexity.create({
      sourceCode,
      options,
      report: ({ node, data }) => found.push([...node.range, node.loc.start.line, data.complexity]),
    }),
};
const linter = new Linter({ configType: "flat" });
const config = (sourceType, typed) => ({
  files: ["**"],
  plugins: { bench: { rules: { watched } } },
  rules: { "bench/watched": ["error", { max: 0 }] },
  linterOptions: { noInlineConfig: true },
  languageOptions: {
    sourceType,
    ecmaVersion: "latest",
    parserOptions: { ecmaFeatures: { jsx: !typed } },
    ...(typed ? { parser: typescript } : {}),
  },
});

function counted(text, typed) {
  for (const sourceType of ["module", "commonjs"]) {
    found = [];
    const filename = typed ? "source.ts" : "source.js";
    const messages = linter.verify(text, [config(sourceType, typed)], { filename });
    if (!messages.some((message) => message.fatal)) {
      // Inner functions end first; of two that begin together the outer has to come first.
      return found
        .reverse()
        .sort((one, other) => one[0] - other[0] || other[1] - one[1])
        .map(([, , line, count]) => ["", line, count]);
    }
  }
  return null;
}

for await (const path of createInterface({ input: process.stdin })) {
  const text = readFileSync(path, "utf8");
  const began = process.cpuUsage();
  const functions = counted(text, path.endsWith(".ts"));
  const { user, system } = process.cpuUsage(began);
  console.log(JSON.stringify([path, (user + system) / 1e6, functions]));
}
