import { POINTS_COUNT, POINTS_SLOTS } from '../../native-free-core/entry/entry-layout.js';
import type { EntryViews } from '../../native-free-core/head/head-writer.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { CheckReport } from './findings.js';
import { generationOfLogKey, logKey, positionOfLogKey, tableEnd } from './keys.js';
import { LogValueReader } from './log-value.js';
import { type GroupRecord, type ShardRecord, storedBelow } from './records.js';
import type { StoreReader } from './shard-store.js';
import { PREFIX_SHARD, SHARD_LOG } from './store-layout.js';

/** Reads a shard's log, and holds what it counts against its groups' records. */
export class LogChecker {
  points = 0;
  values = 0;
  readonly #store: StoreReader;
  readonly #report: CheckReport;
  /** Points of the log that are in no block yet. */
  #open = 0;
  /** Points that entries name; more than `points` where a batch was sent again, and some groups had it. */
  #named = 0;
  /** Behind the last value; -1 when it can't be told. */
  #accepted = -1;
  #damagedValues = 0;

  constructor(store: StoreReader, report: CheckReport) {
    this.#store = store;
    this.#report = report;
  }

  /** `records`: of the shard's groups, in their order; empty when some can't be read. */
  read(shard: number, map: ShardMap, records: readonly GroupRecord[]): void {
    const value = new LogValueReader();
    let expected = -1;
    this.#store.forEach(logKey(0, 0), tableEnd(PREFIX_SHARD, SHARD_LOG), (key, stored) => {
      const generation = generationOfLogKey(key);
      const where = `generation ${generation}, position ${positionOfLogKey(key)}`;
      this.values++;
      if (!value.open(stored)) {
        this.#damagedValues++;
        this.#report('log value', where, 'damaged: its points are lost unless their producer still has them');
        expected = -1;
        return true;
      }
      const before = value.acceptedPoints - value.points;
      if (expected >= 0 && before !== expected)
        this.#report('log value', where, `follows ${expected} points, not ${before}`);
      this.#accepted = expected = value.acceptedPoints;
      this.points += value.points;
      const bounds = records.map((record) => storedBelow(record, generation));
      for (let entry = value.next(); entry !== undefined; entry = value.next())
        this.#count(entry, (slot) => map.numberOfSlot(shard, slot) >= bounds[slot % bounds.length]!);
      return true;
    });
  }

  /** accepted = stored + expired + damaged + what is in the log alone. */
  checkConservation(shard: ShardRecord | undefined, records: readonly GroupRecord[]): void {
    // What damaged values held, and which points of a batch that was sent again counted, only recovery can tell.
    if (this.#damagedValues > 0 || this.#named !== this.points || records.length === 0) return;
    const accepted = this.#accepted >= 0 ? this.#accepted : (shard?.acceptedPoints ?? 0);
    const damaged = shard?.damagedPoints ?? 0;
    const [stored, expired] = records.reduce(
      ([a, b], record) => [a + record.storedPoints, b + record.expiredPoints],
      [0, 0],
    );
    if (accepted === stored + expired + damaged + this.#open) return;
    const parts = `${stored} stored + ${expired} expired + ${damaged} damaged + ${this.#open} in the log`;
    this.#report('conservation', 'shard', `${accepted} points were accepted, and there are ${parts}`);
  }

  #count(entry: EntryViews, isOpen: (slot: number) => boolean): void {
    const count = entry.u32[POINTS_COUNT >> 2]!;
    this.#named += count;
    for (let i = 0; i < count; i++) if (isOpen(entry.u32[(POINTS_SLOTS >> 2) + i]!)) this.#open++;
  }
}
