import { ClientProducer } from './client-producer.js';
import { DeleteMaker } from './delete-maker.js';
import { HttpProducer } from './http-producer.js';
import type { MemoryStore } from './memory-store.js';
import { ModelProducer } from './model-producer.js';
import { PointBook } from './point-book.js';
import { PointMaker } from './point-maker.js';
import { makeSeriesPool } from './series-pool.js';
import { SimClock } from './sim-clock.js';
import { noCounts, type SimCounts } from './sim-counts.js';
import { SimEngine } from './sim-engine.js';
import { law } from './sim-failure.js';
import { SimLink } from './sim-link.js';
import { makePlan, type SimPlan } from './sim-plan.js';
import type { ProducerManner, SimProducer } from './sim-producer.js';
import { SimRandom } from './sim-random.js';
import type { SimTrace } from './sim-trace.js';

/** Rounds after which everything that was sent must have been settled when nothing goes wrong any more. */
const QUIET_ROUNDS_MAX = 2_000;

/** Workers that a run has at most. */
const SHARDS_MAX = 6;

/**
 * Steps of a clock while nobody has anything to say, ms: no leap that retention would doubt, and some so short that of two classes
 * only one has expired behind them.
 */
const STILL_STEPS_MS = [1_000, 6_000, 15_000, 50_000];

/** Duty cycles of each shard in such a round: a producer that waits too long for an ACK sends all again, for ever. */
const QUIET_CYCLES = 20;

/**
 * One world from one seed: producers, a network, the engine's process, its disks and its clock, and a chance that decides
 * what happens next. Nothing in it happens by itself: `step` takes one step, and the laws are checked after it.
 */
export class Simulation {
  readonly plan: SimPlan;
  readonly counts: SimCounts = noCounts();
  readonly #random: SimRandom;
  readonly #trace: SimTrace;
  readonly #clock = new SimClock();
  readonly #book: PointBook;
  readonly #engine: SimEngine;
  readonly #producers: SimProducer[] = [];
  readonly #actions: readonly (readonly [name: string, weight: number, act: () => string])[];
  readonly #weights: readonly number[];
  #deletes!: DeleteMaker;
  #links: SimLink[] = [];
  #linkCount = 0;
  /** Steps for which nobody has anything to say. */
  #lullSteps = 0;
  /** The step at which somebody looks whether sweeps find what came behind the last ones. */
  #lookAtStep = Number.POSITIVE_INFINITY;

  constructor(seed: number, trace: SimTrace) {
    this.#random = new SimRandom(seed);
    this.#trace = trace;
    this.plan = makePlan(this.#random.fork());
    this.#book = new PointBook(this.#random.fork());
    const session = (): number => this.#random.between(1, 2 ** 40);
    const world = { plan: this.plan, clock: this.#clock, book: this.#book, counts: this.counts, session };
    this.#engine = new SimEngine(world);
    this.#engine.start();
    this.#makeProducers();
    const w = this.plan.weights;
    const shard = (): number => this.#random.int(this.#engine.shardCount);
    this.#actions = [
      ['produce', w.produce, () => this.#produce()],
      ['up', w.deliverUp, () => this.#deliverUp()],
      ['down', w.deliverDown, () => this.#deliverDown()],
      ['work', w.work, () => this.#engine.work(shard())],
      ['progress', w.progress, () => this.#engine.deliverProgress()],
      ['advance', w.advance, () => this.#advance()],
      ['jump', w.jump, () => this.#jump()],
      ['cut', w.cut, () => this.#cut()],
      ['flush', w.flush, () => this.#engine.ask({ kind: 'flush' })],
      ['sweep', w.sweep, () => this.#engine.ask({ kind: 'sweep' })],
      ['delete', w.remove, () => this.#delete()],
      ['repair', w.repair, () => this.#repair()],
      ['start', w.restartShard, () => this.#engine.restart((dead) => this.#random.pick(dead))],
      ['arm', w.crashShard, () => this.#arm(shard())],
      ['crash', w.crashProcess, () => this.#end(this.#engine.crash())],
      ['stop', w.stopProcess, () => this.#end(this.#engine.stop())],
      ['fill', w.fillStore, () => this.#fillStore(shard())],
      ['heal', w.makeRoom, () => this.#heal()],
      ['quiesce', w.quiesce, () => this.#quiesce()],
      ['look', w.look, () => this.#settle(() => this.#sweepAll())],
      ['workers', w.changeWorkers, () => this.#changeWorkers()],
      ['snapshot', w.snapshot, () => this.#engine.takeSnapshot()],
      ['restore', w.restore, () => this.#restore()],
    ];
    this.#weights = this.#actions.map(([, weight]) => weight);
  }

  get stores(): readonly MemoryStore[] {
    return this.#engine.stores;
  }

  /** Takes the planned steps, lets everything settle, stops, starts, crashes and recovers, and checks all of it. */
  run(): void {
    for (let i = 0; i < this.plan.steps; i++) this.step();
    this.#take('quiesce', () => this.#quiesce());
    // Whoever comes back is told what is durable, however it was acknowledged.
    this.#take('cut all', () => this.#links.map((link) => link.cut(this.#random)).length.toString());
    this.#take('quiesce', () => this.#quiesce());
    this.#take('stop', () => this.#end(this.#engine.stop()));
    this.#take('workers', () => this.#changeWorkers());
    this.#take('start', () => this.#engine.start());
    this.#lullSteps = 0;
    this.#take('produce', () => this.#produce());
    this.#take('crash', () => this.#end(this.#engine.crash()));
    this.#take('quiesce', () => this.#quiesce());
    this.counts.steps = this.#trace.step;
    this.counts.points = this.#book.size;
    this.counts.stored = this.#engine.storedPoints;
    Object.assign(this.counts, this.#engine.figures);
  }

  step(): void {
    if (this.#trace.step >= this.#lookAtStep) {
      this.#lookAtStep = Number.POSITIVE_INFINITY;
      this.#take('look', () => this.#settle(() => this.#sweepAll()));
      return;
    }
    const [name, , act] = this.#actions[this.#random.weighted(this.#weights)]!;
    this.#take(name, act);
  }

  #take(name: string, act: () => string): void {
    this.#trace.step++;
    this.#trace.add(`${name}: ${act()}`);
  }

  #makeProducers(): void {
    const { plan } = this;
    const random = this.#random.fork();
    const pool = makeSeriesPool(random, plan.hashKey, plan);
    this.#deletes = new DeleteMaker(random.fork(), this.#clock, pool);
    const world = { clock: this.#clock, book: this.#book, pool, plan };
    const maker = (): PointMaker => new PointMaker(random.fork(), world);
    const manner = (name: string): ProducerManner => ({
      name,
      named: random.chance(0.7),
      level: random.chance(0.35) ? 'memory' : 'durable',
      backfill: random.chance(0.3),
    });
    const connect = (name: string): SimLink => this.#connect(name);
    const { setTimer, clearTimer, outsideMs } = this.#clock;
    const host = { connect, setTimer, clearTimer, now: outsideMs, random: random.fork().next };
    for (let i = 0; i < plan.clients; i++) {
      this.#producers.push(new ClientProducer(manner(`client-${i}`), random.fork(), maker(), host));
    }
    const modelHost = {
      clock: this.#clock,
      plan,
      connect,
      hasGoneBack: () => this.#engine.model.hasGoneBack,
    };
    for (let i = 0; i < plan.rowProducers; i++) {
      this.#producers.push(new ModelProducer(manner(`model-${i}`), random.fork(), maker(), modelHost));
    }
    if (!plan.hasHttp) return;
    const http = { model: this.#engine.model, clock: this.#clock, plan, intake: () => this.#engine.http };
    this.#producers.push(new HttpProducer(random.fork(), maker(), http));
  }

  /** Now and then all is still for a while: a flush that nothing disturbs meets other laws than one under load. */
  #isLull(): boolean {
    if (this.#lullSteps === 0 && this.#random.chance(0.02)) this.#lullSteps = this.#random.between(10, 40);
    else this.#lullSteps = Math.max(0, this.#lullSteps - 1);
    return this.#lullSteps > 0;
  }

  #connect(name: string): SimLink {
    const link = new SimLink(`${name}/${this.#linkCount++}`, this.#engine.model);
    this.#links.push(link);
    return link;
  }

  #produce(): string {
    if (this.#isLull()) return 'lull';
    const producer = this.#random.pick(this.#producers);
    return `${producer.name} makes ${producer.produce()}`;
  }

  #deliverUp(): string {
    if (this.#isLull()) return 'lull';
    const link = this.#pickLink((l) => l.upLength);
    return link === undefined ? 'nothing' : `${link.name} ${this.#deliverUpOf(link)}`;
  }

  #deliverUpOf(link: SimLink): string {
    return link.deliverUp(this.#engine.behavior, this.#clock.nowMs());
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

  #advance(): string {
    const ms = this.#random.pick([1, 10, 50, 300, 2_000, 20_000]);
    this.#clock.advance(ms);
    return `${ms} ms`;
  }

  /** A shard will die soon: often one that is at work on a delete, which another worker has to finish then. */
  #arm(any: number): string {
    const { deleting } = this.#engine;
    const shard = deleting.length > 0 && this.#random.chance(0.7) ? this.#random.pick(deleting) : any;
    return this.#engine.armCrash(shard, this.#random.size(this.#random.pick([3, 10, 60])));
  }

  /** Somebody deletes, and now and then a shard dies over it. */
  #delete(): string {
    const how = this.#engine.remove(this.#deletes.make(this.#book.tick()));
    if (this.plan.weights.crashShard === 0 || this.#random.chance(0.6)) return how;
    const shard = this.#random.int(this.#engine.shardCount);
    return `${how}; ${this.#engine.armCrash(shard, this.#random.size(this.#random.pick([20, 100, 400])))}`;
  }

  /** Somebody lets cells be made anew; nothing may change, but where a tier has lost more than the finer one. */
  #repair(): string {
    const tier = this.#random.pick([undefined, 1, 2, 3, 4]);
    return this.#engine.ask({ kind: 'rewrite', request: { kind: 'repair', tier, ...this.#deletes.range() } });
  }

  #jump(): string {
    const minutes = this.#random.pick([-90, -60, -5, -0.5, 1, 9, 60, 24 * 60]);
    // What sweeps have looked for when a clock is set back is to be looked for again, with what came meanwhile.
    const isSwept = minutes < 0 && this.#random.chance(0.7);
    if (isSwept) this.#settle(() => this.#engine.sweepAll());
    if (isSwept) this.#lookAtStep = this.#trace.step + this.#random.between(5, 40);
    this.#clock.jump(minutes * 60_000);
    return `${minutes} min${isSwept ? ', behind a sweep' : ''}`;
  }

  #cut(): string {
    if (this.#links.length === 0) return 'nothing';
    const link = this.#random.pick(this.#links);
    link.cut(this.#random);
    this.counts.cuts++;
    return link.name;
  }

  /** The process has ended: so have its ends of all connections. */
  #end(how: string): string {
    if (this.#engine.behavior === undefined) for (const link of this.#links) link.crash(this.#random);
    return how;
  }

  /** Somebody stops the engine, or it has died, and it is started with another number of workers; power may go meanwhile. */
  #changeWorkers(): string {
    const lines = [this.#end(this.#random.chance(0.6) ? this.#engine.stop() : this.#engine.crash())];
    const shards = this.#random.between(1, SHARDS_MAX);
    do lines.push(this.#engine.changeWorkers(shards, this.#copyTicks()));
    while (lines.at(-1)!.startsWith('cut short') && this.#random.chance(0.6));
    return lines.join('; ');
  }

  /** Somebody has lost the data, or wants it as it was; power may go meanwhile. */
  #restore(): string {
    if (!this.#engine.hasSnapshot) return 'there is no backup';
    const lines = [this.#end(this.#random.chance(0.3) ? this.#engine.stop() : this.#engine.crash())];
    do lines.push(this.#engine.restoreSnapshot(this.#copyTicks()));
    while (lines.at(-1)!.startsWith('cut short') && this.#random.chance(0.6));
    return lines.join('; ');
  }

  /** When the power goes that a copy needs: often never. */
  #copyTicks(): number {
    if (this.#random.chance(0.4)) return Number.POSITIVE_INFINITY;
    return this.#random.size(this.#random.pick([10, 100, 1_000]));
  }

  #fillStore(shard: number): string {
    this.stores[shard]!.fillUp(this.#random.int(6));
    this.counts.fills++;
    return `store ${shard}`;
  }

  #heal(): string {
    for (const store of this.stores) store.makeRoom();
    return 'all stores';
  }

  /** Nothing goes wrong for a while: everything that producers have must get through, and be there. */
  #quiesce(): string {
    return this.#settle(() => {
      if (this.#random.chance(0.5)) this.#sweepAll();
    });
  }

  /** Sweeps, often once more behind it: what one has left because it was not over is found by the next. */
  #sweepAll(): void {
    for (let left = this.#random.between(1, 2); left > 0; left--) {
      if (this.#random.chance(0.5)) this.#engine.flushAll();
      this.#pass();
      this.#engine.sweepAll();
    }
  }

  /** Some minutes pass in which nobody has anything to say, and what is kept for a short time gets old. */
  #pass(): void {
    const steps = this.#random.pick([0, 1, 2, 5]);
    const stepMs = this.#random.pick(STILL_STEPS_MS);
    for (let i = 0; i < steps; i++) {
      this.#clock.advance(stepMs);
      for (let shard = 0; shard < this.#engine.shardCount; shard++) this.#engine.work(shard);
    }
  }

  /** Settles everything, and then, with all quiet, does something that changes nothing of what was sent. */
  #settle(act: () => void): string {
    this.#engine.heal();
    let round = 0;
    for (; !this.#isQuiet(); round++) {
      law(round < QUIET_ROUNDS_MAX, () => `${this.#unsettled()} wait for ever`);
      this.#engine.restart((dead) => dead[0]!);
      for (const link of this.#links) while (link.upLength > 0) this.#deliverUpOf(link);
      for (let i = 0; i < QUIET_CYCLES; i++) {
        for (let shard = 0; shard < this.#engine.shardCount; shard++) this.#engine.work(shard);
      }
      this.#engine.deliverProgress();
      for (const link of this.#links) while (link.downLength > 0) link.deliverDown();
      this.#links = this.#links.filter((link) => !link.isOver);
      this.#clock.advance(25);
    }
    for (const producer of this.#producers) producer.checkSettled();
    this.#engine.checkQuiet();
    act();
    this.#engine.checkQuiet();
    return `after ${round} rounds`;
  }

  #isQuiet(): boolean {
    if (!this.#engine.isIdle || this.#links.some((link) => link.upLength + link.downLength > 0)) return false;
    return this.#producers.every((producer) => producer.isSettled);
  }

  #unsettled(): string {
    const producers = this.#producers.filter((producer) => !producer.isSettled).map(({ name }) => name);
    return producers.length > 0 ? producers.join(', ') : 'shards';
  }
}
