import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AnswerFormat, Labels, QueryAnswer } from '../../../../src/http/ports.js';
import { type AggregateRequest, aggregatePresenter } from '../../../../src/http/present/aggregate.js';
import {
  type LatestRequest,
  type LatestResult,
  latestPresenter,
} from '../../../../src/http/present/latest.js';
import type { Look } from '../../../../src/http/present/look.js';
import { presentAnswer } from '../../../../src/http/present/present.js';
import { type RawRequest, type RawResult, rawPresenter } from '../../../../src/http/present/raw.js';
import { type StatsRequest, type StatsResult, statsPresenter } from '../../../../src/http/present/stats.js';
import type { WindowsResult } from '../../../../src/http/present/windows.js';

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

test('presentAnswer() looks again and again while it writes a long answer, in every format, and can be ended', () => {
  const rows = 60_000;
  const windows = { metric: 'm', selectors: [], groupBy: ['host'], isFilled: false, isList: false };
  const asked = { ...windows, kind: 'aggregate', intervalText: '1s', aggregations: [{ name: 'mean' }] };
  const found: WindowsResult = {
    ...{ dataSource: 'metrics', firstMs: 0, stepMs: 1_000, series: 1, groupsTotal: 1, count: rows },
    groups: [{ host: 'a' }],
    columns: [Float64Array.from({ length: rows }, (_, i) => i / 7)],
  };
  const check = (format: AnswerFormat, coding?: 'gzip'): void => {
    let looks = 0;
    let looksMax = Number.POSITIVE_INFINITY;
    const write = (look?: Look): QueryAnswer =>
      presentAnswer(
        aggregatePresenter,
        { ...asked, format, coding } as unknown as AggregateRequest,
        found,
        look === undefined ? {} : { look },
      );
    const look = (): void => {
      if (++looks > looksMax) throw new Error('enough');
    };
    assert.ok(Buffer.from(write(look).body).equals(write().body), `${format}: looking changes nothing`);
    // Neither rows nor bytes are left without a look for longer than a few ms.
    assert.ok(looks >= 4, `${format}: ${looks} looks`);
    const all = looks;
    for (looksMax of [0, all - 1]) {
      looks = 0;
      assert.throws(() => write(look), /enough/, `${format}: ended at look ${looksMax + 1} of ${all}`);
    }
  };
  for (const format of ['json', 'ndjson', 'csv', 'columns'] as const) check(format);
  for (const format of ['msgpack', 'columns_msgpack'] as const) check(format);
  check('json', 'gzip');
});
