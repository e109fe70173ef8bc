import { TIER_NAMES, type TierName } from '../../native-free-core/tier/tiers.js';

/** Of each tier: what it holds and has lost (tier-counters.ts). */
type TierCounter = `${TierName}${'Rows' | 'Bytes' | 'SweptRows' | 'LastSweepMs'}`;

/**
 * What a shard counts, each a float64 word in shared memory that its worker alone writes. `accepted` to `damaged` are
 * the terms of the conservation law: accepted = open + stored + expired + damaged, at the end of every duty cycle.
 */
const PLAIN_COUNTERS = [
  'accepted',
  'open',
  'stored',
  'expired',
  'damaged',
  'duplicateBatches',
  'series',
  'cycles',
  'busyMs',
  'idleMs',
  'longestCycleMs',
  'commits',
  'commitMsTotal',
  'commitMsMax',
  'logBytes',
  'flushes',
  'flushing',
  'lastCommitMs',
  'pageBytes',
  'fileBytes',
  'usedBytes',
  'mapBytes',
  'readers',
  'freshBytes',
  'freshPoints',
  'compactedPoints',
  'compactions',
  'merges',
  'storeFailures',
  'unableToStore',
  'restarts',
  'starts',
  'sweeps',
  'sweeping',
  'deletedPoints',
] as const;

export const SHARD_COUNTERS: readonly ShardCounter[] = [
  ...PLAIN_COUNTERS,
  ...TIER_NAMES.flatMap((name): TierCounter[] => [
    `${name}Rows`,
    `${name}Bytes`,
    `${name}SweptRows`,
    `${name}LastSweepMs`,
  ]),
];

export type ShardCounter = (typeof PLAIN_COUNTERS)[number] | TierCounter;

/** Named access to a shard's counters; the writer uses `add` and `set`, everyone else `get`. */
export class ShardCounters {
  readonly #words: Float64Array;
  static readonly #index = new Map<string, number>(SHARD_COUNTERS.map((name, i) => [name, i]));

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Float64Array(memory);
  }

  get(name: ShardCounter): number {
    return this.#words[ShardCounters.#index.get(name)!]!;
  }

  set(name: ShardCounter, value: number): void {
    this.#words[ShardCounters.#index.get(name)!] = value;
  }

  add(name: ShardCounter, amount: number): void {
    this.#words[ShardCounters.#index.get(name)!]! += amount;
  }

  max(name: ShardCounter, value: number): void {
    if (value > this.get(name)) this.set(name, value);
  }
}
