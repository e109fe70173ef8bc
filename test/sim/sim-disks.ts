import { ShardMap } from '../../native-free-core/series/refs.js';
import { MillraceError } from '../../src/errors.js';
import { ALL_KEYS, type CopySteps, copyPairs } from '../../src/upkeep/copy-pairs.js';
import { moveGroups } from '../../src/upkeep/move-groups.js';
import { storeLogOf } from '../../src/upkeep/store-log.js';
import { CrashFuse, SimCrash } from './crash-fuse.js';
import { DurableView, type ViewTruth } from './durable-view.js';
import { Keeping } from './keeping.js';
import { MemoryStore } from './memory-store.js';
import { checkMoved } from './moved-check.js';
import type { PointBook } from './point-book.js';
import type { SimClock } from './sim-clock.js';
import type { BegunDelete } from './sim-delete.js';
import { law } from './sim-failure.js';
import type { SimPlan } from './sim-plan.js';
import { createMemory } from './sim-process.js';

/** What the disks are part of. */
interface DisksWorld {
  readonly plan: SimPlan;
  readonly clock: SimClock;
  readonly book: PointBook;
  /** Counts crashes of the process. */
  epoch(): number;
}

/** Stores that are to take the place of others, when they are whole. */
interface Moving {
  readonly to: ShardMap;
  readonly stores: readonly MemoryStore[];
  /** What the sources were when it was begun. */
  readonly plan: string;
}

/** What the folder held at one moment. */
export interface SavedDisks {
  readonly shards: readonly { readonly store: MemoryStore; readonly truth: ViewTruth }[];
}

/** What the laws have counted, over all disks that there were. */
export interface DiskFigures {
  deletes: number;
  resumed: number;
  expired: number;
  sweptBySize: number;
}

/**
 * The data folder: a store for each shard, and the view of it. No process runs when it changes as a whole, to another number of
 * shards or to what a backup has; both copy step by step, may be cut short at any of them, and are what they were until all is there.
 */
export class SimDisks {
  map: ShardMap;
  stores: readonly MemoryStore[];
  fuses: readonly CrashFuse[];
  views: readonly DurableView[];
  readonly #world: DisksWorld;
  readonly #past: DiskFigures = { deletes: 0, resumed: 0, expired: 0, sweptBySize: 0 };
  #moving: Moving | undefined;

  constructor(world: DisksWorld) {
    this.#world = world;
    this.map = new ShardMap(world.plan.shardCount);
    this.stores = emptyStores(this.map);
    this.fuses = this.stores.map(({ fuse }) => fuse);
    this.views = this.#viewsOf(this.map, this.stores);
  }

  get shardCount(): number {
    return this.stores.length;
  }

  get figures(): DiskFigures {
    const { deletes, resumed, sweptBySize } = this.#past;
    const sum = (of: (view: DurableView) => number): number => this.views.reduce((all, v) => all + of(v), 0);
    return {
      deletes: deletes + sum((view) => view.deletes.finished),
      resumed: resumed + sum((view) => view.deletes.resumed),
      expired: sum((view) => view.losses.points),
      sweptBySize: sweptBySize + sum((view) => view.losses.bySize),
    };
  }

  /**
   * Gives the data to another number of shards, as changeWorkers does it in files. Power goes at the `ticks`-th tick, of all of
   * them: what is copied by then is gone on with, unless somebody wrote to the folder meanwhile.
   */
  changeWorkers(shards: number, ticks: number): string {
    if (shards === this.shardCount) return `are ${shards}`;
    const cut = runUntil(ticks, (fuse) => {
      for (const shard of this.stores.keys()) this.#storeLog(shard, fuse);
      const { to, stores } = this.#takeUp(shards);
      for (const [shard, store] of stores.entries()) {
        store.fuse.join(fuse);
        takeAll(moveGroups(this, { map: to, shard, store }, this.#world.plan.copyStep));
        store.fuse.join(undefined);
      }
    });
    if (cut !== undefined) return cut;
    const { to, stores } = this.#moving!;
    checkMoved(this, { to, stores });
    const from = this.shardCount;
    const truths = this.views.map((view) => view.freeze());
    this.#replace(to, stores, truths);
    return `from ${from} to ${shards}`;
  }

  /** Puts what was saved in the place of everything, as restoreFolder does it. Cut short, it leaves all as it was. */
  restore({ shards }: SavedDisks, ticks: number, onDone: () => void): string {
    const map = new ShardMap(shards.length);
    const stores = emptyStores(map);
    const cut = runUntil(ticks, (fuse) => {
      for (const [shard, { store }] of shards.entries()) {
        stores[shard]!.fuse.join(fuse);
        takeAll(copyPairs(store, stores[shard]!, ALL_KEYS, this.#world.plan.copyStep));
        stores[shard]!.fuse.join(undefined);
      }
    });
    if (cut !== undefined) return cut;
    onDone();
    this.#replace(
      map,
      stores,
      shards.map(({ truth }) => truth),
    );
    return `restored ${shards.length} shards`;
  }

  /** Reads what was saved, as a restore would find it; answers how often it holds each value. */
  read({ shards }: SavedDisks): (value: number) => number {
    const map = new ShardMap(shards.length);
    const stores = shards.map(({ store }) => store);
    const views = this.#viewsOf(map, stores);
    for (const [shard, view] of views.entries()) view.adopt([shards[shard]!.truth]);
    return (value) => views.reduce((count, view) => count + view.count(value), 0);
  }

  #storeLog(shard: number, fuse: CrashFuse): void {
    const { plan, clock } = this.#world;
    const { map } = this;
    const store = this.stores[shard]!;
    store.fuse.join(fuse);
    const { keeping } = this.views[shard]!;
    keeping.begin();
    keeping.observe(clock.nowMs());
    const { bounds, times } = plan;
    const memory = () => createMemory({ plan, map }, shard);
    const options = () => ({ shard, map, memory: memory(), bounds, retention: times.retention });
    const findings = storeLogOf(store, options, clock);
    law(findings.length === 0, () => `a change of workers found ${JSON.stringify(findings)}`);
    store.fuse.join(undefined);
    const { log } = this.views[shard]!;
    law(log.size === 0, `shard ${shard} has ${log.size} values in its log before its groups move`);
  }

  #takeUp(shards: number): Moving {
    const plan = `${shards} from ${this.stores.map(({ transactions }) => transactions).join()}`;
    if (this.#moving?.plan === plan) return this.#moving;
    const to = new ShardMap(shards);
    this.#moving = { to, stores: emptyStores(to), plan };
    return this.#moving;
  }

  #replace(map: ShardMap, stores: readonly MemoryStore[], truths: readonly ViewTruth[]): void {
    const { deletes, resumed, sweptBySize } = this.figures;
    Object.assign(this.#past, { deletes, resumed, sweptBySize });
    const [{ sabotage }] = this.stores as [MemoryStore];
    const views = this.#viewsOf(map, stores);
    for (const view of views) view.adopt(truths);
    for (const { begun } of truths) for (const each of begun) checkTakenAlong(each, views);
    this.#moving = undefined;
    for (const store of stores) store.sabotage = sabotage;
    this.map = map;
    this.stores = stores;
    this.fuses = stores.map(({ fuse }) => fuse);
    this.views = views;
  }

  #viewsOf(map: ShardMap, stores: readonly MemoryStore[]): DurableView[] {
    const { plan, book, epoch } = this.#world;
    return stores.map((store, shard) => {
      const keeping = new Keeping(plan.times.retention, plan.tierBytesMax);
      return new DurableView(shard, map, plan.hashKey, store, { book, keeping, epoch });
    });
  }
}

const emptyStores = (map: ShardMap): MemoryStore[] =>
  Array.from({ length: map.shardCount }, () => new MemoryStore(new CrashFuse()));

function takeAll(steps: CopySteps): void {
  for (const _ of steps);
}

/** Power goes at the `ticks`-th tick. Answers how it was cut short; undefined when it was not. */
function runUntil(ticks: number, act: (fuse: CrashFuse) => void): string | undefined {
  const fuse = new CrashFuse();
  fuse.arm(ticks);
  try {
    act(fuse);
    return undefined;
  } catch (error) {
    if (!(error instanceof SimCrash || error instanceof MillraceError)) throw error;
    return `cut short ${error.message}`;
  }
}

/** A delete that was begun is begun in whichever shard has each of its groups now, and in no other. */
function checkTakenAlong({ wanted, begunAt, groups }: BegunDelete, views: readonly DurableView[]): void {
  for (const group of groups) {
    const heirs = views.filter(({ deletes }) => {
      return deletes.allBegun.some(
        (each) => each.wanted === wanted && each.begunAt === begunAt && each.groups.has(group),
      );
    });
    law(heirs.length === 1, `a delete that was begun in group ${group} is begun in ${heirs.length} shards`);
  }
}
