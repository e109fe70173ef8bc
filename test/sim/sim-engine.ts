import { MillraceError } from '../../src/errors.js';
import type { AnyWebSocketBehavior } from '../../src/http/websocket-route.js';
import type { HttpIntake } from '../../src/ingest/http-intake.js';
import type { CommandAnswer, ShardCommand } from '../../src/shard/commands/shard-command.js';
import { SimCrash } from './crash-fuse.js';
import type { DurableView } from './durable-view.js';
import { FrontEndModel } from './front-end-model.js';
import type { MemoryStore } from './memory-store.js';
import { countMax, mustBeThere, type PointBook } from './point-book.js';
import { checkCells } from './rollup-check.js';
import { ShardAsker } from './shard-asker.js';
import { checkOpenState, checkShard } from './shard-law.js';
import type { SimClock } from './sim-clock.js';
import type { SimCounts } from './sim-counts.js';
import type { SimDelete } from './sim-delete.js';
import { type DiskFigures, SimDisks } from './sim-disks.js';
import { law } from './sim-failure.js';
import type { SimPlan } from './sim-plan.js';
import { SimProcess } from './sim-process.js';
import { SimSnapshots } from './sim-snapshots.js';
import { checkSpansBy } from './span-check.js';
import { checkSwept } from './sweep-check.js';

/** Rounds after which a stop must have settled what is in flight. */
const STOP_ROUNDS_MAX = 2_000;

/** Cycles without work after which a shard has nothing more to do, and those after which it must have come so far. */
const REST_CYCLES = 50;
const REST_CYCLES_MAX = 200_000;

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
  readonly model: FrontEndModel;
  readonly #world: EngineWorld;
  readonly #disks: SimDisks;
  readonly #snapshots: SimSnapshots;
  #asker: ShardAsker | undefined;
  #process: SimProcess | undefined;
  /** Whether the duty cycle that was the last one did anything. */
  #hasWorked = false;

  constructor(world: EngineWorld) {
    const { plan, book } = world;
    this.#world = world;
    this.model = new FrontEndModel(plan, book, (value) => this.#count(value));
    this.#disks = new SimDisks({ ...world, epoch: () => this.model.epoch });
    this.#snapshots = new SimSnapshots(this.#disks, this.model);
  }

  get stores(): readonly MemoryStore[] {
    return this.#disks.stores;
  }
  get shardCount(): number {
    return this.#disks.shardCount;
  }
  get #views(): readonly DurableView[] {
    return this.#disks.views;
  }

  get behavior(): AnyWebSocketBehavior | undefined {
    return this.#process?.behavior;
  }
  get http(): HttpIntake | undefined {
    return this.#process?.http;
  }
  get figures(): DiskFigures & { snapshots: number } {
    return { ...this.#disks.figures, snapshots: this.#snapshots.taken };
  }
  get hasSnapshot(): boolean {
    return this.#snapshots.taken > 0;
  }
  /** Shards that have begun a delete. */
  get deleting(): number[] {
    return this.#views.flatMap(({ deletes }, shard) => (deletes.begun.length > 0 ? [shard] : []));
  }
  get storedPoints(): number {
    return this.#views.reduce((sum, view) => sum + view.segments.points, 0);
  }

  /** Whether all shards live, have nothing to do, and owe no answer. */
  get isIdle(): boolean {
    const process = this.#process;
    if (process === undefined || process.isWaiting || process.commands.isWaiting) return false;
    return process.workers.every((worker) => worker?.engine.isIdle === true);
  }

  start(): string {
    const { plan, clock } = this.#world;
    const onAnswer = (shard: number, answer: CommandAnswer): void => this.#asker!.onAnswer(shard, answer);
    const onCut = (shard: number, ticket: number): void => this.#snapshots.onCut(shard, ticket);
    const { map, stores, fuses } = this.#disks;
    const context = { plan, map, stores, fuses, clock, onAnswer, onCut };
    this.#snapshots.begin();
    for (const { keeping } of this.#views) keeping.begin();
    try {
      this.#process = new SimProcess({ ...context, session: this.#world.session() });
    } catch (error) {
      // A store that is full, or one more crash: the process ends at once and is started again later.
      if (!(error instanceof SimCrash || error instanceof MillraceError)) throw error;
      return `failed: ${error.message}`;
    }
    this.#asker = new ShardAsker(this.#process, this.#views);
    this.model.restart(this.#views.flatMap((view) => [...view.series.texts()]));
    for (let shard = 0; shard < this.shardCount; shard++) this.#checkRecovered(shard);
    this.#checkPoints();
    return 'started';
  }

  /** Starts what is dead: the process, or one shard, which `choose` picks. */
  restart(choose: (dead: readonly number[]) => number): string {
    if (this.#process === undefined) return this.start();
    const dead = this.#process.workers.flatMap((worker, shard) => (worker === undefined ? [shard] : []));
    if (dead.length === 0) return 'none is dead';
    const shard = choose(dead);
    this.#views[shard]!.keeping.begin();
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
    this.#observe(shard);
    try {
      const worked = worker.cycle();
      this.#hasWorked = worked > 0;
      if (worked > 0) checkShard(shard, this.#disks.map, worker, this.#views[shard]!);
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

  /** Somebody asks all shards for something. */
  ask(command: ShardCommand): string {
    return this.#asker?.ask(command) ?? 'is down';
  }

  /** Somebody deletes points. */
  remove(wanted: SimDelete): string {
    const { selectors, startMs, endMs, texts } = wanted;
    const request = { kind: 'delete', selectors, startMs, endMs } as const;
    const how = this.#asker?.ask({ kind: 'rewrite', request }, wanted) ?? 'is down';
    return `${JSON.stringify(selectors)}, ${texts.size} series from ${startMs} to ${endMs}: ${how}`;
  }

  /** Somebody takes a backup. */
  takeSnapshot(): string {
    if (this.#asker === undefined) return 'is down';
    if (this.#snapshots.isTaking) return 'one is being taken';
    const how = this.#asker.ask({ kind: 'cut', ticket: this.#snapshots.ask() });
    // It would be sent later, when more has been accepted.
    if (!how.startsWith('asked')) this.#snapshots.giveUp();
    return how;
  }

  /** Somebody starts it with another number of workers: nothing runs meanwhile, and power may go at any tick. */
  changeWorkers(shards: number, ticks: number): string {
    law(this.#process === undefined, 'the number of workers changes while a process runs');
    return this.#countCopy('workerChanges', this.#disks.changeWorkers(shards, ticks));
  }

  /** Somebody restores the last backup, in the place of what is there. */
  restoreSnapshot(ticks: number): string {
    law(this.#process === undefined, 'a backup is restored while a process runs');
    return this.#countCopy('restores', this.#snapshots.restore(ticks));
  }

  #countCopy(what: 'workerChanges' | 'restores', how: string): string {
    if (how.startsWith('from') || how.startsWith('restored')) this.#world.counts[what]++;
    if (how.startsWith('cut short')) this.#world.counts.copiesCut++;
    this.#checkPoints();
    return how;
  }

  /** The worker looks at the clock, unless it only tries a transaction again. */
  #observe(shard: number): void {
    const worker = this.#process!.workers[shard];
    if (worker?.engine.isStuck === false) this.#views[shard]!.keeping.observe(this.#world.clock.nowMs());
  }

  /** A shard will die within its next store calls and appends. */
  armCrash(shard: number, ticks: number, among: 'all' | 'commits' = 'all'): string {
    this.#disks.fuses[shard]!.arm(ticks, among);
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
    for (const { keeping } of this.#views) keeping.observe(this.#world.clock.nowMs());
    process.storeAll();
    this.#world.counts.stops++;
    law(process.counters.inFlight === 0, `${process.counters.inFlight} batches are in flight after a stop`);
    for (const [shard, view] of this.#views.entries()) {
      checkShard(shard, this.#disks.map, process.workers[shard]!, view);
      law(view.log.size === 0, `shard ${shard} stopped with ${view.log.size} values in its log`);
      checkCells(this.stores[shard]!, view);
      checkSpansBy(this.stores[shard]!, view);
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
      checkCells(this.stores[shard]!, view);
    }
    law(this.#process!.counters.inFlight === 0, 'batches are in flight though all producers are settled');
  }

  /**
   * All is quiet: the shards finish what they have to do, sweep, and nothing is left that is too old or too much. The clock
   * stands meanwhile.
   */
  sweepAll(): void {
    this.#rest();
    this.ask({ kind: 'sweep' });
    this.#rest();
    law(!this.#process!.commands.isWaiting || this.#process!.progress > 0, 'a sweep waits for ever');
    this.#process!.onProgress();
    for (const [shard, view] of this.#views.entries()) {
      law(view.deletes.begun.length === 0, `shard ${shard} has begun a delete and does not go on with it`);
      checkSwept(view);
    }
  }

  /** All is quiet: what is open goes into blocks. */
  flushAll(): void {
    this.ask({ kind: 'flush' });
    this.#rest();
  }

  /** Every shard works until it has had nothing to do for a while. */
  #rest(): void {
    for (let shard = 0; shard < this.stores.length; shard++) {
      const { engine } = this.#process!.workers[shard]!;
      for (let still = 0, cycles = 0; still < REST_CYCLES; cycles++) {
        law(cycles < REST_CYCLES_MAX, `shard ${shard} does not come to rest`);
        this.work(shard);
        still = this.#hasWorked || !engine.isIdle ? 0 : still + 1;
      }
    }
  }

  #bury(shard: number, error: unknown): string {
    if (!(error instanceof SimCrash)) throw error;
    this.#world.counts.shardCrashes++;
    this.#process!.bury(shard);
    this.#asker!.onDied(shard);
    this.#snapshots.giveUp();
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
    this.#world.counts.answers += this.#asker!.answers;
    this.#process!.commands.stop();
    for (const { deletes } of this.#views) deletes.workerEnded();
    this.#asker = undefined;
    this.#process = undefined;
    this.#disarm();
  }

  #disarm(): void {
    for (const fuse of this.#disks.fuses) fuse.disarm();
  }

  #checkRecovered(shard: number): void {
    this.#world.counts.recoveries++;
    const worker = this.#process!.workers[shard]!;
    law(
      worker.recovered.findings.length === 0,
      `a recovery found ${JSON.stringify(worker.recovered.findings)}`,
    );
    checkShard(shard, this.#disks.map, worker, this.#views[shard]!);
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
