import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { jsonSchemaOf } from '../../../../src/http/schema/json-schema.js';
import {
  decimal,
  duration,
  FILL,
  FLAG,
  LABEL_NAMES,
  METRIC_NAME,
  PERCENTILES,
  SELECTOR,
  TIME,
  whole,
} from '../../../../src/http/schema/vocabulary.js';

const WINDOW = duration({ minMs: 1_000, maxMs: 14 * 86_400_000, boundsText: 'from 1s to 2w', example: '5m' });

function takes(schema: z.ZodType, value: unknown, expected: unknown): void {
  assert.deepEqual(schema.parse(value), expected, JSON.stringify(value));
}

function refuses(schema: z.ZodType, ...values: unknown[]): void {
  for (const value of values) assert.ok(!schema.safeParse(value).success, JSON.stringify(value));
}

test('TIME takes text and numbers', () => {
  takes(TIME, '1h', { ageMs: 3_600_000 });
  takes(TIME, 'now', { ageMs: 0 });
  takes(TIME, '1704067200.5', { timeMs: 1_704_067_200_500 });
  takes(TIME, 1_704_067_200, { timeMs: 1_704_067_200_000 });
  takes(TIME, 1_704_067_200_123, { timeMs: 1_704_067_200_123 });
  refuses(TIME, 'soon', '2024-01-01T00:00:00', true, null, '');
});

test('duration() takes every form of the contract, within its bounds', () => {
  for (const [text, ms] of [
    ['1s', 1_000],
    ['90s', 90_000],
    ['5m', 300_000],
    ['5min', 300_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['2w', 1_209_600_000],
  ] as const) {
    takes(WINDOW, text, { ms, text });
  }
  refuses(WINDOW, '0s', '3w', '5', 5, '1.5h', '-1m', '1h30m', '');
});

test('numbers come as text in a query and as numbers in a body', () => {
  const points = whole({ min: 1, max: 100 });
  takes(points, '10', 10);
  takes(points, 10, 10);
  refuses(points, '0', '101', '1e1', ' 1', '1.5', 1.5, '', null, true);
  const threshold = decimal({ min: -10, max: 10 });
  takes(threshold, '-3.5', -3.5);
  takes(threshold, '1e-3', 0.001);
  takes(threshold, 2, 2);
  refuses(threshold, '11', 'NaN', 'Infinity', '0x1', '', ' ', Number.NaN);
  takes(FLAG, '1', true);
  takes(FLAG, 'false', false);
  takes(FLAG, true, true);
  refuses(FLAG, 'yes', 1, '');
});

test('lists come as text with commas or as lists', () => {
  takes(LABEL_NAMES, 'host, region,host', ['host', 'region']);
  takes(LABEL_NAMES, ['host'], ['host']);
  refuses(LABEL_NAMES, 'host,', '', [1], Array.from({ length: 33 }, (_, i) => `l${i}`).join(','));
  takes(PERCENTILES, '50,99.9,50', [50, 99.9]);
  takes(PERCENTILES, [0, 100], [0, 100]);
  refuses(PERCENTILES, '101', '1e1', '50,', [101], ['50']);
});

test('names and selectors are checked', () => {
  takes(METRIC_NAME, 'a b ä', 'a b ä');
  refuses(METRIC_NAME, '', 'x'.repeat(257));
  takes(SELECTOR, '{host!="a"}', [{ label: 'host', op: '!=', value: 'a' }]);
  refuses(SELECTOR, '{host', '{a=~"("}');
  takes(FILL, 'null', 'null');
  refuses(FILL, 'zero');
});

test('jsonSchemaOf() tells what is taken, with descriptions, examples and defaults', () => {
  assert.deepEqual(jsonSchemaOf(whole({ min: 1, max: 9 }).default(3).meta({ default: 3 }), 'input'), {
    type: 'integer',
    minimum: 1,
    maximum: 9,
    default: 3,
  });
  const time = jsonSchemaOf(TIME.optional(), 'input');
  assert.deepEqual(time['type'] ?? time['anyOf'], ['string', 'number']);
  assert.match(time['description'] as string, /an age such as 15m/);
  assert.deepEqual(jsonSchemaOf(FILL, 'input')['enum'], ['none', 'null']);
});
