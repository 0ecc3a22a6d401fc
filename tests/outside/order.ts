// A program of somebody who has our document and openapi-typescript, and nothing else of ours.
import type { components, paths } from "./api.js";

type Plans = paths["/api/v1/training/plans"]["post"];
type Order = Plans["requestBody"]["content"]["application/json"];
type Made = Plans["responses"][200]["content"]["application/json"];
type Fault = components["schemas"]["FaultEnvelope"];

const order: Order = { profile: { age: 34, days: 3, equipment: ["dumbbells"], sex: "female" } };
// @ts-expect-error: the compiler refuses a field that does not exist
const wrong: Order = { profile: { age: 34, dais: 3 } };
// @ts-expect-error: and a value that is none of the choices
const odd: Order = { profile: { age: 34, sex: "unknown" } };

const send = async <T>(body: unknown): Promise<T> => {
  const answer = await fetch(`${process.argv[2]}/api/v1/training/plans`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
};

const made = await send<Made>(order);
const refused = [await send<Fault>(wrong), await send<Fault>(odd)];
console.log(
  JSON.stringify({
    success: made.success,
    domain: made.data.domain,
    parts: Object.keys(made.data.parts),
    checks: made.data.evidence.parts.flatMap((part) => part.checks.map((check) => check.name)),
    refused: refused.map(({ error }) => error.code),
  }),
);
