import { createHeadBuffers } from '../../native-free-core/head/head-memory.js';
import { PagedHistogram } from '../../native-free-core/histogram/paged-histogram.js';
import { createLiveWindows } from '../../native-free-core/live/live-windows-memory.js';
import {
  ringMemoryBytes,
  WORD_COMMITTED,
  WORD_PUBLISHED,
  WORD_TAKEN,
} from '../../native-free-core/ring/ring-layout.js';
import type { ShardMap } from '../../native-free-core/series/refs.js';
import type { AnyWebSocketBehavior } from '../../src/http/websocket-route.js';
import { BatchIntake } from '../../src/ingest/batch-intake.js';
import { frameDecoders } from '../../src/ingest/connection-context.js';
import { HttpIntake } from '../../src/ingest/http-intake.js';
import { IngestCounters } from '../../src/ingest/ingest-counters.js';
import { ProducerDirectory } from '../../src/ingest/producer-directory.js';
import { SeriesResolver } from '../../src/ingest/series-resolver.js';
import { ShardLinks } from '../../src/ingest/shard-links.js';
import { IngestSockets } from '../../src/ingest/ws-ingest.js';
import type { CommandAnswer } from '../../src/shard/commands/shard-command.js';
import { createCutGate } from '../../src/shard/cut-gate.js';
import { HISTORY_MARK_BYTES } from '../../src/shard/history-mark.js';
import { ShardCommands } from '../../src/shard/shard-commands.js';
import { SHARD_COUNTERS, ShardCounters } from '../../src/shard/shard-counters.js';
import type { ShardMemory } from '../../src/shard/shard-memory.js';
import { createStoreMark } from '../../src/store/store-mark.js';
import type { CrashFuse } from './crash-fuse.js';
import type { MemoryStore } from './memory-store.js';
import type { SimClock } from './sim-clock.js';
import { law } from './sim-failure.js';
import type { SimPlan } from './sim-plan.js';
import { SimWorker } from './sim-worker.js';

/** What outlives a process: its disk, and the world around it. */
export interface ProcessContext {
  readonly plan: SimPlan;
  readonly map: ShardMap;
  readonly stores: readonly MemoryStore[];
  readonly fuses: readonly CrashFuse[];
  readonly clock: SimClock;
  readonly session: number;
  /** A shard stands at the place of a cut in its ring. */
  onCut(shard: number, ticket: number): void;
  /** A shard answers a command, in the midst of its duty cycle. */
  onAnswer(shard: number, answer: CommandAnswer): void;
}

const LIVE_LIMITS = { metricsMax: 16, pagesMax: 32 };

/** The memory of a shard. */
export function createMemory(
  { plan, map }: Pick<ProcessContext, 'plan' | 'map'>,
  shard: number,
): ShardMemory {
  const ring = new SharedArrayBuffer(ringMemoryBytes(plan.ringBytes));
  const words = new Int32Array(ring, 0, 256);
  for (const word of [WORD_PUBLISHED, WORD_TAKEN, WORD_COMMITTED]) words[word] = plan.ringStart;
  return {
    ring,
    head: createHeadBuffers(map.groupCount(shard), plan.resolver.seriesTotalMax, plan.arenaBytes),
    live: createLiveWindows(LIVE_LIMITS),
    counters: new SharedArrayBuffer(SHARD_COUNTERS.length * 8),
    latencies: new SharedArrayBuffer(8),
    history: new SharedArrayBuffer(HISTORY_MARK_BYTES),
    cut: createCutGate(),
    store: createStoreMark(),
  };
}

/**
 * One life of the engine's process, wired as engine.ts does it: the front end's parts over the shards' rings, and a worker a
 * shard that may crash and be started again. Nothing in it survives the process but through the stores.
 */
export class SimProcess {
  readonly behavior: AnyWebSocketBehavior;
  readonly http: HttpIntake;
  readonly links: ShardLinks;
  readonly commands: ShardCommands;
  readonly counters = new IngestCounters(PagedHistogram.withOwnMemory(8));
  readonly memories: readonly ShardMemory[];
  /** Undefined: the shard's worker is dead. */
  readonly workers: (SimWorker | undefined)[] = [];
  /** Messages of progress on their way to the socket thread. */
  progress = 0;
  /** By shard, the first command of its worker. */
  readonly #commandsFromId: number[] = [];
  /** Answers of shards on their way to the socket thread. */
  #answers: { shard: number; answer: CommandAnswer }[] = [];
  readonly #context: ProcessContext;
  readonly #sockets: IngestSockets;

  /** Recovers all shards. Throws what a shard's recovery throws: then this process has not begun. */
  constructor(context: ProcessContext) {
    this.#context = context;
    const { plan, map, stores, clock } = context;
    this.memories = stores.map((_, shard) => createMemory(context, shard));
    this.links = new ShardLinks(
      this.memories.map((memory) => memory.ring),
      this.memories.map((memory) => new ShardCounters(memory.counters)),
    );
    this.commands = new ShardCommands(this.links, clock.setTimer);
    const resolver = new SeriesResolver(map, plan.hashKey, plan.resolver, this.links);
    const producers = new ProducerDirectory(this.links);
    const intake = new BatchIntake(this.links, resolver, plan.times);
    this.http = new HttpIntake(intake, this.links, this.counters);
    const { links, counters } = this;
    const parts = { server: 'sim', limits: plan.wire, tokens: undefined, links, intake, producers, counters };
    this.#sockets = new IngestSockets({ ...parts, ...frameDecoders(plan.wire) }, clock);
    this.behavior = this.#sockets.behavior();
    for (let shard = 0; shard < stores.length; shard++) this.startWorker(shard);
    const recovered = this.workers.map((worker) => worker!.recovered);
    for (const shard of recovered) resolver.restore(shard);
    producers.restore(recovered);
  }

  get isWaiting(): boolean {
    return this.#sockets.isWaiting || this.http.isWaiting;
  }

  /** A shard's worker died. */
  bury(shard: number): void {
    this.workers[shard] = undefined;
    this.commands.onDied(shard);
    // What is asked from now on waits in the ring for the next worker.
    this.#commandsFromId[shard] = this.commands.nextId;
  }

  /** Starts a shard's worker for the first time, or again behind one that crashed. */
  startWorker(shard: number): void {
    const { plan, map, stores, fuses, clock, session } = this.#context;
    this.workers[shard] = undefined;
    const words = new Int32Array(this.memories[shard]!.ring, 0, WORD_COMMITTED + 1);
    const committed = words[WORD_COMMITTED]!;
    this.workers[shard] = new SimWorker({
      shard,
      map,
      memory: this.memories[shard]!,
      store: stores[shard]!,
      session,
      bounds: plan.bounds,
      retention: plan.times.retention,
      tierBytesMax: plan.tierBytesMax,
      clock,
      fuse: fuses[shard]!,
      commandsFromId: this.#commandsFromId[shard] ?? 1,
      onAnswer: (answer) => {
        this.#context.onAnswer(shard, answer);
        this.#answers.push({ shard, answer });
        // The message wakes the socket thread as progress does.
        this.progress++;
      },
      onProgress: () => this.progress++,
      onCut: (ticket) => this.#context.onCut(shard, ticket),
    });
    // What is durable may be overwritten already.
    law(((words[WORD_COMMITTED]! - committed) | 0) >= 0, `the ring of shard ${shard} goes back`);
    // The pool looks for progress whenever a worker is ready.
    this.progress++;
  }

  /** A message of progress arrives at the socket thread. */
  onProgress(): void {
    this.progress = Math.max(0, this.progress - 1);
    for (const { shard, answer } of this.#answers.splice(0)) this.commands.onAnswer(shard, answer);
    this.#sockets.onProgress();
    this.http.onProgress(this.#context.clock.nowMs());
  }

  closeAll(): void {
    this.#sockets.closeAll();
  }

  /** Every worker stores everything; the last act of a clean stop. Throws when a store takes nothing. */
  storeAll(): void {
    for (const ring of this.links.rings) ring.requestStop();
    for (const worker of this.workers) worker?.storeAll();
  }
}
