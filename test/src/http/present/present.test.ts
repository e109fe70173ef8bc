import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Labels } from '../../../../src/http/ports.js';
import {
  type LatestRequest,
  type LatestResult,
  latestPresenter,
} from '../../../../src/http/present/latest.js';
import { presentAnswer } from '../../../../src/http/present/present.js';
import { type RawRequest, type RawResult, rawPresenter } from '../../../../src/http/present/raw.js';
import { type StatsRequest, type StatsResult, statsPresenter } from '../../../../src/http/present/stats.js';

const request: RawRequest = {
  kind: 'raw',
  format: 'json',
  metric: 'a "b" ä',
  selectors: [],
  startMs: 0,
  endMs: 1,
  limit: 10,
  cursor: undefined,
};

const rawResult = fc
  .array(
    fc.tuple(
      fc.double({ min: 0, max: 4e12, noNaN: true }),
      fc.double({ noNaN: true }).filter(Number.isFinite),
      fc.nat(2),
    ),
  )
  .chain((rows) =>
    fc.record({
      series: fc.constant<Labels[]>([{}, { host: 'a"b' }, { host: 'ä', region: '' }]),
      seriesIndexes: fc.constant(Uint32Array.from(rows, (row) => row[2])),
      timesMs: fc.constant(Float64Array.from(rows, (row) => row[0])),
      values: fc.constant(Float64Array.from(rows, (row) => row[1])),
      nextCursor: fc.option(fc.string(), { nil: undefined }),
    }),
  );

function textOf(format: 'json' | 'ndjson', result: RawResult): string {
  const answer = presentAnswer(rawPresenter, { ...request, format }, result);
  return new TextDecoder().decode(answer.body);
}

test('presentAnswer() writes raw rows by hand as JSON.stringify would', () => {
  fc.assert(
    fc.property(rawResult, (result) => {
      const body = rawPresenter.body(request, result) as { data: object[] };
      assert.equal(textOf('json', result), JSON.stringify(body));
      assert.equal(textOf('ndjson', result), body.data.map((row) => `${JSON.stringify(row)}\n`).join(''));
    }),
  );
});

test('presentAnswer() writes the newest points of groups by hand as JSON.stringify would', () => {
  const labels = fc.constantFrom<Labels>({}, { host: 'a"b' }, { host: 'ä', region: '' });
  const point = fc.record({
    timeMs: fc.constantFrom(0, 1.5, 1.7e12),
    value: fc.double({ noNaN: true }).filter(Number.isFinite),
    labels,
  });
  const groups = fc.option(fc.array(point), { nil: undefined });
  fc.assert(
    fc.property(point, groups, (all, found) => {
      const result: LatestResult = found === undefined ? all : { ...all, groups: found };
      const asked: LatestRequest = { kind: 'latest', format: 'json', metric: 'a "b" ä', selectors: [] };
      const { body } = presentAnswer(latestPresenter, asked, result);
      assert.equal(new TextDecoder().decode(body), JSON.stringify(latestPresenter.body(asked, result)));
    }),
  );
});

test('statsPresenter has null where a number is not finite', () => {
  const statistics: StatsResult = {
    count: 2,
    sum: Number.POSITIVE_INFINITY,
    mean: Number.POSITIVE_INFINITY,
    min: 1e308,
    max: 1e308,
    stddev: Number.NaN,
    p50: 1e308,
    p90: 1e308,
    p95: 1e308,
    p99: 1e308,
    percentiles: [],
    dataSource: 'metrics',
    isExact: true,
    groups: [],
  };
  const stats: StatsRequest = {
    ...request,
    kind: 'stats',
    percentiles: [],
    nowMs: 0,
    groupBy: [],
    source: undefined,
  };
  const body = statsPresenter.body(stats, statistics) as Record<string, unknown>;
  assert.deepEqual([body['sum'], body['mean'], body['stddev'], body['max']], [null, null, null, 1e308]);
});

test('presentAnswer() refuses an answer that no string can hold', () => {
  const endless = {
    ...statsPresenter,
    body: () => {
      throw new RangeError('Invalid string length');
    },
  };
  const asked = { kind: 'stats', format: 'json' } as StatsRequest;
  assert.throws(() => presentAnswer(endless, asked, {} as StatsResult), {
    code: 'MR_QUERY_TOO_BIG',
    message: /more than 256 MiB.*shorter range/,
  });
});
