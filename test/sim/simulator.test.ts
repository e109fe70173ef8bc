import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  PREFIX_SHARD,
  SHARD_INTENT,
  SHARD_LOG,
  TABLE_GROUP,
  TABLE_RAW,
  TABLE_ROLLUP_1M,
  TABLE_WINDOW,
} from '../../src/store/store-layout.js';
import type { StoreChange } from './memory-store.js';
import { runSeed } from './run-seed.js';
import type { SimCounts } from './sim-counts.js';
import { SimFailure } from './sim-failure.js';

/*
 * MILLRACE_SIM_SEEDS=5000     how many seeds, from 1 on
 * MILLRACE_SIM_SEED=42        this one alone
 * MILLRACE_SIM_TRACE=1        with a line for each step
 */
const SEEDS_DEFAULT = 300;
const { MILLRACE_SIM_SEED: only, MILLRACE_SIM_SEEDS: many, MILLRACE_SIM_TRACE: trace } = process.env;
const seeds = only === undefined ? Number(many ?? SEEDS_DEFAULT) : 1;
const first = Number(only ?? 1);

test('runSeed() finds every law kept when a seed is run', () => {
  const totals: Partial<SimCounts> = {};
  const options = trace === undefined ? {} : { print: (line: string) => console.log(line) };
  for (let seed = first; seed < first + seeds; seed++) {
    const { counts } = runSeed(seed, options);
    for (const [name, count] of Object.entries(counts) as [keyof SimCounts, number][]) {
      totals[name] = (totals[name] ?? 0) + count;
    }
  }
  console.log(`${seeds} seeds:`, JSON.stringify(totals));
  if (seeds < 50) return;
  // Runs in which nothing went wrong would prove nothing.
  for (const [name, count] of Object.entries(totals))
    assert.ok(count >= seeds / 2, `${name} happened ${count} times`);
});

test('runSeed() gives the same trace when the seed is the same', () => {
  for (const seed of [first, first + 7]) assert.equal(runSeed(seed).digest, runSeed(seed).digest);
  assert.notEqual(runSeed(first).digest, runSeed(first + 1).digest);
});

const tableOf = ({ key }: StoreChange): string => `${key[0] === PREFIX_SHARD ? 'shard' : 'group'} ${key[1]}`;
const LOG = `shard ${SHARD_LOG}`;

/** Breaks the stores of one seed after the other until a law catches it. */
function check(what: string, keeps: (change: StoreChange) => boolean, wanted: RegExp): void {
  test(`runSeed() fails when a store ${what}`, () => {
    const caught: string[] = [];
    for (let seed = 1; seed <= 20 && caught.length === 0; seed++) {
      try {
        runSeed(seed, {
          sabotage: ({ stores }) => {
            for (const store of stores) store.sabotage = keeps;
          },
        });
      } catch (error) {
        assert.ok(error instanceof SimFailure);
        caught.push(error.message);
      }
    }
    assert.match(caught[0] ?? 'nothing was caught', wanted);
    assert.match(caught[0]!, /replay: MILLRACE_SIM_SEED=\d+ MILLRACE_SIM_TRACE=1 npm test sim\/simulator/);
  });
}

check(
  'forgets values of the log',
  (c) => tableOf(c) !== LOG || c.after === undefined,
  /before it was durable|no block has/,
);
check(
  'keeps the log of what is in blocks',
  (c) => tableOf(c) !== LOG || c.after !== undefined,
  /values in its log|has accepted \d+/,
);
check(
  "forgets producers' windows",
  (c) => tableOf(c) !== `group ${TABLE_WINDOW}`,
  /was told \d+ and then \d+|there \d+ times/,
);
check(
  'forgets what of a group is stored',
  (c) => tableOf(c) !== `group ${TABLE_GROUP}`,
  /group records say|there \d+ times|before a flush that stored/,
);
check(
  'forgets rollups',
  (c) => tableOf(c) !== `group ${TABLE_ROLLUP_1M}`,
  /lost \d+ points in 1m|its record says/,
);
check(
  'keeps what a job takes away',
  (c) => tableOf(c) !== `group ${TABLE_RAW}` || c.after !== undefined,
  /gained \d+ points in raw|its record says|was overwritten/,
);
check(
  'forgets the intents of deletes',
  (c) => tableOf(c) !== `shard ${SHARD_INTENT}`,
  /lost \d+ points|answers a delete|tells of/,
);
