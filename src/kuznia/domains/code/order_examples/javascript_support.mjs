// What the tests that are made from a request's examples call; it runs in the sandbox alone.

export async function load(paths) {
  const names = {};
  for (const path of [...paths].reverse()) {
    const module = await import(path);
    const whole = module.default;
    if (whole && (typeof whole === "object" || typeof whole === "function")) {
      Object.assign(names, whole);
      if (whole.name) names[whole.name] = whole;
    }
    Object.assign(names, module);
  }
  return names;
}

export function need(context, names, name) {
  if (typeof names[name] === "function") return true;
  context.skip(`The code exports no ${name}.`);
  return false;
}

export async function mustGive(call, expected) {
  const actual = await call();
  if (!same(actual, expected)) {
    throw new Error(`it gives ${short(actual)}, and the request says ${short(expected)}`);
  }
}

export async function mustThrow(call, name) {
  let actual;
  try {
    actual = await call();
  } catch (error) {
    for (let kind = error; kind; kind = Object.getPrototypeOf(kind)) {
      if (kind.name === name || kind.constructor?.name === name) return;
    }
    throw error;
  }
  throw new Error(`it gives ${short(actual)}, and the request says that it raises ${name}`);
}

function same(actual, expected) {
  if (expected === null) return actual === null || actual === undefined;
  if (typeof expected === "number" && typeof actual === "number") return near(actual, expected);
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((value, place) => same(actual[place], value))
    );
  }
  if (typeof expected === "object") {
    if (actual === null || typeof actual !== "object" || Array.isArray(actual)) return false;
    const entries = actual instanceof Map ? Object.fromEntries(actual) : actual;
    const keys = Object.keys(expected);
    return (
      keys.length === Object.keys(entries).length &&
      keys.every((key) => key in entries && same(entries[key], expected[key]))
    );
  }
  return actual === expected;
}

// In prose 10 / 3 is written as 3.33.
function near(actual, expected) {
  const places = (String(expected).split(".")[1] ?? "").length;
  const rounding = places < 2 ? 0 : 0.5000001 * 10 ** -places;
  const tolerance = Math.max(1e-9, 1e-6 * Math.abs(expected), rounding);
  return actual === expected || Math.abs(actual - expected) <= tolerance;
}

function short(value) {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length <= 120 ? shown : `${shown.slice(0, 119)}…`;
}
