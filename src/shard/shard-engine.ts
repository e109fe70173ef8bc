import { assert } from '../../native-free-core/assert.js';
import {
  ENTRY_COMMAND,
  ENTRY_POINTS,
  ENTRY_PRODUCER,
  ENTRY_SERIES,
  kindOf,
} from '../../native-free-core/entry/entry-layout.js';
import { HeadWriter } from '../../native-free-core/head/head-writer.js';
import {
  ARENA_BYTES_HEADROOM,
  BATCH_SERIES_POINTS,
  FLUSH_STEP_POINTS,
  FLUSH_STEP_SERIES,
} from '../../native-free-core/limits.js';
import { RING_EMPTY, RingConsumer } from '../../native-free-core/ring/ring-consumer.js';
import { UNIT_BYTES } from '../../native-free-core/ring/ring-layout.js';
import type { StoreWriter } from '../store/shard-store.js';
import { CommandQueue } from './commands/command-queue.js';
import { countShard } from './count-shard.js';
import { EntryApplier } from './entry-applier.js';
import { Flush } from './flush.js';
import { GroupBooks, type StoredRecords } from './group-books.js';
import { HistoryMark } from './history-mark.js';
import { COMPACTION_BOUNDS } from './jobs/compaction-bounds.js';
import { ShardJobs } from './jobs/shard-jobs.js';
import { NewProducers } from './new-producers.js';
import { ProducerWindows } from './producer-windows.js';
import { SeriesTable } from './series-table.js';
import { ShardCounters } from './shard-counters.js';
import { type RingPlace, ShardLog } from './shard-log.js';
import { SHARD_BOUNDS, type ShardBounds, type ShardOptions } from './shard-options.js';

/**
 * One shard: takes entries from its ring, applies them to the open state, logs them, and turns closed generations into
 * blocks. It owns all memory and the store of its shard; no other thread writes either. It has no thread, clock or
 * sleep of its own: `doWork` does a bounded amount and says how much, so a worker and the simulator run the same code.
 *
 * A duty cycle: take entries, a command last → apply → encode a step of the flush → a step of background work → one
 * transaction with the log value, new series and what the steps made → tell the ring that it is durable → begin the command.
 * Invariants: 1. The ring's COMMITTED never passes what a transaction holds.
 * 2. When a transaction fails, nothing is taken until the same transaction went through. 3. All entries of a log value
 * belong to the generation in its key. 4. accepted = open + stored + expired + damaged at the end of each cycle.
 */
export class ShardEngine {
  readonly head: HeadWriter;
  readonly series: SeriesTable;
  readonly windows: ProducerWindows;
  readonly counters: ShardCounters;
  readonly flush: Flush;
  readonly history: HistoryMark;
  readonly commands: CommandQueue;
  readonly books: GroupBooks;
  readonly log = new ShardLog();
  readonly entries: EntryApplier;
  /** Background work on the store. */
  readonly jobs: ShardJobs;
  readonly #options: ShardOptions;
  readonly #bounds: ShardBounds;
  readonly #newProducers = new NewProducers();
  #ring: RingConsumer;
  /** Points and rows that were expired or swept, when last looked at. */
  #gone = 0;
  #pending = false;
  /** Somebody waits until the generations up to this one are in blocks. */
  #wantedGeneration = 0;

  /** `records`: those of the shard's groups as stored. */
  constructor(options: ShardOptions, records: StoredRecords) {
    const { shard, map, memory } = options;
    this.#options = options;
    this.books = new GroupBooks(shard, map, records);
    this.#bounds = options.bounds ?? SHARD_BOUNDS;
    this.counters = new ShardCounters(memory.counters);
    this.history = new HistoryMark(memory.history);
    this.head = new HeadWriter(memory.head, options.live);
    this.series = new SeriesTable(shard, map, options.retention);
    this.windows = new ProducerWindows(map.groupCount(shard));
    this.entries = new EntryApplier(this, map.groupCount(shard));
    this.#ring = new RingConsumer(memory.ring);
    this.commands = new CommandQueue(this, options.commands);
    this.flush = new Flush({
      shard,
      map,
      views: this.head.views,
      books: this.books,
      groupSeries: (group) => this.series.groupCount(group),
      stepPoints: this.#bounds.flushStepPoints ?? FLUSH_STEP_POINTS,
      stepSeries: this.#bounds.flushStepSeries ?? FLUSH_STEP_SERIES,
      batchSeriesPoints: this.#bounds.batchSeriesPoints ?? BATCH_SERIES_POINTS,
      laneSeries: (this.#bounds.compaction ?? COMPACTION_BOUNDS).laneSeries,
    });
    this.jobs = new ShardJobs(options, {
      head: this.head,
      series: this.series,
      books: this.books,
      flushSoon: () => this.flushSoon(),
      storedGeneration: () => this.storedGeneration,
    });
  }

  /** Goes on in the ring behind what the log holds; before it takes points. */
  skipRing({ session, ringPosition }: RingPlace): void {
    // The log may be behind COMMITTED, because a commit without points puts no value there; what lies between is written anew.
    const isAhead = ((ringPosition - this.#ring.position) | 0) > 0;
    if (session === this.#options.session && isAhead) {
      this.#ring = new RingConsumer(this.#options.memory.ring, ringPosition);
    }
  }

  /** Ends recovery: readers may look in, and the ring goes on behind what is durable. */
  resume(): void {
    this.#ring.markTaken();
    this.#ring.commit(this.#ring.position);
    // A predecessor that died while its store was full; while the word stands, no work comes that could clear it.
    this.counters.set('unableToStore', 0);
    this.#updateCounters();
    this.history.changed();
    // Who sees the state ready sees that it is another one.
    this.counters.add('starts', 1);
    this.head.ready();
  }

  get ring(): RingConsumer {
    return this.#ring;
  }

  /** True when a transaction failed and is to be tried again. */
  get isStuck(): boolean {
    return this.#pending;
  }

  /** True when no entry waits, no flush runs and no command. */
  get isIdle(): boolean {
    const isStill = !this.#pending && !this.flush.active && this.commands.isEmpty;
    return isStill && this.#ring.backlogUnits === 0;
  }

  /** Every generation up to this one is in blocks. */
  get storedGeneration(): number {
    return this.flush.active ? this.flush.generation - 1 : this.head.generation - 1;
  }

  /** Lets all that is applied by now be stored in the next cycles. Answers the generation that ends with it. */
  flushSoon(): number {
    this.#wantedGeneration = this.log.takingBytes > 0 ? this.head.generation : this.head.generation - 1;
    return this.#wantedGeneration;
  }

  /**
   * One duty cycle. Answers the entries, points and series it worked on; 0 when there was nothing to do.
   * @throws MillraceError when the store can't take the transaction; the next call tries it again
   */
  doWork(nowMs: number): number {
    if (this.#pending) return this.#commit(nowMs) + 1;
    this.history.close(this.head.liveFromMs);
    this.#closeGenerationIfDue(nowMs, false);
    const taken = this.#take() + this.flush.step();
    const load = taken === 0 && !this.flush.active ? 'idle' : 'busy';
    const worked = taken + this.commands.step(nowMs);
    const maintained = this.jobs.step(nowMs, load);
    if (worked > 0 || this.jobs.maintenance.hasWrites) this.#commit(nowMs);
    else if (!this.commands.isEmpty) this.commands.settle(nowMs);
    return worked + maintained;
  }

  /** Works until every point is in blocks and the log is empty: a clean stop. */
  storeAll(nowMs: number): void {
    this.commands.stop();
    while (!this.isIdle || this.#pending) this.doWork(nowMs);
    this.#closeGenerationIfDue(nowMs, true);
    while (this.flush.active) this.doWork(nowMs);
    assert(this.head.openPoints[this.head.generation & 1] === 0, 'a stopped shard has open points');
  }

  /** Closes the generation that takes points and starts to flush it: when due, and when replay meets the next one. */
  closeGeneration(): void {
    this.flush.begin(this.head.generation, this.windows.takeChanged());
    this.head.swap();
    this.log.closeGeneration();
    this.counters.add('flushes', 1);
  }

  /** Brings the generation that is flushed into blocks, if one is. */
  endFlush(nowMs: number): void {
    while (this.flush.active) {
      this.flush.step();
      this.#commit(nowMs);
    }
  }

  #closeGenerationIfDue(nowMs: number, now: boolean): void {
    if (this.flush.active || !this.head.canSwap) return;
    const due =
      this.head.usedBytes >= this.#arenaBytesMax ||
      this.log.takingBytes >= this.#bounds.logBytesMax / 2 ||
      nowMs - this.log.oldestMs >= this.#bounds.flushAgeMsMax ||
      ((now || this.#wantedGeneration >= this.head.generation) && this.log.takingBytes > 0);
    if (due) this.closeGeneration();
  }

  /** Open memory at which a generation is closed: more for many series, and always with room for one more entry. */
  get #arenaBytesMax(): number {
    const wanted = Math.max(
      this.#bounds.arenaBytesSoft,
      this.series.count * this.#bounds.arenaBytesPerSeries,
    );
    const { arenaBytes } = this.head;
    // A test's small arena has no room for the largest entry, nor entries that large.
    return Math.min(wanted, Math.max(arenaBytes - ARENA_BYTES_HEADROOM, arenaBytes / 2));
  }

  /**
   * Takes entries up to the cycle's bound, unless the open state is full and the flush has to make room first, or too much is
   * fresh and compactions have.
   */
  #take(): number {
    const arenaMax = this.#arenaBytesMax;
    if (this.head.usedBytes >= arenaMax || this.jobs.isOverdue) return 0;
    let entries = 0;
    const start = this.#ring.position;
    const unitsMax = this.#bounds.cycleBytesMax / UNIT_BYTES;
    while (((this.#ring.position - start) | 0) < unitsMax && this.head.usedBytes < arenaMax) {
      const offset = this.#ring.next();
      if (offset === RING_EMPTY) break;
      entries++;
      if (this.#applyFromRing(offset)) break;
    }
    if (entries > 0) this.#ring.markTaken();
    const lateMs = this.head.takeOldestLate();
    if (lateMs !== Number.POSITIVE_INFINITY) this.history.changedFrom(lateMs);
    return entries;
  }

  /** Answers true when the cycle has to end with this entry. */
  #applyFromRing(offset: number): boolean {
    const { views } = this.#ring;
    const kind = kindOf(views.u32[(offset >> 2) + 1]!);
    if (kind === ENTRY_POINTS) {
      // Marking windows is part of the entry's effect, so it is logged even when it has no points for this shard.
      const taken = this.entries.apply(views, offset);
      if (taken >= 0) this.log.add(views, offset, taken);
    } else if (kind === ENTRY_SERIES) {
      this.head.begin();
      this.series.defineFromEntry(this.head, views, offset, this.#options.store);
      this.head.end();
    } else if (kind === ENTRY_COMMAND) {
      return this.commands.take(views, offset);
    } else {
      assert(kind === ENTRY_PRODUCER, 'an entry has an unknown kind');
      this.#newProducers.addFromEntry(views, offset);
    }
    return false;
  }

  #commit(nowMs: number): number {
    this.#pending = true;
    const position = this.#ring.position;
    this.#options.store.transaction((writer) => this.#write(writer, position));
    this.#pending = false;
    this.log.committed();
    this.#newProducers.committed();
    this.series.committed();
    this.jobs.maintenance.committed();
    this.books.committed();
    const stored = this.flush.committed();
    if (stored !== undefined) {
      this.head.release(stored);
      this.jobs.flushed(stored, nowMs);
      this.log.cut();
    }
    this.#ring.commit(position);
    this.counters.set('lastCommitMs', nowMs);
    this.counters.add('commits', 1);
    this.#updateCounters();
    this.commands.settle(nowMs);
    return 1;
  }

  #write(writer: StoreWriter, ringPosition: number): void {
    const place = { session: this.#options.session, ringPosition };
    this.log.write(writer, this.head.generation, place);
    this.#newProducers.write(writer);
    this.series.write(writer);
    this.flush.write(writer);
    this.jobs.maintenance.write(writer);
    this.books.write(writer);
    if (this.flush.finished) this.log.writeCut(writer, this.flush.generation, place);
  }

  #updateCounters(): void {
    const { expiredPoints, sweptRows } = countShard(this.counters, this);
    this.jobs.count(this.counters);
    // What went has been in answers about the past.
    const gone = expiredPoints + sweptRows + this.jobs.rewrites.changedSlices;
    if (gone !== this.#gone) this.history.changed();
    this.#gone = gone;
  }
}
