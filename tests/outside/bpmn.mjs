// What bpmn-moddle warns of and bpmnlint's recommended rules find: {name: xml} -> {name: [said]}.
import { BpmnModdle } from 'bpmn-moddle';
import { Linter } from 'bpmnlint';
import NodeResolver from 'bpmnlint/lib/resolver/node-resolver.js';

import { answer, asked } from './asked.mjs';

const moddle = new BpmnModdle();
const resolver = new NodeResolver();
const config = { extends: 'bpmnlint:recommended' };

async function faults(xml) {
  const { rootElement, warnings } = await moddle.fromXML(xml);
  const told = warnings.map((one) => `bpmn-moddle: ${one.message}`);
  // One for each process: its rules remember what they have seen.
  const linter = new Linter({ config, resolver });
  for (const [rule, reports] of Object.entries(await linter.lint(rootElement))) {
    told.push(...reports.map((one) => `${rule}: ${one.id}: ${one.message}`));
  }
  return told;
}

const found = {};
for (const [name, xml] of Object.entries(asked)) {
  found[name] = await faults(xml).catch((error) => [`unreadable: ${error.message}`]);
}
answer(found);
