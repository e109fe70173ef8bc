import { windowStartOf } from '../../../native-free-core/cell/window-start.js';
import { JOB_SHARE } from '../../../native-free-core/limits.js';
import { parseSegmentKey, segmentSeekKey, tableEnd, tableKey } from '../../store/keys.js';
import { TIER_TABLES } from '../../store/tier-tables.js';
import type { JobHost } from './job-host.js';
import { MergeJob } from './merge-job.js';
import { chooseMerge } from './merge-policy.js';
import type { Stretch } from './segment-output.js';
import { type Layer, layersOf, listSegments, splitByNumbers } from './segment-ref.js';
import type { JobSource, ShardLoad, StoreJob } from './store-job.js';

/** Segments that were added to one stretch since it was looked at for merges. */
interface Touched extends Stretch {
  local: number;
  /** Compactions that added to it since it was looked at. */
  additions: number;
  touchedMs: number;
  /** Sets of series below this number have been looked at. */
  nextNumber: number;
}

/** How often stretches that are over are looked for, ms. */
const COLD_CHECK_MS = 1_000;

/**
 * Finds small neighbouring layers to merge: in the stretches that compactions have added to, and, since a shard that began
 * knows of none, once in all that there are. When a stretch is over and nothing was added for a while, what is small in it is merged
 * for good. An idle shard merges; a busy one only when so many layers have gathered that readers would feel it.
 */
export class MergeSource implements JobSource {
  readonly share = JOB_SHARE;
  /** Merges done since the shard began. */
  jobs = 0;
  readonly #host: JobHost;
  readonly #isHeldUp: () => boolean;
  readonly #touched = new Map<string, Touched>();
  readonly #onDone = (): void => {
    this.jobs++;
  };
  /** Where the first look at everything is; undefined when it is over. */
  #first: { local: number; tier: number; fromMs: number } | undefined = {
    local: 0,
    tier: 0,
    fromMs: Number.NEGATIVE_INFINITY,
  };
  #nowMs = 0;
  #nextColdMs = Number.NEGATIVE_INFINITY;

  /** `isHeldUp`: whether nothing may be merged at the moment. */
  constructor(host: JobHost, isHeldUp: () => boolean = () => false) {
    this.#host = host;
    this.#isHeldUp = isHeldUp;
  }

  /** Segments were added to these stretches of a group. */
  touch(local: number, stretches: readonly Stretch[]): void {
    for (const { tier, startMs } of stretches) this.#touch(local, tier, startMs, 1);
  }

  #touch(local: number, tier: number, startMs: number, additions: number): void {
    const name = `${local}/${tier}/${startMs}`;
    const known = this.#touched.get(name);
    if (known === undefined)
      this.#touched.set(name, { local, tier, startMs, additions, touchedMs: this.#nowMs, nextNumber: 0 });
    else {
      known.additions += additions;
      known.touchedMs = this.#nowMs;
    }
  }

  next(nowMs: number, load: ShardLoad): StoreJob | undefined {
    this.#nowMs = nowMs;
    if (this.#isHeldUp()) return undefined;
    for (const touched of this.#touched.values()) {
      if (touched.additions < (load === 'idle' ? 1 : this.#pressing)) continue;
      const { additions } = touched;
      const job = this.#look(touched, false);
      if (job !== undefined) return job;
      // One set a call: looking at all of them could take long.
      if (touched.nextNumber > 0) return undefined;
      touched.additions -= additions;
    }
    if (load !== 'idle') return undefined;
    this.#lookOn();
    return this.#nextCold(nowMs);
  }

  stepsWhenBusy(): number {
    for (const { additions } of this.#touched.values()) if (additions >= this.#pressing) return 1;
    return 0;
  }

  /** Additions to one stretch from which on it is merged though the shard is busy. */
  get #pressing(): number {
    return 4 * this.#host.bounds.mergeLayers;
  }

  #nextCold(nowMs: number): StoreJob | undefined {
    // A clock that was set back must not hold this up for long.
    if (nowMs < this.#nextColdMs && nowMs > this.#nextColdMs - 2 * COLD_CHECK_MS) return undefined;
    const { coldMs } = this.#host.bounds;
    for (const [name, touched] of this.#touched) {
      const endMs = touched.startMs + TIER_TABLES[touched.tier]!.stretchMs;
      if (nowMs < Math.max(touched.touchedMs, endMs) + coldMs) continue;
      const job = this.#look(touched, true);
      if (job !== undefined) return job;
      if (touched.nextNumber > 0) return undefined;
      this.#touched.delete(name);
    }
    this.#nextColdMs = nowMs + COLD_CHECK_MS;
    return undefined;
  }

  /**
   * Looks at the next set of a stretch, all of whose segments lie in one range of keys, that has layers enough. Answers a job,
   * after which the same set is looked at again; `nextNumber` is 0 when no set is left.
   */
  #look(touched: Touched, isCold: boolean): StoreJob | undefined {
    const { local, tier, startMs } = touched;
    const { store, map, shard, quarantine, bounds } = this.#host;
    const group = map.firstGroup(shard) + local;
    const { table, stretchMs } = TIER_TABLES[tier]!;
    const start = segmentSeekKey(group, table, startMs);
    const end = segmentSeekKey(group, table, startMs + stretchMs);
    for (const set of splitByNumbers(listSegments(store, start, end, quarantine))) {
      if (set[0]!.firstNumber < touched.nextNumber) continue;
      const layers = layersOf(set);
      if (layers.length < (isCold ? 2 : bounds.mergeLayers)) continue;
      const choice = chooseMerge(
        layers.map((layer) => this.#bytesOf(layer)),
        bounds,
        isCold,
      );
      if (choice === undefined) {
        touched.nextNumber = Math.max(...set.map(({ lastNumber }) => lastNumber)) + 1;
        return undefined;
      }
      const plan = { local, tier, layers: layers.slice(choice.from, choice.to) };
      return new MergeJob(this.#host, plan, this.#onDone);
    }
    touched.nextNumber = 0;
    return undefined;
  }

  /** About as many bytes as a layer has: all its segments but the last are as long as they should be. */
  #bytesOf({ segments }: Layer): number {
    const last = this.#host.store.get(segments.at(-1)!.key)?.length ?? 0;
    return (segments.length - 1) * this.#host.bounds.segmentBytes + last;
  }

  /** The first look at everything: one stretch of one table at a time. */
  #lookOn(): void {
    const at = this.#first;
    if (at === undefined) return;
    const { store, map, shard, books } = this.#host;
    const { table, stretchMs } = TIER_TABLES[at.tier]!;
    const group = map.firstGroup(shard) + at.local;
    const from =
      at.fromMs === Number.NEGATIVE_INFINITY
        ? tableKey(group, table)
        : segmentSeekKey(group, table, at.fromMs);
    let lastMs: number | undefined;
    store.forEachKey(from, tableEnd(group, table), (key) => {
      lastMs = parseSegmentKey(key).endMs;
      return false;
    });
    if (lastMs !== undefined) {
      const startMs = windowStartOf(lastMs, stretchMs);
      this.#touch(at.local, at.tier, startMs, 1);
      at.fromMs = startMs + stretchMs;
      return;
    }
    at.fromMs = Number.NEGATIVE_INFINITY;
    at.tier = (at.tier + 1) % TIER_TABLES.length;
    if (at.tier === 0 && ++at.local === books.groups.length) this.#first = undefined;
  }
}
