import { ShardMap } from '../../native-free-core/series/refs.js';
import { MillraceError } from '../../src/errors.js';
import { ClientProducer } from './client-producer.js';
import { CrashFuse, SimCrash } from './crash-fuse.js';
import { DurableView } from './durable-view.js';
import { FrontEndModel } from './front-end-model.js';
import { HttpProducer } from './http-producer.js';
import { MemoryStore } from './memory-store.js';
import { ModelProducer } from './model-producer.js';
import { countMax, mustBeThere, PointBook } from './point-book.js';
import { PointMaker } from './point-maker.js';
import { checkRollups } from './rollup-check.js';
import { makeSeriesPool } from './series-pool.js';
import { checkOpenState, checkShard } from './shard-law.js';
import { SimClock } from './sim-clock.js';
import { law } from './sim-failure.js';
import { SimLink } from './sim-link.js';
import { makePlan, type SimPlan } from './sim-plan.js';
import { SimProcess } from './sim-process.js';
import type { ProducerManner, SimProducer } from './sim-producer.js';
import { SimRandom } from './sim-random.js';
import type { SimTrace } from './sim-trace.js';
import { checkSpans } from './span-check.js';

/** What a run did, for tests that want to know that something happened at all. */
export interface SimCounts {
  steps: number;
  points: number;
  stored: number;
  flushes: number;
  shardCrashes: number;
  processCrashes: number;
  stops: number;
  cuts: number;
  fills: number;
  busy: number;
  recoveries: number;
}

/** Rounds after which everything that was sent must have been settled when nothing goes wrong any more. */
const QUIET_ROUNDS_MAX = 2_000;

/**
 * One world from one seed: producers, a network, the engine's process, its disks and its clock, and a chance that decides
 * what happens next. Nothing in it happens by itself: `step` takes one step, and the laws are checked after it.
 */
export class Simulation {
  readonly plan: SimPlan;
  readonly stores: MemoryStore[];
  readonly counts: SimCounts = {
    steps: 0,
    points: 0,
    stored: 0,
    flushes: 0,
    shardCrashes: 0,
    processCrashes: 0,
    stops: 0,
    cuts: 0,
    fills: 0,
    busy: 0,
    recoveries: 0,
  };
  readonly #random: SimRandom;
  readonly #trace: SimTrace;
  readonly #clock = new SimClock();
  readonly #map: ShardMap;
  readonly #fuses: CrashFuse[];
  readonly #views: DurableView[];
  readonly #book: PointBook;
  readonly #model: FrontEndModel;
  readonly #producers: SimProducer[] = [];
  readonly #actions: [name: string, weight: number, act: () => string][];
  #links: SimLink[] = [];
  #linkCount = 0;
  #process: SimProcess | undefined;

  constructor(seed: number, trace: SimTrace) {
    this.#random = new SimRandom(seed);
    this.#trace = trace;
    this.plan = makePlan(this.#random.fork());
    const { shardCount, hashKey } = this.plan;
    this.#map = new ShardMap(shardCount);
    this.#book = new PointBook(this.#random.fork());
    this.#model = new FrontEndModel(this.plan, this.#book, (value) => this.#count(value));
    this.#fuses = Array.from({ length: shardCount }, () => new CrashFuse());
    this.stores = this.#fuses.map((fuse) => new MemoryStore(fuse));
    const judge = { book: this.#book, epoch: () => this.#model.epoch };
    this.#views = this.stores.map((store, shard) => new DurableView(shard, this.#map, hashKey, store, judge));
    this.#startProcess();
    this.#makeProducers();
    const w = this.plan.weights;
    this.#actions = [
      ['produce', w.produce, () => this.#produce()],
      ['up', w.deliverUp, () => this.#deliverUp()],
      ['down', w.deliverDown, () => this.#deliverDown()],
      ['work', w.work, () => this.#work(this.#random.int(shardCount))],
      ['progress', w.progress, () => this.#deliverProgress()],
      ['advance', w.advance, () => this.#advance()],
      ['jump', w.jump, () => this.#jump()],
      ['cut', w.cut, () => this.#cut()],
      ['start shard', w.restartShard, () => this.#restartShards()],
      ['crash shard', w.crashShard, () => this.#armCrash()],
      ['crash', w.crashProcess, () => this.#crashProcess()],
      ['stop', w.stopProcess, () => this.#stopProcess()],
      ['fill', w.fillStore, () => this.#fillStore()],
      ['room', w.makeRoom, () => this.#makeRoom()],
      ['quiesce', w.quiesce, () => this.#quiesce()],
    ];
  }

  /** Takes the planned steps, lets everything settle, stops, starts, crashes and recovers, and checks all of it. */
  run(): void {
    for (let i = 0; i < this.plan.steps; i++) this.step();
    this.#finally('quiesce', () => this.#quiesce());
    this.#finally('stop', () => this.#stopProcess());
    this.#finally('start', () => this.#startProcess());
    this.#finally('produce', () => this.#produce());
    this.#finally('crash', () => this.#crashProcess());
    this.#finally('quiesce', () => this.#quiesce());
    this.counts.steps = this.#trace.step;
    this.counts.points = this.#book.size;
    for (const view of this.#views) this.counts.stored += view.rawPoints;
  }

  step(): void {
    this.#trace.step++;
    const [name, , act] = this.#actions[this.#random.weighted(this.#actions.map(([, weight]) => weight))]!;
    this.#trace.add(`${name}: ${act()}`);
  }

  #finally(name: string, act: () => string): void {
    this.#trace.step++;
    this.#trace.add(`${name}: ${act()}`);
  }

  #makeProducers(): void {
    const { plan } = this;
    const random = this.#random.fork();
    const pool = makeSeriesPool(random, plan.hashKey, plan);
    const world = { clock: this.#clock, book: this.#book, pool, plan };
    const maker = (): PointMaker => new PointMaker(random.fork(), world);
    const manner = (kind: string, i: number): ProducerManner => {
      const named = random.chance(0.7);
      return { name: `${kind}-${i}`, named, level: random.chance(0.25) ? 'memory' : 'durable' };
    };
    const connect = (name: string): SimLink => this.#connect(name);
    const { setTimer, clearTimer, outsideMs } = this.#clock;
    const host = { connect, setTimer, clearTimer, now: outsideMs, random: random.fork().next };
    for (let i = 0; i < plan.clients; i++) {
      this.#producers.push(new ClientProducer(manner('client', i), random.fork(), maker(), host));
    }
    for (let i = 0; i < plan.rowProducers; i++) {
      const modelHost = { clock: this.#clock, plan, connect };
      this.#producers.push(new ModelProducer(manner('model', i), random.fork(), maker(), modelHost));
    }
    if (!plan.hasHttp) return;
    const http = { model: this.#model, clock: this.#clock, plan, intake: () => this.#process?.http };
    this.#producers.push(new HttpProducer(random.fork(), maker(), http));
  }

  #connect(name: string): SimLink {
    const link = new SimLink(`${name}/${this.#linkCount++}`, this.#model);
    this.#links.push(link);
    return link;
  }

  #count(value: number): number {
    let count = 0;
    for (const view of this.#views) count += view.count(value);
    return count;
  }

  #produce(): string {
    const producer = this.#random.pick(this.#producers);
    return `${producer.name} makes ${producer.produce()}`;
  }

  #deliverUp(): string {
    const link = this.#pickLink((l) => l.upLength);
    if (link === undefined) return 'nothing';
    return `${link.name} ${link.deliverUp(this.#process?.behavior, this.#clock.nowMs())}`;
  }

  #deliverDown(): string {
    const link = this.#pickLink((l) => l.downLength);
    return link === undefined ? 'nothing' : `${link.name} ${link.deliverDown()}`;
  }

  #pickLink(length: (link: SimLink) => number): SimLink | undefined {
    this.#links = this.#links.filter((link) => !link.isOver);
    const waiting = this.#links.filter((link) => length(link) > 0);
    return waiting.length === 0 ? undefined : this.#random.pick(waiting);
  }

  /** A duty cycle of a shard, in which it may die. */
  #work(shard: number): string {
    const worker = this.#process?.workers[shard];
    if (worker === undefined) return `shard ${shard} is dead`;
    try {
      const worked = worker.cycle();
      if (worked > 0) checkShard(shard, this.#map, worker, this.#views[shard]!);
      return `shard ${shard} worked ${worked}${worker.isStuck ? ', is stuck' : ''}`;
    } catch (error) {
      return this.#buryShard(shard, error);
    }
  }

  #buryShard(shard: number, error: unknown): string {
    if (!(error instanceof SimCrash)) throw error;
    this.counts.shardCrashes++;
    this.#process!.workers[shard] = undefined;
    return `shard ${shard} died: ${error.message}`;
  }

  #deliverProgress(): string {
    if (this.#process === undefined || this.#process.progress === 0) return 'none';
    this.#process.onProgress();
    return `${this.#process.progress} left`;
  }

  #advance(): string {
    const ms = this.#random.pick([1, 10, 50, 300, 2_000, 20_000]);
    this.#clock.advance(ms);
    return `${ms} ms`;
  }

  #jump(): string {
    const minutes = this.#random.pick([-90, -5, -1, 1, 9, 60]);
    this.#clock.jump(minutes * 60_000);
    return `${minutes} min`;
  }

  #cut(): string {
    if (this.#links.length === 0) return 'nothing';
    const link = this.#random.pick(this.#links);
    link.cut(this.#random);
    this.counts.cuts++;
    return link.name;
  }

  /** Some shard will die within its next store calls and appends. */
  #armCrash(): string {
    const shard = this.#random.int(this.plan.shardCount);
    const ticks = this.#random.between(1, this.#random.pick([3, 10, 60]));
    this.#fuses[shard]!.arm(ticks);
    return `shard ${shard} in ${ticks} ticks`;
  }

  #restartShards(): string {
    if (this.#process === undefined) return this.#startProcess();
    const dead = this.#process.workers.flatMap((worker, shard) => (worker === undefined ? [shard] : []));
    if (dead.length === 0) return 'none is dead';
    const shard = this.#random.pick(dead);
    try {
      this.#process.startWorker(shard);
      this.#checkRecovered(shard);
      return `shard ${shard} recovered`;
    } catch (error) {
      if (error instanceof MillraceError) return `shard ${shard} can't start: ${error.code}`;
      return this.#buryShard(shard, error);
    }
  }

  #startProcess(): string {
    const { plan, stores } = this;
    const context = { plan, map: this.#map, stores, fuses: this.#fuses, clock: this.#clock };
    try {
      this.#process = new SimProcess({ ...context, session: this.#random.between(1, 2 ** 40) });
    } catch (error) {
      // A store that is full, or one more crash: the process ends at once and is started again later.
      if (!(error instanceof SimCrash || error instanceof MillraceError)) throw error;
      return `failed: ${error.message}`;
    }
    this.#model.restart(this.#views.flatMap((view) => [...view.series.texts()]));
    for (let shard = 0; shard < plan.shardCount; shard++) this.#checkRecovered(shard);
    this.#checkPoints();
    return 'started';
  }

  #checkRecovered(shard: number): void {
    this.counts.recoveries++;
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
    for (const point of this.#book.all()) {
      const count = this.#count(point.value);
      const text = (): string => `value ${point.value} of ${point.series} is there ${count} times`;
      law(count <= countMax(point), text);
      law(count > 0 || !mustBeThere(point, this.#model.epoch), text);
    }
  }

  #crashProcess(): string {
    if (this.#process === undefined) return 'is down';
    this.counts.processCrashes++;
    this.#countProcess();
    this.#model.epoch++;
    this.#process = undefined;
    for (const link of this.#links) link.crash(this.#random);
    for (const fuse of this.#fuses) fuse.disarm();
    return 'crashed';
  }

  /** A clean stop: what is in flight is settled, connections are closed, everything is stored. */
  #stopProcess(): string {
    const process = this.#process;
    if (process === undefined) return 'is down';
    if (this.stores.some((store) => store.isFull) || process.workers.includes(undefined))
      return this.#crashProcess();
    this.#disarm();
    for (let round = 0; process.isWaiting; round++) {
      law(round < QUIET_ROUNDS_MAX, 'a stop waits for ever for what is in flight');
      for (let shard = 0; shard < this.plan.shardCount; shard++) this.#work(shard);
      process.onProgress();
    }
    process.closeAll();
    process.storeAll();
    this.counts.stops++;
    this.#countProcess();
    for (const [shard, view] of this.#views.entries()) {
      checkShard(shard, this.#map, process.workers[shard]!, view);
      law(view.logValues === 0, `shard ${shard} stopped with ${view.logValues} values in its log`);
      checkRollups(this.stores[shard]!, view.runs);
      checkSpans(this.stores[shard]!, view.runs);
    }
    law(process.counters.inFlight === 0, `${process.counters.inFlight} batches are in flight after a stop`);
    this.#process = undefined;
    for (const link of this.#links) link.crash(this.#random);
    this.#checkPoints();
    return 'stopped';
  }

  #countProcess(): void {
    for (const counters of this.#process!.links.counters) this.counts.flushes += counters.get('flushes');
    this.counts.busy += this.#process!.counters.busy;
  }

  #fillStore(): string {
    const shard = this.#random.int(this.plan.shardCount);
    this.stores[shard]!.fillUp(this.#random.int(6));
    this.counts.fills++;
    return `store ${shard}`;
  }

  #makeRoom(): string {
    for (const store of this.stores) store.makeRoom();
    return 'in all stores';
  }

  #disarm(): void {
    for (const fuse of this.#fuses) fuse.disarm();
  }

  /** Nothing goes wrong for a while: everything that producers have must get through, and be there. */
  #quiesce(): string {
    this.#disarm();
    this.#makeRoom();
    let round = 0;
    while (!this.#isQuiet()) {
      law(round++ < QUIET_ROUNDS_MAX, () => `${this.#unsettled()} wait for ever`);
      this.#restartShards();
      for (const link of this.#links) {
        while (link.upLength > 0) link.deliverUp(this.#process?.behavior, this.#clock.nowMs());
      }
      // Many cycles a round: a producer that waits too long for an ACK sends all again, and a slow shard would never catch up.
      for (let i = 0; i < 20; i++)
        for (let shard = 0; shard < this.plan.shardCount; shard++) this.#work(shard);
      this.#deliverProgress();
      for (const link of this.#links) while (link.downLength > 0) link.deliverDown();
      this.#links = this.#links.filter((link) => !link.isOver);
      this.#clock.advance(25);
    }
    for (const producer of this.#producers) producer.checkSettled();
    this.#checkPoints();
    for (const [shard, view] of this.#views.entries()) {
      checkOpenState(shard, this.#process!.workers[shard]!, view);
      checkRollups(this.stores[shard]!, view.runs);
    }
    law(this.#process!.counters.inFlight === 0, 'batches are in flight though all producers are settled');
    return `after ${round} rounds`;
  }

  #isQuiet(): boolean {
    const workers = this.#process?.workers;
    if (workers === undefined || workers.some((worker) => worker === undefined || !worker.engine.isIdle))
      return false;
    if (this.#links.some((link) => link.upLength + link.downLength > 0)) return false;
    return !this.#process!.isWaiting && this.#producers.every((producer) => producer.isSettled);
  }

  #unsettled(): string {
    const producers = this.#producers.filter((producer) => !producer.isSettled).map(({ name }) => name);
    return producers.length > 0 ? producers.join(', ') : 'shards';
  }
}
