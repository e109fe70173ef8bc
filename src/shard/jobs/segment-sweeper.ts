import { SWEEP_REWRITE_COST } from '../../../native-free-core/limits.js';
import { SegmentReader } from '../../../native-free-core/segment/segment-reader.js';
import type { SegmentRange } from '../../store/keys.js';
import { RAW_TIER, type TierTable } from '../../store/tier-tables.js';
import { outputTarget } from './job-host.js';
import { RunCopier } from './run-copier.js';
import { SegmentOutput } from './segment-output.js';
import { countSegmentRows } from './segment-rows.js';
import type { SweepHost } from './sweep-host.js';

// Scratch of this thread; nothing of it outlives a call.
const reader = new SegmentReader();
const copier = new RunCopier();

/** A tier of a group, counted from the shard's first. */
export interface TierPlace {
  local: number;
  tier: TierTable;
}

/** What sweeps took away from a tier. */
export interface SweptRows {
  segments: number;
  rows: number;
  bytes: number;
}

/** Whether the run of a series goes, by the time of its last point. */
export type IsRunGone = (number: number, lastMs: number) => boolean;

/** Takes segments of one tier of a group away, whole or in part, and counts what went: what all sweeps do. */
export class SegmentSweeper {
  readonly output: SegmentOutput;
  hasWrites = false;
  /** Bytes of segments read since the last `finish`; those written anew count SWEEP_REWRITE_COST times. */
  readBytes = 0;
  readonly #host: SweepHost;
  readonly #local: number;
  readonly #tier: TierTable;
  readonly #swept: SweptRows;

  constructor(host: SweepHost, { local, tier }: TierPlace) {
    this.#host = host;
    this.#local = local;
    this.#tier = tier;
    this.#swept = host.swept[tier.tier]!;
    this.output = new SegmentOutput(outputTarget(host, local));
  }

  /** Takes a segment away. */
  remove(key: Uint8Array, range: SegmentRange): void {
    const value = this.#host.store.get(key);
    if (value === undefined) return;
    this.readBytes += value.length;
    const rows = countSegmentRows(value, this.#tier, range.firstNumber);
    if (rows < 0) this.#host.quarantine.add(key, 'damaged');
    else this.#take(key, value.length, rows, rows);
  }

  /** Writes a segment anew without the runs that `isGone` names, by their series and the time of their last point. */
  rewrite(key: Uint8Array, range: SegmentRange, isGone: IsRunGone): void {
    const lent = this.#host.store.get(key);
    if (lent === undefined) return;
    this.readBytes += lent.length * SWEEP_REWRITE_COST;
    const counts = this.#countRows(lent, range, isGone);
    if (counts === undefined) return this.#host.quarantine.add(key, 'damaged');
    if (counts.gone === 0) return;
    this.output.begin(range.generation);
    reader.open(lent, this.#tier.kind, range.firstNumber);
    while (reader.next()) {
      const run = { bytes: lent, start: reader.start, end: reader.end, number: reader.number };
      copier.measure(run, this.#tier);
      if (isGone(run.number, copier.lastMs)) continue;
      copier.copy(this.output, run, this.#tier);
    }
    // A segment is of one generation: the next one begins anew.
    this.#finishOutput();
    this.#take(key, lent.length, counts.rows, counts.gone);
  }

  /** In the step whose transaction takes the writes. */
  finish(): void {
    this.readBytes = 0;
    if (this.hasWrites) this.#finishOutput();
  }

  #finishOutput(): void {
    const { books } = this.#host;
    const before = books.tier(this.#local, this.#tier.tier).bytes;
    this.output.finish();
    this.#swept.bytes += before - books.tier(this.#local, this.#tier.tier).bytes;
  }

  committed(): void {
    this.output.clear();
    this.hasWrites = false;
  }

  /** Reads every run before anything is written: undefined when one is damaged. */
  #countRows(
    value: Uint8Array,
    range: SegmentRange,
    isGone: IsRunGone,
  ): { rows: number; gone: number } | undefined {
    if (reader.open(value, this.#tier.kind, range.firstNumber) !== 'ok') return undefined;
    let rows = 0;
    let gone = 0;
    while (reader.next()) {
      const { start, end, number } = reader;
      if (!copier.measure({ bytes: value, start, end, number }, this.#tier)) return undefined;
      rows += copier.rows;
      if (isGone(number, copier.lastMs)) gone += copier.rows;
    }
    return reader.isCut ? undefined : { rows, gone };
  }

  #take(key: Uint8Array, bytes: number, rows: number, gone: number): void {
    const { tier } = this.#tier;
    this.output.remove(key, { tier, bytes, rows });
    this.output.sweep(tier, gone);
    this.#swept.segments++;
    this.#swept.rows += gone;
    this.hasWrites = true;
    if (tier !== RAW_TIER) return;
    this.#host.books.expire(this.#local, gone);
  }
}
