import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { MillraceError } from '../../../../src/errors.js';
import { readBody } from '../../../../src/http/call/read-body.js';
import { duration, LABELS, TIME, whole } from '../../../../src/http/schema/vocabulary.js';

const INTERVAL = duration({ minMs: 1_000, maxMs: 86_400_000, boundsText: 'from 1s to 1d', example: '5m' });

const schema = z.strictObject({
  metric_name: z.string(),
  interval: INTERVAL,
  points: whole({ min: 1, max: 10 }).default(5),
  start: TIME.optional(),
  labels: LABELS.optional(),
  condition: z.strictObject({ operator: z.enum(['>', '<']), threshold: z.number() }).optional(),
});

test('readBody() gives values and defaults when all is well', () => {
  const body = readBody(schema, {
    metric_name: 'm',
    interval: '5min',
    start: 1_704_067_200,
    labels: { host: 'a' },
  });
  assert.deepEqual(body, {
    metric_name: 'm',
    interval: { ms: 300_000, text: '5min' },
    points: 5,
    start: { timeMs: 1_704_067_200_000 },
    labels: [{ label: 'host', op: '=', value: 'a' }],
  });
});

test('readBody() names the member, what was wanted and what came', () => {
  const good = { metric_name: 'm', interval: '5m' };
  const check = (body: unknown, member: string | undefined, detail: RegExp): void =>
    assert.throws(
      () => readBody(schema, body),
      (error) => {
        assert.ok(error instanceof MillraceError && error.code === 'MR_BAD_BODY');
        assert.equal(error.fields['member'], member);
        assert.match(error.message, detail);
        return true;
      },
    );
  check([], undefined, /must be an object; got an array/);
  check({}, 'metric_name', /metric_name is a text; got nothing/);
  check({ ...good, interval: '2d' }, 'interval', /a duration from 1s to 1d, such as 5m; got the text "2d"/);
  check({ ...good, points: 11 }, 'points', /a whole number from 1 to 10; got number 11/);
  check({ ...good, points: 1.5 }, 'points', /a whole number from 1 to 10; got number 1.5/);
  check({ ...good, start: 'soon' }, 'start', /an age such as 15m.*got the text "soon"/);
  check({ ...good, labels: { host: 1 } }, 'labels.host', /a text; got number 1/);
  check(
    { ...good, condition: { operator: '=', threshold: 1 } },
    'condition.operator',
    /one of >, <; got the text "="/,
  );
  check({ ...good, intreval: 1 }, 'intreval', /unknown member "intreval" \(did you mean interval\?\)/);
  check(
    { ...good, condition: { operator: '>', threshold: 1, treshold: 2 } },
    'condition.treshold',
    /"treshold" in condition \(did you mean threshold\?\)/,
  );
});
