import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { readBody } from '../../../../src/http/call/read-body.js';

test('wantedOf() words what a schema without messages of its own wanted', () => {
  const check = (schema: z.ZodType, value: unknown, detail: string): void => {
    assert.throws(() => readBody(z.object({ a: schema }), { a: value }), {
      message: `The body must be an object whose a is ${detail}.`,
    });
  };
  check(z.int().min(1), 0, 'a number of at least 1; got number 0');
  check(z.array(z.string()).min(2), [], 'a list of at least 2 items; got an array');
  check(z.enum(['x', 'y']), 'z', 'one of x, y; got the text "z"');
  // Of several forms the first is told: it said that there are some.
  check(z.union([z.string(), z.array(z.string())]), 5, 'a text; got number 5');
  const selector = z.string().regex(/^\{/, { error: 'a selector' });
  check(z.union([selector, z.array(selector)]), 'x', 'a selector; got the text "x"');
});
