import { TIER_NAMES, type TierName } from '../../native-free-core/tier/tiers.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config/schema.js';
import type { LabelMatcher, StorePort } from '../http/ports.js';
import type { CommandKind, CommandResult, ShardCommand } from './commands/shard-command.js';
import type { RewriteRequest, RewriteResult } from './jobs/series-rewrites.js';

/** Asks all shards at once: those of this process, or of a folder at rest. */
export interface CommandRunner {
  runAll<K extends CommandKind>(command: ShardCommand<K>): Promise<CommandResult<K>[]>;
}

/** The engine's side of what may be asked of the stored data: asks all shards, and puts their answers together. */
export class StoreAdmin implements StorePort {
  readonly retentionMs: readonly number[];
  readonly #commands: CommandRunner;
  readonly #clock: Clock;

  constructor(commands: CommandRunner, retention: Config['retention'], clock: Clock) {
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

  async trigger(range: { startMs: number; endMs: number; tier: TierName | undefined }): Promise<object> {
    const { startMs, endMs } = range;
    const tier = range.tier === undefined ? undefined : TIER_NAMES.indexOf(range.tier);
    const { written, damaged, duration_ms } = await this.#rewrite({ kind: 'repair', tier, startMs, endMs });
    const rows = written.reduce((sum, each) => sum + each, 0);
    const windows = TIER_NAMES.map((name, i) => ({ tier: name, rows: written[i]! })).slice(1);
    return { windows: rows, rows, tiers: windows, damaged_segments: damaged, duration_ms };
  }

  async deleteSeries(request: {
    selectors: LabelMatcher[];
    startMs: number;
    endMs: number;
  }): Promise<object> {
    const { series, removed, written, damaged, duration_ms } = await this.#rewrite({
      kind: 'delete',
      ...request,
    });
    const tiers = TIER_NAMES.map((tier, i) => ({ tier, rows: removed[i]!, recomputed: written[i]! }));
    return { series, points: removed[0]!, tiers, damaged_segments: damaged, duration_ms };
  }

  async #rewrite(request: RewriteRequest): Promise<RewriteResult & { duration_ms: number }> {
    const startedMs = this.#clock.monotonicMs();
    const shards = await this.#commands.runAll({ kind: 'rewrite', request });
    const sum = (of: (shard: RewriteResult) => number): number =>
      shards.reduce((total, shard) => total + of(shard), 0);
    return {
      series: sum((shard) => shard.series),
      damaged: sum((shard) => shard.damaged),
      removed: TIER_NAMES.map((_, tier) => sum((shard) => shard.removed[tier]!)),
      written: TIER_NAMES.map((_, tier) => sum((shard) => shard.written[tier]!)),
      duration_ms: Math.round(this.#clock.monotonicMs() - startedMs),
    };
  }
}
