import type { RetentionPolicy } from '../../native-free-core/retention/retention-policy.js';
import { timeMsMax } from '../../protocol/limits.js';
import { RejectCode } from '../../protocol/reject-reasons.js';
import { HISTORY_AGE_MS_MAX, TIME_MS_MIN } from './limits.js';

/**
 * What a batch brings: measurements as they are made, or a history that somebody carries over from elsewhere, on
 * purpose. What is older than raw points are kept is a wrong clock in the one, and welcome in the other as far back as
 * any tier keeps it.
 */
export type BatchKind = 'live' | 'history';

/** Which times are taken. */
export interface TimeBounds {
  retention: RetentionPolicy;
  /** How far ahead of now a point may lie, ms. */
  clockSkewMs: number;
}

/** How old a point may be, ms. */
interface Ages {
  /** By the retention class of its series. */
  ofClass: readonly number[];
  /** What every class takes, and what none takes more than. */
  shortest: number;
  longest: number;
}

/** The raw tier's place in TIER_NAMES. */
const RAW = 0;

function agesOf(classes: number, ageOf: (retentionClass: number) => number): Ages {
  const ofClass = Array.from({ length: classes }, (_, retentionClass) => ageOf(retentionClass));
  return { ofClass, shortest: Math.min(...ofClass), longest: Math.max(...ofClass) };
}

/** The times that the batch at hand may have. Opened for each batch, asked for each point; one a socket thread. */
export class TimeGate {
  /** The time of arrival. */
  nowMs = 0;
  /** Times from `oldestMs` to `newestMs` are taken of every series; older ones must be asked for theirs. */
  oldestMs = 0;
  newestMs = 0;
  #oldestOfAnyMs = 0;
  #ages: Ages;
  readonly #agesOf: Readonly<Record<BatchKind, Ages>>;
  readonly #clockSkewMs: number;

  constructor({ retention, clockSkewMs }: TimeBounds) {
    const { classCount } = retention;
    this.#clockSkewMs = clockSkewMs;
    this.#agesOf = {
      live: agesOf(classCount, (each) => retention.retentionMs(each, RAW)),
      history: agesOf(classCount, (each) => Math.min(HISTORY_AGE_MS_MAX, retention.longestOfClassMs(each))),
    };
    this.#ages = this.#agesOf.live;
  }

  open(kind: BatchKind, nowMs: number): void {
    const ages = this.#agesOf[kind];
    this.#ages = ages;
    this.nowMs = nowMs;
    // Within what a time can be, so that a hot loop needs no other test of it.
    this.oldestMs = Math.max(TIME_MS_MIN, nowMs - ages.shortest);
    this.#oldestOfAnyMs = Math.max(TIME_MS_MIN, nowMs - ages.longest);
    this.newestMs = Math.min(timeMsMax, nowMs + this.#clockSkewMs);
  }

  /** Why a time is not taken, whatever the series; 0 when it may be. */
  reason(timeMs: number): RejectCode | 0 {
    // The negation is for NaN.
    if (!(Math.abs(timeMs) <= timeMsMax)) return RejectCode.invalidTime;
    if (timeMs < this.#oldestOfAnyMs) return RejectCode.tooOld;
    return timeMs > this.newestMs ? RejectCode.tooFarAhead : 0;
  }

  /** Why a time that `reason` lets pass is not taken of a series of this class; 0 when it is. */
  reasonOf(retentionClass: number, timeMs: number): RejectCode | 0 {
    return timeMs < this.nowMs - this.#ages.ofClass[retentionClass]! ? RejectCode.tooOld : 0;
  }
}
