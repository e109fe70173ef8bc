import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import { PATTERNS } from '../../../src/cli/generate/patterns.js';
import { Plan, type PlanOptions } from '../../../src/cli/generate/plan.js';
import { SeededRandom } from '../../../src/cli/generate/random.js';
import { systemClock } from '../../../src/clock.js';
import type { AnyWebSocketBehavior } from '../../../src/http/websocket-route.js';
import { EdgeFixture } from '../http/edge-fixture.js';
import { FakeHost, until } from './cli-fixture.js';

const NOW = 1_717_243_200_000;
const OPTIONS: PlanOptions = {
  pattern: 'sine_wave',
  hosts: 2,
  seed: 1,
  nowMs: NOW,
  durationMs: 60_000,
  intervalMs: 5000,
  ratePerSecond: undefined,
  backfillMs: undefined,
};

test('Plan gives a point of each host an interval, when it is due', () => {
  const plan = new Plan(OPTIONS);
  assert.equal(plan.count, 24);
  assert.equal(plan.take(100, NOW - 1).hosts.length, 0);
  const first = plan.take(100, NOW);
  assert.deepEqual(
    [[...first.hosts], [...first.timesMs]],
    [
      [0, 1],
      [NOW, NOW],
    ],
  );
  assert.equal(plan.nextDueMs, NOW + 5000);
  const rest = plan.take(100, NOW + 60_000);
  assert.equal(rest.hosts.length, 22);
  assert.equal(rest.timesMs.at(-1), NOW + 55_000);
  assert.ok(plan.isThrough);
});

test('Plan gives a history at once, and paces it by a rate', () => {
  const history = new Plan({ ...OPTIONS, backfillMs: 3_600_000, intervalMs: 60_000 });
  const points = history.take(1000, NOW);
  assert.deepEqual(
    [history.count, points.hosts.length, points.timesMs[0], points.timesMs.at(-1)],
    [120, 120, NOW - 3_600_000, NOW - 60_000],
  );
  const paced = new Plan({ ...OPTIONS, backfillMs: 3_600_000, intervalMs: 60_000, ratePerSecond: 10 });
  assert.equal(paced.take(1000, NOW + 1000).hosts.length, 11);
});

test('Plan spreads a rate over the hosts', () => {
  const plan = new Plan({ ...OPTIONS, ratePerSecond: 1000, durationMs: 2000, hosts: 3 });
  assert.equal(plan.count, 2000);
  const points = plan.take(10_000, NOW + 1000);
  assert.equal(points.hosts.length, 1001);
  assert.deepEqual([...points.hosts.slice(0, 4)], [0, 1, 2, 0]);
  assert.equal(points.timesMs[500], NOW + 500);
});

test('Plan gives the same values for the same seed', () => {
  for (const pattern of PATTERNS) {
    const values = (seed: number): number[] => [
      ...new Plan({ ...OPTIONS, pattern, seed }).take(24, NOW + 60_000).values,
    ];
    assert.deepEqual(values(7), values(7));
    assert.notDeepEqual(values(7), values(8));
    assert.ok(
      values(7).every((value) => value > -100 && value < 300),
      pattern,
    );
  }
});

test('SeededRandom spreads evenly and normally', () => {
  const random = new SeededRandom(3);
  const uniform = Array.from({ length: 20_000 }, () => random.uniform());
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  assert.ok(Math.abs(mean(uniform) - 0.5) < 0.01);
  assert.ok(Math.abs(mean(normal)) < 0.03);
  assert.ok(Math.abs(mean(normal.map((value) => value ** 2)) - 1) < 0.05);
  assert.ok(uniform.every((value) => value >= 0 && value < 1));
});

test('millrace generate sends a history in batches and sums up', async (t) => {
  const edge = await EdgeFixture.start(t, { clock: systemClock });
  const host = new FakeHost();
  const code = await host.run(
    'generate',
    '--base-url',
    edge.url,
    '--backfill',
    '1d',
    '--interval',
    '60',
    '--hosts',
    '2',
    '--metric',
    'm "x"',
  );
  assert.equal(code, 0, host.stderr);
  assert.equal(edge.engine.points.length, 2880);
  assert.deepEqual(
    edge.engine.series.map(({ name, labels }) => [name, labels['host']]),
    [
      ['m "x"', 'server-01'],
      ['m "x"', 'server-02'],
    ],
  );
  assert.match(host.stderr, /sending 2,880 points of m "x" \(sine_wave, 2 hosts\) of the last 1d/);
  assert.match(
    host.stdout,
    /2,880 accepted, 0 rejected, of 2,880 in .*\n2,880 points, .* points\/s, ACK p99 .* ms/,
  );
});

test('millrace generate sends live points at a rate and stops by itself', async (t) => {
  const edge = await EdgeFixture.start(t, { clock: systemClock });
  const host = new FakeHost();
  assert.equal(
    await host.run(
      'generate',
      '--base-url',
      edge.url,
      '--rate',
      '5000',
      '--duration',
      '0.5',
      '--pattern',
      'combined',
    ),
    0,
  );
  assert.equal(edge.engine.points.length, 2500);
});

test('millrace generate stops on a signal with what was sent', async (t) => {
  const edge = await EdgeFixture.start(t, { clock: systemClock });
  const host = new FakeHost();
  const running = host.run('generate', '--base-url', edge.url, '--duration', '1h', '--interval', '0.05');
  await until(() => edge.engine.points.length > 2);
  host.signal();
  assert.equal(await running, 0);
  assert.match(host.stdout, /accepted, 0 rejected, of 72,000/);
});

test('millrace generate sends again when the server is busy', async (t) => {
  const edge = await EdgeFixture.start(t, { clock: systemClock });
  edge.engine.busyCommits = 3;
  const host = new FakeHost();
  assert.equal(await host.run('generate', '--base-url', edge.url, '--backfill', '1h', '--interval', '1'), 0);
  assert.equal(edge.engine.points.length, 3600);
  assert.match(host.stdout, /the server was busy 3 times/);
});

test('millrace generate tells of rejected points and of a missing token', async (t) => {
  const edge = await EdgeFixture.start(t, { clock: systemClock, ingestTokens: ['good'] });
  const bad = new FakeHost();
  assert.equal(
    await bad.run(
      'generate',
      '--base-url',
      edge.url,
      '--backfill',
      '1m',
      '--metric',
      '\t',
      '--token',
      'good',
    ),
    1,
  );
  assert.match(bad.stdout, /0 accepted, 12 rejected \(invalid_name 12\)/);
  const stranger = new FakeHost();
  assert.equal(await stranger.run('generate', '--base-url', edge.url, '--backfill', '1m'), 1);
  assert.match(stranger.stderr, /answered 401/);
  const known = new FakeHost();
  known.env['MILLRACE_TOKEN'] = 'good';
  assert.equal(await known.run('generate', '--base-url', edge.url, '--backfill', '1m'), 0);
});

test('millrace generate --binary sends columns and counts what is acknowledged', async (t) => {
  const series: unknown[] = [];
  let columns = 0;
  const behavior: AnyWebSocketBehavior = {
    maxPayloadLength: 16 * 1024 * 1024,
    message: (ws, message) => {
      const frame = decode(new Uint8Array(message).slice()) as unknown[];
      const send = (answer: unknown[]): unknown => ws.send(encode(answer).slice(), true);
      const [op, seq] = frame;
      if (op === 0)
        send([
          64,
          { v: 1, server: 'fake', maxFrameBytes: 1e7, maxPointsPerBatch: 1e6, maxInFlight: 64, lastSeq: 0 },
        ]);
      if (op === 1) series.push(...(frame[1] as unknown[][]).map(([, name, labels]) => [name, labels]));
      if (op === 2) {
        const count = (frame[5] as Uint8Array).length / 8;
        columns += count;
        send([65, seq, count - 1, [['too_old', 1, 0]]]);
      }
    },
  };
  const edge = await EdgeFixture.start(t, { webSockets: [{ pattern: '/ws/ingest', behavior }] });
  const host = new FakeHost();
  const code = await host.run(
    'generate',
    '--base-url',
    edge.url,
    '--binary',
    '--backfill',
    '7d',
    '--hosts',
    '2',
    '--interval',
    '10',
  );
  assert.equal(code, 0, host.stderr);
  assert.equal(columns, 120_960);
  assert.deepEqual(series, [
    ['cpu_usage', { host: 'server-01' }],
    ['cpu_usage', { host: 'server-02' }],
  ]);
  assert.match(host.stdout, /accepted, \d+ rejected \(too_old \d+\), of 120,960/);
});

test('millrace generate exits with 4 at once when no server answers', async () => {
  for (const more of [[], ['--binary']]) {
    const host = new FakeHost();
    assert.equal(await host.run('generate', '--base-url', 'http://127.0.0.1:9', ...more), 4);
    assert.match(host.stderr, /No server answers at http:\/\/127.0.0.1:9/);
  }
});
