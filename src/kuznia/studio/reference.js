// Draws the API from its own OpenAPI document, and lets every address be tried. Text from the
// document and from answers is only ever set as text, never as HTML.

const MAX_SHOWN = 200_000;

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

const rules = (schema) =>
  [
    ["minLength", "at least", "characters"], ["maxLength", "at most", "characters"],
    ["minimum", "at least", ""], ["maximum", "at most", ""],
    ["minItems", "at least", "items"], ["maxItems", "at most", "items"],
  ]
    .filter(([name]) => schema[name] !== undefined)
    .map(([name, before, after]) => `${before} ${schema[name]} ${after}`.trim())
    .join(", ");

// A description: what stands between backticks is code.
const prose = (text) => text.split("`").map((piece, n) => (n % 2 ? make("code", {}, piece) : piece));

const sentence = (text) => text && `${text[0].toUpperCase()}${text.slice(1).replace(/\.?$/, ".")}`;

const table = (api, rows) => {
  if (!rows.length) return null;
  const body = make("tbody");
  for (const { name, schema: given, required, description } of rows) {
    const schema = resolve(api, given);
    const said = [description ?? schema.description, rules(schema)].map(sentence).filter(Boolean).join(" ");
    const otherwise = schema.default == null ? "optional" : `default ${JSON.stringify(schema.default)}`;
    body.append(make("tr", {},
      make("td", {}, make("code", {}, name)),
      make("td", {}, typeOf(api, given)),
      make("td", {}, required ? "required" : otherwise),
      make("td", {}, ...prose(said))));
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
    if (text.length < MAX_SHOWN) text += decoder.decode(value, { stream: true });
    output.textContent = line + text;
  }
  try { output.textContent = line + JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON */ }
};

const isProtected = (api, operation) => (operation.security ?? api.security ?? []).length > 0;

// The document says what a parameter takes; the browser holds it to that before anything is sent.
const parameterField = (api, parameter) => {
  const given = resolve(api, parameter.schema);
  const schema = [given, ...(given.anyOf ?? []).map((one) => resolve(api, one))]
    .find((one) => one.enum || one.pattern || one.type) ?? {};
  const { name, required } = parameter;
  if (!schema.enum) {
    return make("input", { name, required, pattern: schema.pattern, maxlength: schema.maxLength });
  }
  const options = schema.enum.map((one) => make("option", { value: one }, one));
  return make("select", { name, required }, make("option", { value: "" }), ...options);
};

// Where the fields of a form go: into the path, behind the question mark, into headers.
const filled = (path, fields) => {
  const headers = {};
  const query = new URLSearchParams();
  let target = path;
  for (const [{ name, in: place, explode }, { value }] of fields) {
    if (value === "") continue;
    if (place === "path") target = target.replace(`{${name}}`, encodeURIComponent(value));
    if (place === "header") headers[name] = value;
    if (place !== "query") continue;
    const pairs = explode ? new URLSearchParams(value) : [[name, value]];
    for (const pair of pairs) query.append(...pair);
  }
  return { headers, url: query.size ? `${target}?${query}` : target };
};

const tryForm = (api, path, method, operation) => {
  const parameters = operation.parameters ?? [];
  const fields = new Map();
  const form = make("form");
  for (const parameter of parameters) {
    const input = parameterField(api, parameter);
    const hint = parameter.explode ? ", as name=value&name=value" : "";
    fields.set(parameter, input);
    form.append(make("label", {}, `${parameter.name} (${parameter.in}${hint})`, input));
  }
  const schema = bodySchema(operation);
  const body = schema && make("textarea", { spellcheck: "false" });
  if (body) {
    const [shown] = Object.values(operation.requestBody.content["application/json"].examples ?? {});
    body.value = JSON.stringify(shown?.value ?? {}, null, 2);
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
    const { url, headers } = filled(path, fields);
    const { value: credential } = document.getElementById("credential");
    if (credential && isProtected(api, operation)) headers.Authorization = `Bearer ${credential}`;
    if (body) headers["Content-Type"] = "application/json";
    if (stream?.checked) headers.Accept = "text/event-stream";
    const began = performance.now();
    try {
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
    make("tr", {}, make("td", {}, make("code", {}, status)), make("td", {}, ...prose(one.description ?? ""))));
  return make("article", { id: operation.operationId },
    make("h3", {}, operation.summary ?? operation.operationId),
    make("p", {}, make("span", { class: "method" }, method.toUpperCase()), make("span", { class: "path" }, path)),
    operation.description && operation.description !== operation.summary
      ? make("p", { class: "description" }, ...prose(operation.description)) : null,
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
