// Draws the API from its own OpenAPI document, and lets every address be tried. Text from the
// document and from answers is only ever set as text, never as HTML.

const MOST_SHOWN = 200_000;

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

const resolve = (api, schema) => {
  let found = schema ?? {};
  for (let hops = 0; found.$ref && hops < 10; hops += 1) {
    found = found.$ref.split("/").slice(1).reduce((place, step) => place?.[step], api) ?? {};
  }
  return found;
};

const typeOf = (api, given) => {
  const schema = resolve(api, given);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((one) => typeOf(api, one)).join(" | ");
  if (schema.type === "array") return `list of ${typeOf(api, schema.items)}`;
  return schema.title && schema.type === "object" ? schema.title : schema.type ?? "any";
};

const example = (api, given, depth = 0) => {
  const schema = resolve(api, given);
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return example(api, choices[0], depth + 1);
  if (schema.type === "array") return depth > 6 ? [] : [example(api, schema.items, depth + 1)];
  if (schema.type === "object" || schema.properties) {
    if (depth > 6) return {};
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, one]) => [name, example(api, one, depth + 1)]),
    );
  }
  return { string: "", integer: 0, number: 0, boolean: false }[schema.type] ?? null;
};

const rules = (schema) =>
  [
    ["minLength", "at least", "characters"], ["maxLength", "at most", "characters"],
    ["minimum", "at least", ""], ["maximum", "at most", ""],
    ["minItems", "at least", "items"], ["maxItems", "at most", "items"],
  ]
    .filter(([name]) => schema[name] !== undefined)
    .map(([name, before, after]) => `${before} ${schema[name]} ${after}`.trim())
    .join(", ");

const table = (api, rows) => {
  if (!rows.length) return null;
  const body = make("tbody");
  for (const { name, schema: given, required, description } of rows) {
    const schema = resolve(api, given);
    const said = [description ?? schema.description, rules(schema)].filter(Boolean).join(" ");
    body.append(make("tr", {},
      make("td", {}, make("code", {}, name)),
      make("td", {}, typeOf(api, given)),
      make("td", {}, required ? "required" : `default ${JSON.stringify(schema.default ?? null)}`),
      make("td", {}, said)));
  }
  return make("table", {}, body);
};

const bodySchema = (operation) => operation.requestBody?.content?.["application/json"]?.schema;

const show = async (response, began, output) => {
  const line = `${response.status} after ${Math.round(performance.now() - began)} ms, ` +
    `X-Request-Id ${response.headers.get("x-request-id")}\n\n`;
  output.className = response.ok ? "good" : "bad";
  output.textContent = line;
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    if (text.length < MOST_SHOWN) text += decoder.decode(value, { stream: true });
    output.textContent = line + text;
  }
  try { output.textContent = line + JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON */ }
};

const tryForm = (api, path, method, operation) => {
  const parameters = operation.parameters ?? [];
  const fields = new Map();
  const form = make("form");
  for (const parameter of parameters) {
    const input = make("input", { name: parameter.name, required: parameter.required });
    fields.set(parameter, input);
    form.append(make("label", {}, `${parameter.name} (${parameter.in})`, input));
  }
  const schema = bodySchema(operation);
  const body = schema && make("textarea", { spellcheck: "false" });
  if (body) {
    const shown = Object.values(operation.requestBody.content["application/json"].examples ?? {})[0];
    body.value = JSON.stringify(shown?.value ?? example(api, schema), null, 2);
    form.append(make("label", {}, "Body (JSON)", body));
  }
  const events = Object.keys(operation.responses?.["200"]?.content ?? {}).includes("text/event-stream");
  const stream = events && make("input", { type: "checkbox" });
  if (stream) form.append(make("label", {}, "As a stream of events", stream));
  const button = make("button", { type: "submit" }, "Send");
  const output = make("pre", { role: "status", hidden: true });
  form.append(button, output);

  form.addEventListener("submit", async (submitted) => {
    submitted.preventDefault();
    button.disabled = true;
    output.hidden = false;
    output.textContent = "Waiting…";
    const headers = {};
    const query = new URLSearchParams();
    let target = path;
    for (const [parameter, input] of fields) {
      if (input.value === "") continue;
      if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      if (parameter.in === "query") query.set(parameter.name, input.value);
      if (parameter.in === "header") headers[parameter.name] = input.value;
    }
    if (body) headers["Content-Type"] = "application/json";
    if (stream?.checked) headers.Accept = "text/event-stream";
    const began = performance.now();
    try {
      const url = query.size ? `${target}?${query}` : target;
      await show(await fetch(url, { method: method.toUpperCase(), headers, body: body?.value }), began, output);
    } catch (error) {
      output.className = "bad";
      output.textContent = `No answer: ${error.message}`;
    } finally {
      button.disabled = false;
    }
  });
  return make("details", {}, make("summary", {}, "Try it"), form);
};

const article = (api, path, method, operation) => {
  const schema = resolve(api, bodySchema(operation));
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([name, one]) =>
    ({ name, schema: one, required: required.has(name) }));
  const answers = Object.entries(operation.responses ?? {}).map(([status, one]) =>
    make("tr", {}, make("td", {}, make("code", {}, status)), make("td", {}, one.description ?? "")));
  return make("article", { id: operation.operationId },
    make("h3", {}, operation.summary ?? operation.operationId),
    make("p", {}, make("span", { class: "method" }, method.toUpperCase()), make("span", { class: "path" }, path)),
    operation.description && operation.description !== operation.summary
      ? make("p", { class: "description" }, operation.description) : null,
    table(api, operation.parameters ?? []),
    table(api, fields),
    make("table", {}, make("tbody", {}, ...answers)),
    tryForm(api, path, method, operation));
};

const draw = (api) => {
  document.getElementById("version").textContent = api.info.version;
  document.getElementById("summary").textContent = api.info.summary ?? "";
  const rooms = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const room = operation.tags?.[0] ?? "other";
      if (!rooms.has(room)) rooms.set(room, []);
      rooms.get(room).push({ path, method, operation });
    }
  }
  const contents = document.getElementById("contents");
  const operations = document.getElementById("operations");
  for (const [room, list] of rooms) {
    contents.append(make("h2", {}, room));
    operations.append(make("h2", {}, room));
    for (const { path, method, operation } of list) {
      contents.append(make("a", { href: `#${operation.operationId}` }, `${method.toUpperCase()} ${path}`));
      operations.append(article(api, path, method, operation));
    }
  }
};

try {
  draw(await (await fetch("/api/openapi.json")).json());
} catch (error) {
  document.getElementById("summary").textContent = `The API could not be read: ${error.message}`;
}
