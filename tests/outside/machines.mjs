// Runs a machine along each way: [{written, runs: [[{step, facts}]]}] -> [[{path, end}]].
import { assign, createActor, createMachine } from 'xstate';

import { answer, asked } from './asked.mjs';

function guard(expression) {
  // A name that nobody has told yet is an error here, as it would be in whoever reads the file.
  const holds = new Function('known', `with (known) { return Boolean(${expression}); }`);
  return ({ context }) => holds(context);
}

function counting(counter) {
  return assign({ [counter]: ({ context }) => context[counter] + 1 });
}

const mapped = (values, make) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value)]));

function machine({ machine, guards, actions }) {
  const told = assign(({ event }) => event.facts);
  return createMachine(
    { ...machine, on: { TOLD: { actions: told } } },
    { guards: mapped(guards, guard), actions: mapped(actions, counting) },
  );
}

function walked(made, run) {
  let error = null;
  const actor = createActor(made);
  actor.subscribe({ error: (thrown) => (error = String(thrown)) });
  actor.start();
  const path = [];
  for (const { step, facts } of run) {
    actor.send({ type: 'TOLD', facts });
    const snapshot = actor.getSnapshot();
    if (!JSON.stringify(snapshot.value).includes(`"${step}"`)) continue;
    path.push(step);
    const own = { type: `NEXT.${step}` };
    actor.send(snapshot.can(own) ? own : { type: 'NEXT' });
  }
  const { status, value } = actor.getSnapshot();
  return { path, end: status === 'done' ? value : null, error };
}

answer(
  asked.map(({ written, runs }) => {
    const made = machine(written);
    return runs.map((run) => walked(made, run));
  }),
);
