import { TABLE_FRESH } from '../../store/store-layout.js';
import { type CompactionEvents, CompactionJob } from './compaction-job.js';
import type { JobHost } from './job-host.js';
import type { Stretch } from './segment-output.js';
import { type Layer, layersOf, listTable, splitByNumbers } from './segment-ref.js';
import type { JobSource, ShardLoad, StoreJob } from './store-job.js';

/** Steps in a cycle of a busy shard whose fresh points are near their hard bound. */
const BUSY_STEPS_MAX = 6;

/** What of one group is to be compacted next: sets of layers that have no series in common. */
interface GroupPlan {
  local: number;
  sets: Layer[][];
  generation: number;
}

/**
 * Says when and what to compact.
 *
 * An idle shard compacts a group that has enough fresh generations, or whose oldest is old; where series have few fresh points
 * each it waits longer, because every series costs five runs whatever they hold. A busy shard compacts nothing until it has many
 * fresh points, then the more the more there are; beyond the hard bound it takes no entries until it has.
 */
export class CompactionSource implements JobSource {
  readonly #host: JobHost;
  readonly #events: CompactionEvents;
  /** Flushed generations of which some group may have fresh segments, ascending. */
  #flushed: { generation: number; flushedMs: number }[] = [];
  /** By group: the generation up to which all that can be is compacted. */
  readonly #compacted: number[];
  /** By group: the generation up to which somebody wants all compacted, ripe or not. */
  readonly #wanted: number[];
  /** By group: the generation behind which nothing may be compacted while a delete is under way. */
  #held: readonly number[];
  /** By group: fresh points that are in quarantine. */
  readonly #stuck: number[];
  #plan: GroupPlan | undefined;
  #isWantedTurn = false;
  /** A job of the plan gave up: what it left can be compacted without the segment that it met. */
  #mustPlanAgain = false;
  /** What has been compacted since the shard began. */
  jobs = 0;
  points = 0;
  #isBegun = false;

  /** `touched` is told what compactions have added to. */
  constructor(host: JobHost, touched: (local: number, stretches: readonly Stretch[]) => void) {
    this.#host = host;
    this.#events = {
      onDone: (points, local, stretches) => {
        this.jobs++;
        this.points += points;
        touched(local, stretches);
      },
      onGiveUp: () => {
        this.#mustPlanAgain = true;
      },
    };
    const groups = host.books.groups.length;
    this.#compacted = new Array<number>(groups).fill(0);
    this.#stuck = new Array<number>(groups).fill(0);
    this.#wanted = new Array<number>(groups).fill(0);
    this.#held = new Array<number>(groups).fill(Number.POSITIVE_INFINITY);
  }

  /**
   * Lets everything up to these generations, which are in blocks, be compacted next, ripe or not; by group, -1: nothing. Answers
   * whether that is done, or can't be.
   */
  hasCompacted(generations: readonly number[]): boolean {
    generations.forEach((generation, local) => {
      this.#wanted[local] = Math.max(this.#wanted[local]!, generation);
    });
    return this.#wantedGroup() === undefined;
  }

  /** Leaves what is behind these generations fresh, by group; Infinity: nothing. */
  hold(generations: readonly number[]): void {
    this.#held = generations;
  }

  /** The generation up to which a group may be compacted. */
  #compactable(local: number): number {
    return Math.min(this.#host.books.durableGeneration(local), this.#held[local]!);
  }

  /** Whether some jobs of a plan are still to come: of their generations a part is in the tiers and a part is fresh. */
  get hasPlan(): boolean {
    return this.#plan !== undefined;
  }

  #wantedGroup(): number | undefined {
    for (let local = 0; local < this.#wanted.length; local++) {
      if (this.#wanted[local]! > this.#compacted[local]! && this.#hasFresh(local)) return local;
    }
    return undefined;
  }

  /** A generation is in blocks: its segments are fresh. */
  flushed(generation: number, nowMs: number): void {
    this.#flushed.push({ generation, flushedMs: nowMs });
  }

  next(nowMs: number, load: ShardLoad): StoreJob | undefined {
    if (!this.#isBegun) this.#begin(nowMs);
    const isPressing = this.#freshPoints() > this.#host.bounds.pointsSoft;
    const wanted = this.#wantedGroup();
    if (load !== 'idle' && !isPressing && wanted === undefined) return undefined;
    if (this.#plan === undefined) {
      // In turn: the fullest group may be another one for ever, and somebody waits for the wanted one.
      this.#isWantedTurn = !this.#isWantedTurn;
      const local =
        isPressing && !(this.#isWantedTurn && wanted !== undefined)
          ? this.#fullest()
          : (wanted ?? this.#ripest(nowMs));
      if (local === undefined) return undefined;
      this.#plan = this.#makePlan(local);
    }
    const job = this.#nextJob(this.#plan);
    if (job === undefined) this.#endPlan(this.#plan, load);
    return job;
  }

  stepsWhenBusy(): number {
    const { pointsSoft, pointsHard } = this.#host.bounds;
    const beyond = (this.#freshPoints() - pointsSoft) / (pointsHard - pointsSoft);
    if (beyond <= 0) return this.#wantedGroup() === undefined ? 0 : 1;
    return 1 + Math.floor(Math.min(1, beyond) * (BUSY_STEPS_MAX - 1));
  }

  /** Whether so much is fresh that the shard must take no more before it has compacted, or what holds compactions is over. */
  get isOverdue(): boolean {
    if (this.#freshPoints() <= this.#host.bounds.pointsHard) return false;
    return this.#fullest() !== undefined || this.#held.some((generation) => Number.isFinite(generation));
  }

  /** What was fresh when the shard began counts as flushed then. */
  #begin(nowMs: number): void {
    this.#isBegun = true;
    const { books } = this.#host;
    books.groups.forEach((_, local) => {
      if (books.freshPoints(local) === 0) return;
      const storedGeneration = books.durableGeneration(local);
      const known = this.#flushed.some(({ generation }) => generation === storedGeneration);
      if (!known) this.#flushed.push({ generation: storedGeneration, flushedMs: nowMs });
    });
    this.#flushed.sort((a, b) => a.generation - b.generation);
  }

  #freshOf(local: number): number {
    return Math.max(0, this.#host.books.freshPoints(local) - this.#stuck[local]!);
  }

  #freshPoints(): number {
    let points = 0;
    for (let local = 0; local < this.#stuck.length; local++) points += this.#freshOf(local);
    return points;
  }

  #fullest(): number | undefined {
    let fullest: number | undefined;
    for (let local = 0; local < this.#stuck.length; local++) {
      if (!this.#hasFresh(local)) continue;
      if (fullest === undefined || this.#freshOf(local) > this.#freshOf(fullest)) fullest = local;
    }
    return fullest;
  }

  /** Whether the group has flushed generations, whole ones, that no compaction has looked at. */
  #hasFresh(local: number): boolean {
    return this.#compactable(local) > this.#compacted[local]! && this.#freshOf(local) > 0;
  }

  /** The first group that is ripe for a compaction. */
  #ripest(nowMs: number): number | undefined {
    if (this.#flushed.length === 0) return undefined;
    for (let local = 0; local < this.#stuck.length; local++) {
      if (this.#hasFresh(local) && this.#isRipe(local, nowMs)) return local;
    }
    return undefined;
  }

  #isRipe(local: number, nowMs: number): boolean {
    const { bounds, map, shard, groupSeries } = this.#host;
    const stored = this.#compactable(local);
    let generations = 0;
    let ageMs = 0;
    for (const { generation, flushedMs } of this.#flushed) {
      if (generation <= this.#compacted[local]! || generation > stored) continue;
      if (generations++ === 0) ageMs = nowMs - flushedMs;
    }
    if (generations >= bounds.generationsMax || ageMs >= bounds.ageMsMax) return true;
    if (generations < bounds.generationsMin && ageMs < bounds.quietMs) return false;
    const series = Math.max(1, groupSeries(map.firstGroup(shard) + local));
    return this.#freshOf(local) >= series * bounds.seriesPoints;
  }

  #makePlan(local: number): GroupPlan {
    const { store, map, shard, quarantine } = this.#host;
    const generation = this.#compactable(local);
    const all = listTable(store, map.firstGroup(shard) + local, TABLE_FRESH, quarantine);
    // The flush writes those above, or something holds them back.
    const whole = all.filter((segment) => segment.generation <= generation);
    return { local, generation, sets: splitByNumbers(whole).map(layersOf) };
  }

  #nextJob(plan: GroupPlan): StoreJob | undefined {
    while (plan.sets.length > 0) {
      const layers = this.#cut(plan.sets[0]!);
      if (plan.sets[0]!.length === 0) plan.sets.shift();
      if (layers.length > 0) return new CompactionJob(this.#host, plan.local, layers, this.#events);
    }
    return undefined;
  }

  /** Takes the oldest layers, at least one, as many as one job may have. */
  #cut(layers: Layer[]): Layer[] {
    const { store, bounds } = this.#host;
    let bytes = 0;
    let count = 0;
    for (; count < layers.length && count < bounds.generationsMax; count++) {
      for (const { key } of layers[count]!.segments) bytes += store.get(key)?.length ?? 0;
      if (count > 0 && bytes > bounds.jobBytes) break;
    }
    return layers.splice(0, count);
  }

  /** All jobs of the plan have been given out, and the last one is done. What is still fresh of it can't be compacted. */
  #endPlan({ local, generation }: GroupPlan, load: ShardLoad): void {
    this.#plan = undefined;
    if (this.#mustPlanAgain) {
      this.#mustPlanAgain = false;
      return;
    }
    this.#compacted[local] = generation;
    const oldest = Math.min(...this.#compacted);
    this.#flushed = this.#flushed.filter((each) => each.generation > oldest);
    const { books } = this.#host;
    // While a flush runs, some of the fresh points are its own.
    const isAll = load === 'idle' && books.durableGeneration(local) === generation;
    if (isAll) this.#stuck[local] = books.freshPoints(local);
  }
}
