import { ShardMap } from '../../native-free-core/series/refs.js';
import { MillraceError } from '../../src/errors.js';
import type { AnyWebSocketBehavior } from '../../src/http/websocket-route.js';
import type { HttpIntake } from '../../src/ingest/http-intake.js';
import type { CommandAnswer, FlushResult } from '../../src/shard/commands/shard-command.js';
import { CrashFuse, SimCrash } from './crash-fuse.js';
import { DurableView } from './durable-view.js';
import { FrontEndModel } from './front-end-model.js';
import { MemoryStore } from './memory-store.js';
import { countMax, mustBeThere, type PointBook } from './point-book.js';
import { checkRollups } from './rollup-check.js';
import { checkOpenState, checkShard } from './shard-law.js';
import type { SimClock } from './sim-clock.js';
import type { SimCounts } from './sim-counts.js';
import { law } from './sim-failure.js';
import type { SimPlan } from './sim-plan.js';
import { SimProcess } from './sim-process.js';
import { checkSpans } from './span-check.js';

/** Rounds after which a stop must have settled what is in flight. */
const STOP_ROUNDS_MAX = 2_000;

/** What the engine lives in. */
export interface EngineWorld {
  readonly plan: SimPlan;
  readonly clock: SimClock;
  readonly book: PointBook;
  readonly counts: SimCounts;
  /** A number for each life of the process. */
  session(): number;
}

/**
 * The engine over all its lives: the disks, the process that runs now if one does, and everything that is checked about it:
 * each shard after each of its cycles, all of it after a recovery and after a stop. What happens is told by a line.
 */
export class SimEngine {
  readonly stores: readonly MemoryStore[];
  readonly model: FrontEndModel;
  readonly #world: EngineWorld;
  readonly #map: ShardMap;
  readonly #fuses: readonly CrashFuse[];
  readonly #views: readonly DurableView[];
  /** By the id of a flush, what each shard had accepted when it was asked. */
  readonly #flushes = new Map<number, readonly number[]>();
  #process: SimProcess | undefined;

  constructor(world: EngineWorld) {
    const { plan, book } = world;
    this.#world = world;
    this.#map = new ShardMap(plan.shardCount);
    this.model = new FrontEndModel(plan, book, (value) => this.#count(value));
    this.#fuses = Array.from({ length: plan.shardCount }, () => new CrashFuse());
    this.stores = this.#fuses.map((fuse) => new MemoryStore(fuse));
    const judge = { book, epoch: () => this.model.epoch };
    this.#views = this.stores.map((store, k) => new DurableView(k, this.#map, plan.hashKey, store, judge));
  }

  get behavior(): AnyWebSocketBehavior | undefined {
    return this.#process?.behavior;
  }
  get http(): HttpIntake | undefined {
    return this.#process?.http;
  }
  get storedPoints(): number {
    return this.#views.reduce((sum, view) => sum + view.rawPoints, 0);
  }

  /** Whether all shards live, have nothing to do, and owe no answer. */
  get isIdle(): boolean {
    const process = this.#process;
    if (process === undefined || process.isWaiting || process.commands.isWaiting) return false;
    return process.workers.every((worker) => worker?.engine.isIdle === true);
  }

  start(): string {
    const { plan, clock } = this.#world;
    const onAnswer = (shard: number, answer: CommandAnswer): void => this.#checkAnswer(shard, answer);
    const context = { plan, map: this.#map, stores: this.stores, fuses: this.#fuses, clock, onAnswer };
    try {
      this.#process = new SimProcess({ ...context, session: this.#world.session() });
    } catch (error) {
      // A store that is full, or one more crash: the process ends at once and is started again later.
      if (!(error instanceof SimCrash || error instanceof MillraceError)) throw error;
      return `failed: ${error.message}`;
    }
    this.model.restart(this.#views.flatMap((view) => [...view.series.texts()]));
    for (let shard = 0; shard < plan.shardCount; shard++) this.#checkRecovered(shard);
    this.#checkPoints();
    return 'started';
  }

  /** Starts what is dead: the process, or one shard, which `choose` picks. */
  restart(choose: (dead: readonly number[]) => number): string {
    if (this.#process === undefined) return this.start();
    const dead = this.#process.workers.flatMap((worker, shard) => (worker === undefined ? [shard] : []));
    if (dead.length === 0) return 'none is dead';
    const shard = choose(dead);
    try {
      this.#process.startWorker(shard);
      this.#checkRecovered(shard);
      return `shard ${shard} recovered`;
    } catch (error) {
      if (error instanceof MillraceError) return `shard ${shard} can't start: ${error.code}`;
      return this.#bury(shard, error);
    }
  }

  /** A duty cycle of a shard, in which it may die. */
  work(shard: number): string {
    const worker = this.#process?.workers[shard];
    if (worker === undefined) return `shard ${shard} is dead`;
    try {
      const worked = worker.cycle();
      if (worked > 0) checkShard(shard, this.#map, worker, this.#views[shard]!);
      return `shard ${shard} worked ${worked}${worker.isStuck ? ', is stuck' : ''}`;
    } catch (error) {
      return this.#bury(shard, error);
    }
  }

  deliverProgress(): string {
    if (this.#process === undefined || this.#process.progress === 0) return 'none';
    this.#process.onProgress();
    return `${this.#process.progress} left`;
  }

  /** Somebody asks all shards to store what they have. */
  flush(): string {
    const process = this.#process;
    if (process === undefined) return 'is down';
    const id = process.commands.nextId;
    // The law is checked as the shard answers; what the caller is told comes when this turn is over.
    process.commands.runAll({ kind: 'flush' }).catch(() => {});
    if (process.commands.nextId === id) return 'finds no room';
    this.#flushes.set(
      id,
      process.links.counters.map((shard) => shard.get('accepted')),
    );
    return `asked as ${id}`;
  }

  /** What a flush was to store is in blocks, and no generation that it ends is open. */
  #checkAnswer(shard: number, answer: CommandAnswer): void {
    this.#world.counts.answers++;
    law('result' in answer, () => `shard ${shard} answers ${JSON.stringify(answer)}`);
    const { generation } = answer.result as FlushResult;
    for (const point of this.#views[shard]!.openPoints()) {
      law(point.generation > generation, `a flush up to ${generation} left generation ${point.generation}`);
    }
    const stored = this.#views[shard]!.storedPoints;
    const wanted = this.#flushes.get(answer.id)?.[shard] ?? 0;
    law(stored >= wanted, `shard ${shard} had taken ${wanted} points before a flush that stored ${stored}`);
  }

  /** A shard will die within its next store calls and appends. */
  armCrash(shard: number, ticks: number): string {
    this.#fuses[shard]!.arm(ticks);
    return `shard ${shard} in ${ticks} ticks`;
  }

  crash(): string {
    if (this.#process === undefined) return 'is down';
    this.#world.counts.processCrashes++;
    this.model.epoch++;
    this.#end();
    return 'crashed';
  }

  /** A clean stop: what is in flight is settled, connections are closed, everything is stored. */
  stop(): string {
    const process = this.#process;
    if (process === undefined) return 'is down';
    if (this.stores.some((store) => store.isFull) || process.workers.includes(undefined)) return this.crash();
    this.#disarm();
    for (let round = 0; process.isWaiting; round++) {
      law(round < STOP_ROUNDS_MAX, 'a stop waits for ever for what is in flight');
      for (let shard = 0; shard < this.stores.length; shard++) this.work(shard);
      process.onProgress();
    }
    process.commands.stop();
    process.closeAll();
    process.storeAll();
    this.#world.counts.stops++;
    law(process.counters.inFlight === 0, `${process.counters.inFlight} batches are in flight after a stop`);
    for (const [shard, view] of this.#views.entries()) {
      checkShard(shard, this.#map, process.workers[shard]!, view);
      law(view.logValues === 0, `shard ${shard} stopped with ${view.logValues} values in its log`);
      checkRollups(this.stores[shard]!, view.runs);
      checkSpans(this.stores[shard]!, view.runs);
    }
    this.#end();
    this.#checkPoints();
    return 'stopped';
  }

  /** From now on nothing goes wrong, until something is made to. */
  heal(): void {
    this.#disarm();
    for (const store of this.stores) store.makeRoom();
  }

  /** All that holds when everything has been settled. */
  checkQuiet(): void {
    this.#checkPoints();
    for (const [shard, view] of this.#views.entries()) {
      checkOpenState(shard, this.#process!.workers[shard]!, view);
      checkRollups(this.stores[shard]!, view.runs);
    }
    law(this.#process!.counters.inFlight === 0, 'batches are in flight though all producers are settled');
  }

  #bury(shard: number, error: unknown): string {
    if (!(error instanceof SimCrash)) throw error;
    this.#world.counts.shardCrashes++;
    this.#process!.bury(shard);
    return `shard ${shard} died: ${error.message}`;
  }

  #end(): void {
    const { links, counters } = this.#process!;
    for (const shard of links.counters) {
      this.#world.counts.flushes += shard.get('flushes');
      this.#world.counts.compactions += shard.get('compactions');
      this.#world.counts.merges += shard.get('merges');
    }
    this.#world.counts.busy += counters.busy;
    this.#process!.commands.stop();
    this.#flushes.clear();
    this.#process = undefined;
    this.#disarm();
  }

  #disarm(): void {
    for (const fuse of this.#fuses) fuse.disarm();
  }

  #checkRecovered(shard: number): void {
    this.#world.counts.recoveries++;
    const worker = this.#process!.workers[shard]!;
    law(
      worker.recovered.findings.length === 0,
      `a recovery found ${JSON.stringify(worker.recovered.findings)}`,
    );
    checkShard(shard, this.#map, worker, this.#views[shard]!);
    checkOpenState(shard, worker, this.#views[shard]!);
  }

  /** Every point is there as often as it may be, and those that must be there are. */
  #checkPoints(): void {
    for (const point of this.#world.book.all()) {
      const count = this.#count(point.value);
      const text = (): string => `value ${point.value} of ${point.series} is there ${count} times`;
      law(count <= countMax(point), text);
      law(count > 0 || !mustBeThere(point, this.model.epoch), text);
    }
  }

  #count(value: number): number {
    let count = 0;
    for (const view of this.#views) count += view.count(value);
    return count;
  }
}
