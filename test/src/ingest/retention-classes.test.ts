import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columns, rows, series } from './frames.js';
import { FakeEngine, NOW_MS } from './ingest-fixture.js';

const DAY_MS = 86_400_000;

/** Raw points of others are kept for 30 days. */
const RULES = [
  { match: 'debug.*', raw: DAY_MS },
  { match: 'audit.*', raw: 365 * DAY_MS },
];

const AGES_DAYS = [0.5, 2, 29, 31, 364, 366];
const NAMES = ['debug.x', 'cpu', 'audit.x'];
const KEPT_DAYS = [1, 30, 365];

/** What is taken: the name and the age of each point. */
const WANTED = NAMES.flatMap((name, i) =>
  AGES_DAYS.filter((days) => days <= KEPT_DAYS[i]!).map((days) => `${name} ${days}`),
).sort();

const taken = (engine: FakeEngine): string[] =>
  engine.points.map(({ series: name, timeMs }) => `${name} ${(NOW_MS - timeMs) / DAY_MS}`).sort();

const refusedCount = NAMES.length * AGES_DAYS.length - WANTED.length;

test('COLUMNS are taken up to the raw retention of their own metric', () => {
  const engine = new FakeEngine({ shards: 3, retentionRules: RULES });
  const connection = engine.connect();
  connection.send(series(...NAMES.map((name, ref) => ({ ref, name }))));
  // Deltas reach 24 days, so a frame each.
  AGES_DAYS.forEach((days, i) => {
    const points = NAMES.map((_, ref) => [ref, 1] as const);
    connection.send(columns(i + 1, points, NOW_MS - days * DAY_MS));
  });
  engine.settle();
  assert.deepEqual(taken(engine), WANTED);
  assert.equal(engine.counters.accepted, WANTED.length);
});

test('COLUMNS with points of several ages tell which are too old', () => {
  const engine = new FakeEngine({ retentionRules: RULES });
  const connection = engine.connect();
  connection.send(series({ ref: 0, name: 'debug.x' }, { ref: 1, name: 'cpu' }));
  const late = -2 * DAY_MS;
  connection.send(
    columns(1, [
      [0, 1, 0],
      [0, 2, late],
      [1, 3, late],
      [1, Number.NaN, late],
    ]),
  );
  engine.settle();
  const [ack] = connection.answers.slice(-1) as [unknown[]];
  assert.deepEqual(ack[3], [
    ['invalid_value', 1, 3],
    ['too_old', 1, 1],
  ]);
  assert.deepEqual(
    engine.points.map(({ value }) => value),
    [1, 3],
  );
});

test('ROWS and HTTP are taken up to the raw retention of their own metric', () => {
  const engine = new FakeEngine({ shards: 2, retentionRules: RULES });
  const connection = engine.connect();
  const points = NAMES.flatMap((name) =>
    AGES_DAYS.map((days) => ({ name, value: 1, timestamp: NOW_MS - days * DAY_MS })),
  );
  connection.send(rows(1, ...points));
  engine.settle();
  assert.deepEqual(taken(engine), WANTED);
  const [ack] = connection.answers.slice(-1) as [unknown[]];
  assert.deepEqual(
    (ack[3] as unknown[][]).map(([reason, count]) => [reason, count]),
    [['too_old', refusedCount]],
  );
  engine.points.length = 0;
  const sink = engine.http.begin(NOW_MS, 'live');
  let refused = 0;
  for (const { name, value, timestamp } of points) {
    if (sink.addResolved(sink.resolve(name, undefined), value, timestamp) !== 0) refused++;
  }
  assert.equal(refused, refusedCount);
  sink.commit(() => {});
  engine.settle();
  assert.deepEqual(taken(engine), WANTED);
});

test('a history is taken up to the longest that any tier of its own metric keeps', () => {
  const day = DAY_MS;
  const rules = [
    { match: 'debug.*', raw: day, '1m': 2 * day, '5m': 3 * day, '1h': 10 * day, '1d': 4 * day },
    { match: 'audit.*', raw: 365 * day },
  ];
  const engine = new FakeEngine({ retentionRules: rules });
  const check = (name: string, days: number, wanted: boolean) => {
    const sink = engine.http.begin(NOW_MS, 'history');
    const reason = sink.addResolved(sink.resolve(name, undefined), 1, NOW_MS - days * day);
    assert.equal(reason === 0, wanted, `${name} ${days}`);
    sink.abort();
  };
  check('debug.x', 10, true);
  check('debug.x', 10.1, false);
  check('audit.x', 5_000, true);
  check('cpu', 36_525, true);
  check('cpu', 36_526, false);
});

test('a series that was stored before keeps the class that its shard tells', () => {
  const engine = new FakeEngine({ retentionRules: RULES });
  const { resolver } = engine;
  const connection = engine.connect();
  connection.send(series({ ref: 0, name: 'debug.x' }));
  const source = Buffer.from('debug.x');
  resolver.key.begin(source, 0, source.length);
  const ref = resolver.resolve();
  assert.equal(resolver.classes.of(ref), 1);
  resolver.classes.set(ref + 5_000, 2);
  assert.deepEqual([resolver.classes.of(ref), resolver.classes.of(ref + 5_000)], [1, 2]);
  assert.equal(resolver.classes.of(ref + 4_999), 0);
});
