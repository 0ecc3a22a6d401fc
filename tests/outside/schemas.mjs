// What ajv says of each value: [{schema, values: [value]}] -> [[true | false]].
import { Ajv2020 } from 'ajv/dist/2020.js';

import { answer, asked } from './asked.mjs';

answer(
  asked.map(({ schema, values }) => {
    // Strict: a keyword it does not know, or a property that is due but not declared, is an error.
    const valid = new Ajv2020({ strict: true, strictTypes: true }).compile(schema);
    return values.map((value) => valid(value));
  }),
);
