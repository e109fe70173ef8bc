import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { systemClock } from '../../../src/clock.js';
import { OperatorReport, type OperatorSources } from '../../../src/operator/operator-report.js';

test('health() tells a shard that has not moved for half a minute, once it runs, and not while it is started again', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const cycles = [0, 0];
  const told: number[] = [];
  const counters = cycles.map((_, shard) => ({
    get: (name: string) => (name === 'cycles' ? cycles[shard]! : 0),
  }));
  // What health is made of; statistics are asked for by nobody here.
  const sources = {
    ...{ clock: systemClock, dataPath: tmpdir(), counters: { accepted: 0 }, links: { counters } },
    onSilent: (shard: number) => told.push(shard),
  } as unknown as OperatorSources;
  const report = new OperatorReport(sources);
  t.after(() => report.close());
  const seconds = (count: number, moving: readonly number[]): void => {
    for (let i = 0; i < count; i++) {
      for (const shard of moving) cycles[shard]!++;
      t.mock.timers.tick(1_000);
    }
  };
  seconds(60, []);
  assert.equal(report.health().state, 'starting');
  report.state = 'ok';
  seconds(30, [0]);
  assert.equal(report.health().state, 'ok');
  seconds(5, [0]);
  const { state, reason } = report.health();
  assert.equal(state, 'unable_to_store');
  assert.match(reason ?? '', /thread of shard 1 has not moved/);
  assert.deepEqual(told, [1], 'told once');
  report.setAway(1, true);
  seconds(100, [0]);
  assert.equal(report.health().state, 'ok', 'it replays its log');
  report.setAway(1, false);
  seconds(40, [0]);
  assert.equal(report.health().state, 'unable_to_store');
  seconds(1, [0, 1]);
  assert.equal(report.health().state, 'ok');
  assert.deepEqual(told, [1, 1]);
});
