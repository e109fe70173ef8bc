import type { LiveRecorder } from '../../native-free-core/head/head-writer.js';
import { LiveWindowsWriter } from '../../native-free-core/live/live-windows-writer.js';
import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import { MillraceError } from '../../src/errors.js';
import type { CommandAnswer } from '../../src/shard/commands/shard-command.js';
import { CutGate } from '../../src/shard/cut-gate.js';
import { type RecoveredShard, recoverShard } from '../../src/shard/recovery.js';
import type { ShardEngine } from '../../src/shard/shard-engine.js';
import type { ShardMemory } from '../../src/shard/shard-memory.js';
import type { ShardBounds } from '../../src/shard/shard-options.js';
import type { CrashFuse } from './crash-fuse.js';
import type { MemoryStore } from './memory-store.js';
import type { SimClock } from './sim-clock.js';

/** What a shard's worker works with, and what outlives it. */
export interface WorkerContext {
  readonly shard: number;
  readonly map: ShardMap;
  readonly memory: ShardMemory;
  readonly store: MemoryStore;
  readonly session: number;
  readonly bounds: ShardBounds;
  readonly retention: RetentionPolicy;
  readonly tierBytesMax: readonly number[];
  readonly clock: SimClock;
  readonly fuse: CrashFuse;
  readonly commandsFromId: number;
  /** A message for the socket thread: what a command came to. */
  onAnswer(answer: CommandAnswer): void;
  /** A message for the socket thread: something became durable. */
  onProgress(): void;
  /** A reader opens its transaction, while the worker waits for it. */
  onCut(ticket: number): void;
}

/** Offers points to the live windows, and dies among them if its fuse says so. */
class FusedLive implements LiveRecorder {
  readonly #live: LiveWindowsWriter;
  readonly #fuse: CrashFuse;

  constructor(live: LiveWindowsWriter, fuse: CrashFuse) {
    this.#live = live;
    this.#fuse = fuse;
  }

  record(metricIndex: number, timeMs: number, value: number): boolean {
    this.#fuse.tick('in an append');
    return this.#live.record(metricIndex, timeMs, value);
  }
  begin(): void {
    this.#live.begin();
  }
  end(): void {
    this.#live.end();
  }
}

/** Lets the reader have its turn where a thread would wait for it. */
class SimCutGate extends CutGate {
  readonly #onCut: (ticket: number) => void;

  constructor(memory: SharedArrayBuffer, onCut: (ticket: number) => void) {
    super(memory);
    this.#onCut = onCut;
  }

  override hold(ticket: number): boolean {
    this.#onCut(ticket);
    return true;
  }
}

/**
 * A shard's worker, cycle by cycle: what shard-worker.ts does on a thread of its own with LMDB, done here on the one thread
 * there is. It is thrown away when it crashes; another one takes over its memory, as the pool does it.
 */
export class SimWorker {
  readonly engine: ShardEngine;
  readonly recovered: RecoveredShard;
  readonly #context: WorkerContext;
  readonly #live: LiveWindowsWriter;
  #isStuck = false;

  constructor(context: WorkerContext) {
    const { shard, map, memory, store, session, bounds, clock, fuse, retention, tierBytesMax } = context;
    this.#context = context;
    this.#live = new LiveWindowsWriter(memory.live);
    this.#live.reset();
    this.#live.advance(clock.nowMs());
    const live = new FusedLive(this.#live, fuse);
    const cutGate = new SimCutGate(memory.cut, context.onCut);
    const commands = { fromId: context.commandsFromId, answer: context.onAnswer, cutGate };
    const options = { shard, map, memory, store, session, live, bounds, commands, retention, tierBytesMax };
    const { engine, recovered } = recoverShard(options, clock);
    this.engine = engine;
    this.recovered = recovered;
  }

  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** One duty cycle. Answers the work done, 0 also when the store takes nothing. */
  cycle(): number {
    const nowMs = this.#context.clock.nowMs();
    this.#live.advance(nowMs);
    this.engine.head.setLiveFrom(this.#live.fromMs);
    try {
      const worked = this.engine.doWork(nowMs);
      if (worked > 0) {
        this.#setStuck(false);
        this.#tellProgress();
      }
      return worked;
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      this.#setStuck(true);
      return 0;
    }
  }

  /** The end of the task when the ring asks to stop. */
  storeAll(): void {
    this.engine.storeAll(this.#context.clock.nowMs());
    this.#tellProgress();
  }

  #setStuck(isStuck: boolean): void {
    this.#isStuck = isStuck;
    this.engine.counters.set('unableToStore', isStuck ? 1 : 0);
  }

  #tellProgress(): void {
    if (!this.engine.ring.mustNotify()) return;
    this.#context.fuse.tick('before it told of progress');
    this.#context.onProgress();
  }
}
