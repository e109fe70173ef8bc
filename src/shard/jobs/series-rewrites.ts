import { JOB_SHARE, SERIES_PAGE_LENGTH } from '../../../native-free-core/limits.js';
import { deletionEdits, repairEdits, type SeriesSlice } from '../../../native-free-core/tier/slice-edits.js';
import type { LabelMatcher } from '../../http/ports.js';
import { decodeIntent, encodeIntent } from '../../store/intent.js';
import { numberedKey, numberOfKey, tableEnd, tableKey } from '../../store/keys.js';
import type { StoreWriter } from '../../store/shard-store.js';
import { PREFIX_SHARD, SHARD_INTENT } from '../../store/store-layout.js';
import { TIER_TABLES } from '../../store/tier-tables.js';
import type { RewriteHost } from './rewrite-host.js';
import { SeriesMatcher } from './series-matcher.js';
import { DAY_MS, type SlicePart, SlicePlan } from './slice-plan.js';
import { SliceRewrite } from './slice-rewrite.js';
import { repairSpans } from './span-repair.js';
import type { JobSource, ShardLoad, StoreJob } from './store-job.js';

/** What is to be done to stored series. */
export type RewriteRequest =
  | { kind: 'delete'; selectors: LabelMatcher[]; startMs: number; endMs: number }
  /** `tier`: its place in TIER_NAMES; absent: all rollup tiers. */
  | { kind: 'repair'; tier?: number | undefined; startMs: number; endMs: number };

/** What it came to, by tier in the order of TIER_NAMES. */
export interface RewriteResult {
  series: number;
  removed: number[];
  written: number[];
}

/** A request that is worked on, phase by phase. */
export interface Rewrite {
  readonly request: RewriteRequest;
  /** Its number among the shard's intents; undefined: it needs none. */
  intent: number | undefined;
  phase: 'begin' | 'flush' | 'compact' | 'match' | 'slices' | 'spans' | 'end' | 'done';
  /** What ends with it goes into the tiers first; -1: not asked for yet. */
  generation: number;
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
 */
export class SeriesRewrites implements JobSource {
  readonly share = JOB_SHARE;
  /** Points that deletes have taken since the start, and slices that were changed. */
  deletedPoints = 0;
  changedSlices = 0;
  readonly #host: RewriteHost;
  readonly #waiting: Rewrite[] = [];
  #nextIntent = 0;
  #isBegun = false;

  constructor(host: RewriteHost) {
    this.#host = host;
  }

  get isRunning(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes a request. It is done when its phase says so. */
  add(request: RewriteRequest, intent?: number): Rewrite {
    const rewrite: Rewrite = {
      request,
      intent,
      phase: 'begin',
      generation: -1,
      matcher: undefined,
      plan: undefined,
      pages: [],
      result: { series: 0, removed: TIER_TABLES.map(() => 0), written: TIER_TABLES.map(() => 0) },
    };
    this.#waiting.push(rewrite);
    return rewrite;
  }

  next(_nowMs: number, _load: ShardLoad): StoreJob | undefined {
    if (!this.#isBegun) this.#resume();
    const rewrite = this.#waiting[0];
    if (rewrite === undefined) return undefined;
    const job = this.#nextJob(rewrite);
    if (rewrite.phase === 'done') this.#waiting.shift();
    return job;
  }

  stepsWhenBusy(): number {
    return 1;
  }

  isWaiting(): boolean {
    return this.isRunning || !this.#isBegun;
  }

  /** Deletes that a crash or a stop cut short go first. */
  #resume(): void {
    this.#isBegun = true;
    const start = tableKey(PREFIX_SHARD, SHARD_INTENT);
    const found: { id: number; request: RewriteRequest | undefined }[] = [];
    this.#host.store.forEach(start, tableEnd(PREFIX_SHARD, SHARD_INTENT), (key, value) => {
      const intent = decodeIntent(value);
      found.push({ id: numberOfKey(key), request: intent && { kind: 'delete', ...intent } });
      return true;
    });
    const later = this.#waiting.splice(0);
    for (const { id, request } of found) {
      this.#nextIntent = Math.max(this.#nextIntent, id + 1);
      if (request !== undefined) this.add(request, id);
    }
    this.#waiting.push(...later);
  }

  /** The next job of a request, or undefined: look again in the next cycle. */
  #nextJob(rewrite: Rewrite): StoreJob | undefined {
    const { flushSoon, storedGeneration, compactions } = this.#host;
    switch (rewrite.phase) {
      case 'begin':
        return this.#begin(rewrite);
      case 'flush':
        if (rewrite.generation < 0) rewrite.generation = flushSoon();
        if (storedGeneration() < rewrite.generation) return undefined;
        compactions.compactAll();
        rewrite.phase = 'compact';
        return undefined;
      case 'compact':
        if (compactions.hasCompactedAll) rewrite.phase = 'match';
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
    const { request } = rewrite;
    rewrite.phase = 'flush';
    if (request.kind !== 'delete' || rewrite.intent !== undefined) return undefined;
    rewrite.intent = this.#nextIntent++;
    const key = numberedKey(PREFIX_SHARD, SHARD_INTENT, rewrite.intent);
    return writing((writer) => writer.put(key, encodeIntent(request)));
  }

  #match(rewrite: Rewrite): StoreJob | undefined {
    const { request } = rewrite;
    rewrite.matcher ??= new SeriesMatcher(this.#host, request.kind === 'delete' ? request.selectors : []);
    const { matcher } = rewrite;
    if (!matcher.isDone) return looking(() => matcher.step());
    rewrite.result.series = matcher.count;
    const isChosen = (local: number, number: number): boolean => matcher.isChosen(local, number);
    rewrite.plan = new SlicePlan(this.#host, isChosen, request.startMs, request.endMs);
    rewrite.phase = 'slices';
    return undefined;
  }

  #slice(rewrite: Rewrite): StoreJob | undefined {
    const part = rewrite.plan!.next();
    if (part === 'none') return looking(() => {});
    if (part !== undefined) return this.#rewritePart(rewrite, part);
    rewrite.phase = rewrite.request.kind === 'delete' ? 'spans' : 'end';
    if (rewrite.phase === 'spans') rewrite.pages = this.#pagesOf(rewrite.matcher!);
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
      this.#host.sweeps.lookAgain(local);
      if (isDelete) this.deletedPoints += removed[0]!;
    });
  }

  #pagesOf(matcher: SeriesMatcher): { local: number; page: number }[] {
    const { map, shard, groupSeries, books } = this.#host;
    const pages: { local: number; page: number }[] = [];
    for (const local of books.groups.keys()) {
      const series = groupSeries(map.firstGroup(shard) + local);
      for (let base = 0; base < series; base += SERIES_PAGE_LENGTH) {
        for (let number = base; number < Math.min(series, base + SERIES_PAGE_LENGTH); number++) {
          if (!matcher.isChosen(local, number)) continue;
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
    if (rewrite.intent === undefined) {
      rewrite.phase = 'done';
      return undefined;
    }
    const key = numberedKey(PREFIX_SHARD, SHARD_INTENT, rewrite.intent);
    rewrite.intent = undefined;
    return writing((writer) => writer.remove(key));
  }
}

/** A job of one step whose writes are known; `prepare` answers whether there are any. */
function writing(write: (writer: StoreWriter) => void, prepare: () => boolean = () => true): StoreJob {
  let hasWrites = false;
  let isDone = false;
  return {
    step: () => {
      hasWrites = prepare();
      isDone = !hasWrites;
      return 1;
    },
    get hasWrites() {
      return hasWrites;
    },
    write,
    committed: () => {
      hasWrites = false;
      isDone = true;
    },
    get isDone() {
      return isDone;
    },
  };
}

/** A job of one step that writes nothing. */
const looking = (look: () => void): StoreJob =>
  writing(
    () => {},
    () => {
      look();
      return false;
    },
  );
