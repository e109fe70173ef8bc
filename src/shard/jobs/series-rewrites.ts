import { JOB_SHARE, SERIES_PAGE_LENGTH } from '../../../native-free-core/limits.js';
import { deletionEdits, repairEdits, type SeriesSlice } from '../../../native-free-core/tier/slice-edits.js';
import type { LabelMatcher } from '../../http/ports.js';
import { parseSegmentKey } from '../../store/keys.js';
import { TIER_TABLES } from '../../store/tier-tables.js';
import { type BegunDelete, DeleteIntents } from './delete-intents.js';
import { looking, writing } from './one-step-job.js';
import type { RewriteHost } from './rewrite-host.js';
import { SeriesMatcher } from './series-matcher.js';
import { DAY_MS, type SlicePart, SlicePlan } from './slice-plan.js';
import { SliceRewrite } from './slice-rewrite.js';
import { repairSpans } from './span-repair.js';
import type { JobSource, ShardLoad, StoreJob } from './store-job.js';

/** What is to be done to stored series. */
export type RewriteRequest =
  | DeleteRequest
  /** `tier`: its place in TIER_NAMES; absent: all rollup tiers. */
  | { kind: 'repair'; tier?: number | undefined; startMs: number; endMs: number };

export interface DeleteRequest {
  kind: 'delete';
  selectors: LabelMatcher[];
  startMs: number;
  endMs: number;
}

/** What it came to, by tier in the order of TIER_NAMES. */
export interface RewriteResult {
  series: number;
  removed: number[];
  written: number[];
  /** Segments with series and times that are meant which don't read: they are as they were. */
  damaged: number;
}

/** A request that is worked on, phase by phase. */
export interface Rewrite {
  readonly request: RewriteRequest;
  /** Its number among the shard's intents; undefined: it needs none. */
  intent: number | undefined;
  phase: 'flush' | 'begin' | 'compact' | 'match' | 'slices' | 'spans' | 'end' | 'done';
  /** By group, counted from the shard's first: up to which generation points are meant; -1: none of the group. */
  readonly cuts: readonly number[];
  matcher: SeriesMatcher | undefined;
  plan: SlicePlan | undefined;
  pages: { local: number; page: number }[];
  readonly result: RewriteResult;
}

/**
 * Changes what is stored of series: takes a range of points out of all tiers, or makes cells anew from the finer tier. One request
 * after the other, each in phases: what is open and fresh goes into the tiers first, then slice by slice is rewritten, each in one
 * transaction over all tiers, at last the spans of the series are put right. A delete writes down its intent before the first
 * change, and a shard that starts and finds one finishes it: a crash in between leaves some slices deleted and the rest to come.
 *
 * What a delete means is cut off by generation: the one that took points when it was asked for is the last. It is in blocks before the
 * intent is written, so that no worker adds to it later, and nothing behind it goes into tiers before the delete is done. So
 * whoever finishes a delete takes no point that came after it had begun.
 */
export class SeriesRewrites implements JobSource {
  readonly share = JOB_SHARE;
  /** Points that deletes have taken since the start, and slices that were changed. */
  deletedPoints = 0;
  changedSlices = 0;
  readonly #host: RewriteHost;
  readonly #waiting: Rewrite[] = [];
  readonly #intents: DeleteIntents;

  /** Reads which deletes were begun: nothing may be compacted before that is known. */
  constructor(host: RewriteHost) {
    this.#host = host;
    this.#intents = new DeleteIntents(host);
    for (const { id, request, cuts } of this.#intents.readAll()) this.#add(request, cuts, 'compact', id);
  }

  get isRunning(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes a request. It is done when its phase says so. */
  add(request: RewriteRequest): Rewrite {
    const generation = this.#host.flushSoon();
    const cuts = this.#host.books.groups.map(() => generation);
    return this.#add(request, cuts, 'flush', undefined);
  }

  #add(
    request: RewriteRequest,
    cuts: readonly number[],
    phase: 'flush' | 'compact',
    intent: number | undefined,
  ): Rewrite {
    const rewrite: Rewrite = {
      request,
      intent,
      phase,
      cuts,
      matcher: undefined,
      plan: undefined,
      pages: [],
      result: { series: 0, removed: TIER_TABLES.map(() => 0), written: TIER_TABLES.map(() => 0), damaged: 0 },
    };
    this.#waiting.push(rewrite);
    this.#hold();
    return rewrite;
  }

  /** What no delete that waits may take stays out of the tiers until it is done. */
  #hold(): void {
    const deletes = this.#waiting.filter(({ request }) => request.kind === 'delete');
    const heldOf = (local: number): number =>
      deletes.reduce(
        (held, { cuts }) => (cuts[local]! < 0 ? held : Math.min(held, cuts[local]!)),
        Number.POSITIVE_INFINITY,
      );
    this.#host.compactions.hold(this.#host.books.groups.map((_, local) => heldOf(local)));
  }

  next(_nowMs: number, _load: ShardLoad): StoreJob | undefined {
    const rewrite = this.#waiting[0];
    if (rewrite === undefined) return undefined;
    const job = this.#nextJob(rewrite);
    if (rewrite.phase === 'done') {
      this.#waiting.shift();
      this.#hold();
    }
    return job;
  }

  stepsWhenBusy(): number {
    return 1;
  }

  isWaiting(): boolean {
    return this.isRunning;
  }

  /** The next job of a request, or undefined: look again in the next cycle. */
  #nextJob(rewrite: Rewrite): StoreJob | undefined {
    const { storedGeneration, compactions } = this.#host;
    switch (rewrite.phase) {
      case 'flush':
        if (storedGeneration() >= Math.max(...rewrite.cuts)) rewrite.phase = 'begin';
        return undefined;
      case 'begin':
        return this.#begin(rewrite);
      case 'compact':
        if (compactions.hasCompacted(rewrite.cuts)) rewrite.phase = 'match';
        return undefined;
      case 'match':
        return this.#match(rewrite);
      case 'slices':
        return this.#slice(rewrite);
      case 'spans':
        return this.#spans(rewrite);
      default:
        return this.#end(rewrite);
    }
  }

  #begin(rewrite: Rewrite): StoreJob | undefined {
    const { request, cuts } = rewrite;
    rewrite.phase = 'compact';
    if (request.kind !== 'delete') return undefined;
    const begun: BegunDelete = { id: this.#intents.take(), request, cuts: [...cuts] };
    rewrite.intent = begun.id;
    return writing((writer) => this.#intents.write(writer, begun));
  }

  #match(rewrite: Rewrite): StoreJob | undefined {
    const { request } = rewrite;
    rewrite.matcher ??= new SeriesMatcher(this.#host, request.kind === 'delete' ? request.selectors : []);
    const { matcher } = rewrite;
    if (!matcher.isDone) return looking(() => matcher.step());
    rewrite.result.series = matcher.count;
    const isChosen = (local: number, number: number): boolean =>
      rewrite.cuts[local]! >= 0 && matcher.isChosen(local, number);
    rewrite.plan = new SlicePlan(this.#host, isChosen, request.startMs, request.endMs);
    rewrite.phase = 'slices';
    return undefined;
  }

  #slice(rewrite: Rewrite): StoreJob | undefined {
    const part = rewrite.plan!.next();
    if (part === 'none') return looking(() => {});
    if (part !== undefined) return this.#rewritePart(rewrite, part);
    rewrite.phase = rewrite.request.kind === 'delete' ? 'spans' : 'end';
    if (rewrite.phase === 'spans') rewrite.pages = this.#pagesOf(rewrite);
    return undefined;
  }

  #rewritePart(rewrite: Rewrite, part: SlicePart): StoreJob {
    const { request, result, matcher } = rewrite;
    const { local } = part;
    const [firstMs, lastMs] = [part.firstDay * DAY_MS, part.endDay * DAY_MS];
    const startMs = Math.max(request.startMs, firstMs);
    const endMs = Math.min(request.endMs, lastMs);
    const isDelete = request.kind === 'delete';
    const wanted = (place: number): boolean =>
      request.kind === 'repair' && (request.tier === undefined || request.tier === place + 1);
    const slice = {
      local,
      segments: part.segments,
      startMs: firstMs,
      endMs: lastMs,
      isSelected: (number: number) =>
        number >= part.first && number < part.end && matcher!.isChosen(local, number),
      edit: (series: SeriesSlice) =>
        isDelete ? deletionEdits(series, startMs, endMs) : repairEdits(series, startMs, endMs, wanted),
      isGone: (timeMs: number) => isDelete && timeMs >= startMs && timeMs < endMs,
    };
    return new SliceRewrite(this.#host, slice, ({ removed, written }) => {
      for (const { tier } of TIER_TABLES) {
        result.removed[tier]! += removed[tier]!;
        result.written[tier]! += written[tier]!;
      }
      this.changedSlices++;
      this.#host.marks.forget(local);
      if (isDelete) this.deletedPoints += removed[0]!;
    });
  }

  /** Pages of series that the delete is meant for: what another shard had done of it before workers changed is not looked at again. */
  #pagesOf({ matcher, cuts }: Rewrite): { local: number; page: number }[] {
    const { map, shard, groupSeries, books } = this.#host;
    const pages: { local: number; page: number }[] = [];
    for (const local of books.groups.keys()) {
      const series = cuts[local]! < 0 ? 0 : groupSeries(map.firstGroup(shard) + local);
      for (let base = 0; base < series; base += SERIES_PAGE_LENGTH) {
        for (let number = base; number < Math.min(series, base + SERIES_PAGE_LENGTH); number++) {
          if (!matcher!.isChosen(local, number)) continue;
          pages.push({ local, page: base / SERIES_PAGE_LENGTH });
          break;
        }
      }
    }
    return pages;
  }

  #spans(rewrite: Rewrite): StoreJob | undefined {
    const place = rewrite.pages.pop();
    if (place === undefined) {
      rewrite.phase = 'end';
      return undefined;
    }
    const { startMs, endMs } = rewrite.request;
    const isIn = (timeMs: number): boolean => timeMs >= startMs && timeMs < endMs;
    let page: { key: Uint8Array; value: Uint8Array } | undefined;
    return writing(
      (writer) => {
        if (page !== undefined) writer.put(page.key, page.value);
      },
      () => {
        page = repairSpans(this.#host, place, (number, oldestMs, newestMs) => {
          return rewrite.matcher!.isChosen(place.local, number) && (isIn(oldestMs) || isIn(newestMs));
        });
        return page !== undefined;
      },
    );
  }

  #end(rewrite: Rewrite): StoreJob | undefined {
    const { intent } = rewrite;
    if (intent === undefined) {
      rewrite.result.damaged = this.#damagedOf(rewrite);
      rewrite.phase = 'done';
      return undefined;
    }
    rewrite.intent = undefined;
    return writing((writer) => this.#intents.remove(writer, intent));
  }

  /** Whatever did not read, now or earlier, and holds some of what is meant. */
  #damagedOf({ request, cuts, matcher }: Rewrite): number {
    const { map, shard, books, quarantine } = this.#host;
    let damaged = 0;
    for (const key of quarantine.keys) {
      const local = key[0]! - map.firstGroup(shard);
      const { startMs, endMs, firstNumber, lastNumber } = parseSegmentKey(key);
      const isIn = startMs < request.endMs && endMs >= request.startMs;
      if (!isIn || local < 0 || local >= books.groups.length || cuts[local]! < 0) continue;
      for (let number = firstNumber; number <= lastNumber; number++) {
        if (!matcher!.isChosen(local, number)) continue;
        damaged++;
        break;
      }
    }
    return damaged;
  }
}
