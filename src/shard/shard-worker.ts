import type { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';
import { GROUP_COUNT, IDLE_WAIT_MS_MAX } from '../../native-free-core/limits.js';
import { LiveWindowsWriter } from '../../native-free-core/live/live-windows-writer.js';
import { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { ShardMap } from '../../native-free-core/series/refs.js';
import { systemClock } from '../clock.js';
import { MillraceError } from '../errors.js';
import { LmdbStore } from '../store/lmdb-store.js';
import { SpaceClaim } from '../store/space-claim.js';
import { StoreMark } from '../store/store-mark.js';
import type { CommandAnswer } from './commands/shard-command.js';
import { CutGate } from './cut-gate.js';
import { recoverShard } from './recovery.js';
import { ShardCounters } from './shard-counters.js';
import type { ShardEngine } from './shard-engine.js';
import { attachLatencies } from './shard-memory.js';
import type { ShardFailure, ShardMessage, ShardTask } from './shard-task.js';
import { countTiers } from './tier-counters.js';

/** How often the store's figures are looked up, ms: a walk over its meta pages. */
const FIGURES_MS = 1_000;

/** How long a store that takes nothing is left alone, ms. */
const STUCK_WAIT_MS = 250;

/**
 * The never-ending task of one shard thread: recovers, then runs duty cycles until the ring asks it to stop, and stores
 * everything before it ends. It never goes back to its event loop: it hears of points and of the stop through shared
 * memory, and every wait has a limit. Messages go out all the same. Answers undefined, or why it could not go on; throws only what
 * is a fault of the program.
 */
export function runShard(task: ShardTask): ShardFailure | undefined {
  try {
    runUntilStop(task);
    return undefined;
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return { code: error.code, detail: error.message };
  }
}

function runUntilStop(task: ShardTask): void {
  const map = new ShardMap(task.shardCount);
  const live = new LiveWindowsWriter(task.memory.live);
  live.reset();
  live.advance(systemClock.nowMs());
  const latencies = attachLatencies(task.memory.latencies);
  const store = LmdbStore.open(task.path, {
    onCommitMs: (durationMs) => latencies.commitMs.record(durationMs),
    claim: new SpaceClaim(task.space, task.shard),
    mark: new StoreMark(task.memory.store),
  });
  try {
    const { shard, session, memory, bounds, commandsFromId: fromId } = task;
    const retention = new RetentionPolicy(task.retention);
    const share = map.groupCount(shard) / GROUP_COUNT;
    const tierBytesMax = task.tierBytesMax.map((bytes) => bytes * share);
    const answer = (to: CommandAnswer): void => say(task, { kind: 'answer', answer: to });
    const commands = { fromId, answer, cutGate: new CutGate(memory.cut) };
    const wasStuck = new ShardCounters(memory.counters).get('unableToStore') === 1;
    const { engine, recovered } = recoverShard(
      { shard, map, memory, store, session, live, bounds, commands, retention, tierBytesMax },
      systemClock,
    );
    say(task, { kind: 'ready', recovered });
    if (wasStuck) say(task, { kind: 'unstuck' });
    new DutyCycle(task, engine, live, store, latencies.cycleMs).run();
  } finally {
    store.close();
  }
}

const say = (task: ShardTask, message: ShardMessage): void => task.port.postMessage(message);

class DutyCycle {
  readonly #task: ShardTask;
  readonly #engine: ShardEngine;
  readonly #live: LiveWindowsWriter;
  readonly #store: LmdbStore;
  readonly #cycleMs: PagedHistogram;
  /** A word that nobody wakes: to sleep on. */
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));
  #nextFiguresMs = 0;
  #isStuck = false;

  // Five parts that it drives and does not own.
  constructor(
    task: ShardTask,
    engine: ShardEngine,
    live: LiveWindowsWriter,
    store: LmdbStore,
    cycleMs: PagedHistogram,
  ) {
    this.#task = task;
    this.#engine = engine;
    this.#live = live;
    this.#store = store;
    this.#cycleMs = cycleMs;
  }

  run(): void {
    const { ring } = this.#engine;
    for (;;) {
      if (ring.stopRequested) {
        this.#engine.commands.stop();
        if (this.#engine.isIdle) break;
      }
      const startMs = systemClock.monotonicMs();
      const worked = this.#cycle();
      const endMs = systemClock.monotonicMs();
      this.#count(worked, endMs - startMs);
      if (worked > 0) continue;
      // A ring with points in it wakes at once: behind a full disk that would be commits without a pause.
      if (this.#isStuck) Atomics.wait(this.#pause, 0, 0, STUCK_WAIT_MS);
      else ring.wait(IDLE_WAIT_MS_MAX);
      this.#engine.counters.add('idleMs', systemClock.monotonicMs() - endMs);
    }
    this.#engine.storeAll(systemClock.nowMs());
    this.#tellProgress();
  }

  #cycle(): number {
    const nowMs = systemClock.nowMs();
    this.#live.advance(nowMs);
    this.#engine.head.setLiveFrom(this.#live.fromMs);
    try {
      const worked = this.#engine.doWork(nowMs);
      if (this.#isStuck && worked > 0) this.#setStuck(undefined);
      if (worked > 0) this.#tellProgress();
      for (const finding of this.#engine.jobs.maintenance.takeFindings())
        say(this.#task, { kind: 'finding', finding });
      return worked;
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      this.#engine.counters.add('storeFailures', 1);
      this.#setStuck(error.message);
      // Someone who stops an engine whose disk is full must not wait for ever: what is in the log is safe.
      if (this.#engine.ring.stopRequested) throw error;
      return 0;
    }
  }

  #setStuck(detail: string | undefined): void {
    const isStuck = detail !== undefined;
    if (isStuck === this.#isStuck) return;
    this.#isStuck = isStuck;
    this.#engine.counters.set('unableToStore', isStuck ? 1 : 0);
    say(this.#task, detail === undefined ? { kind: 'unstuck' } : { kind: 'stuck', detail });
  }

  #tellProgress(): void {
    if (this.#engine.ring.mustNotify()) say(this.#task, { kind: 'progress' });
  }

  #count(worked: number, tookMs: number): void {
    const { counters } = this.#engine;
    counters.add('cycles', 1);
    if (worked > 0) {
      counters.add('busyMs', tookMs);
      counters.max('longestCycleMs', tookMs);
      this.#cycleMs.record(tookMs);
    }
    const nowMs = systemClock.monotonicMs();
    if (nowMs < this.#nextFiguresMs) return;
    this.#nextFiguresMs = nowMs + FIGURES_MS;
    const { pageBytes, fileBytes, usedBytes, mapBytes, readers } = this.#store.figures();
    counters.set('pageBytes', pageBytes);
    counters.set('fileBytes', fileBytes);
    counters.set('usedBytes', usedBytes);
    counters.set('mapBytes', mapBytes);
    counters.set('readers', readers);
    countTiers(counters, this.#engine.books, this.#engine.jobs.sweeps);
  }
}
