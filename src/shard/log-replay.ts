import { assert } from '../../native-free-core/assert.js';
import type { SlotFilter } from '../../native-free-core/head/head-writer.js';
import type { StoreFinding } from '../store/findings.js';
import { damageKey, generationOfLogKey, logKey, positionOfLogKey, tableEnd } from '../store/keys.js';
import { LogValueReader, peekLogPoints } from '../store/log-value.js';
import { type ShardRecord, storedBelow } from '../store/records.js';
import { PREFIX_SHARD, SHARD_LOG } from '../store/store-layout.js';
import type { ShardEngine } from './shard-engine.js';
import type { ShardOptions } from './shard-options.js';

/**
 * Takes a shard that has its records, series and windows to where its log ends: `restore` before these are read, `replayAll`, then
 * `end`, from which on the shard takes points and is seen. A damaged value of the log is kept under DAMAGE.
 */
export class LogReplay {
  readonly #engine: ShardEngine;
  readonly #options: ShardOptions;
  readonly #findings: StoreFinding[];

  /** Adds to `findings` what is damaged. */
  constructor(engine: ShardEngine, options: ShardOptions, findings: StoreFinding[]) {
    this.#engine = engine;
    this.#options = options;
    this.#findings = findings;
  }

  /** Takes over where the shard stood when its log was cut last. */
  restore(record: ShardRecord): void {
    this.#engine.log.restore(record);
    this.#engine.skipRing(record);
  }

  /** Applies every value in the order of their keys. Answers the points that they hold. */
  replayAll(nowMs: number): number {
    const { store } = this.#options;
    let points = 0;
    const damaged: { key: Uint8Array; value: Uint8Array }[] = [];
    // Keys first: replay may have to flush, which writes, and a range must not be read across a write.
    const keys: Uint8Array[] = [];
    store.forEachKey(logKey(0, 0), tableEnd(PREFIX_SHARD, SHARD_LOG), (key) => {
      keys.push(key.slice());
      return true;
    });
    const value = new LogValueReader();
    for (const key of keys) {
      // Before the value is looked at, which is lent until the next write.
      this.#enterGeneration(generationOfLogKey(key), nowMs);
      const stored = store.get(key)!;
      if (value.open(stored)) {
        this.#replay(positionOfLogKey(key), value);
        points += value.points;
      } else {
        damaged.push({ key, value: stored.slice() });
        this.#passOver(key, peekLogPoints(stored));
      }
    }
    if (damaged.length > 0) {
      this.#engine.windows.closeGaps();
      this.#setAside(damaged, nowMs);
    }
    return points;
  }

  end(): void {
    const { head } = this.#engine;
    // A generation that is partly in blocks takes no more points: its flush would pass over those below its bounds.
    if (this.#storedFilter(head.generation) !== undefined) this.#engine.closeGeneration();
    this.#engine.resume();
  }

  /** Applies a value: every entry, but for points that the groups' records say are in blocks. */
  #replay(position: number, value: LogValueReader): void {
    const { head, log, entries } = this.#engine;
    log.beginReplay(value);
    const filter = this.#storedFilter(head.generation);
    for (let entry = value.next(); entry !== undefined; entry = value.next()) {
      entries.apply(entry, 0, filter);
      log.arrived(entry, 0);
    }
    log.replayed(position, value);
    this.#engine.skipRing(value);
  }

  /** Passes over a damaged value; `held` is what it says it held, in points. */
  #passOver(key: Uint8Array, held: number): void {
    const position = positionOfLogKey(key);
    const where = `generation ${generationOfLogKey(key)}, position ${position}`;
    const done = `set aside under DAMAGE; it says that it held ${held} points`;
    this.#findings.push({ shard: this.#options.shard, what: 'log value', where, done });
    this.#engine.log.passOver(position, held);
  }

  #setAside(damaged: readonly { key: Uint8Array; value: Uint8Array }[], nowMs: number): void {
    this.#options.store.transaction((writer) => {
      damaged.forEach(({ key, value }, i) => {
        writer.put(damageKey(nowMs, i, key), value);
        writer.remove(key);
      });
    });
  }

  #enterGeneration(generation: number, nowMs: number): void {
    const { head } = this.#engine;
    while (generation > head.generation) {
      this.#engine.endFlush(nowMs);
      this.#engine.closeGeneration();
    }
    assert(generation === head.generation, 'the log goes back to an earlier generation');
  }

  /** Undefined when no point of the generation is in blocks. */
  #storedFilter(generation: number): SlotFilter | undefined {
    const { map, shard } = this.#options;
    const bounds = this.#engine.books.groups.map((group) => storedBelow(group, generation));
    if (bounds.every((b) => b === 0)) return undefined;
    return (slot) => map.numberOfSlot(shard, slot) >= bounds[slot % bounds.length]!;
  }
}
