import { TIER_NAMES } from '../../native-free-core/tier/tiers.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config/schema.js';
import type { StorePort } from '../http/ports.js';
import type { ShardCommands } from './shard-commands.js';

/** The engine's side of what may be asked of the stored data: asks all shards, and puts their answers together. */
export class StoreAdmin implements StorePort {
  readonly retentionMs: readonly number[];
  readonly #commands: ShardCommands;
  readonly #clock: Clock;

  constructor(commands: ShardCommands, retention: Config['retention'], clock: Clock) {
    this.#commands = commands;
    this.#clock = clock;
    this.retentionMs = TIER_NAMES.map((tier) => retention[tier]);
  }

  async sweep(): Promise<object> {
    const startedMs = this.#clock.monotonicMs();
    const shards = await this.#commands.runAll({ kind: 'sweep' });
    const tiers = TIER_NAMES.map((tier, i) => {
      const of = (what: 'segments' | 'rows' | 'bytes'): number =>
        shards.reduce((sum, shard) => sum + shard.tiers[i]![what], 0);
      return { tier, rows: of('rows'), bytes: of('bytes'), segments: of('segments') };
    });
    return {
      tiers,
      rows: tiers.reduce((sum, { rows }) => sum + rows, 0),
      bytes: tiers.reduce((sum, { bytes }) => sum + bytes, 0),
      duration_ms: Math.round(this.#clock.monotonicMs() - startedMs),
    };
  }
}
