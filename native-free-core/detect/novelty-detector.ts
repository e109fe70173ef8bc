import { CLOCK_BINS, halfHourBin, hourBin } from './clock-bins.js';
import { MovingMean } from './moving-mean.js';
import { RunningRange } from './running-range.js';
import type { StreamDetector } from './stream-detector.js';

/** Weights of the slow means whose residuals are watched: memories of about 330, 100 and 33 points. */
const SLOW_ALPHAS = [0.003, 0.01, 0.03] as const;

/** Of them, the one that `expected` is told from. */
const TOLD = 1;

/** Weight of a bin's newest point: a bin remembers about five days. */
const BIN_ALPHA = 0.2;

/** Points whose least and greatest value are watched: a level that lasts. */
const RECENT_POINTS = 12;

/** What one channel can add, in ranges. */
const CHANNEL_MOST = 0.5;

/** Points before which nothing is scored: ranges are only being made. */
const WARM_UP_POINTS = 100;

/** After a score, lower ones are held back; how high they must be sinks by this part a point, to a third in 80 points. */
const COOLING = 1 / 75;

/**
 * What a score of 3 is in ranges, at a thousand points: 0.15 (a sum over channels), where the standard score over the labelled half of
 * the Numenta benchmark is best (bench/macro/detectors.ts).
 */
const SCALE = 20;

/**
 * Novelty: each channel is a quantity that stays within its own running range as long as the series goes on as before, and the
 * score is by how much all of them together leave theirs. Channels: the residuals of slow means; the least and the greatest of the
 * last points; the residuals to means by hour of the day (weekdays and weekends apart) and by half hour.
 *
 * Among n like points the next one is a record with a probability of about 1 / n, so the same excess says more the longer the
 * series was watched: the sum is multiplied by log10 (n / 100).
 */
export class NoveltyDetector implements StreamDetector {
  expected = 0;
  deviation = 0;
  readonly #means = SLOW_ALPHAS.map((alpha) => new MovingMean(alpha));
  readonly #meanRanges = SLOW_ALPHAS.map(() => new RunningRange());
  readonly #recent = new Float64Array(RECENT_POINTS);
  readonly #leastRange = new RunningRange();
  readonly #greatestRange = new RunningRange();
  readonly #bins = Array.from({ length: 2 * CLOCK_BINS }, () => new MovingMean(BIN_ALPHA));
  readonly #binRanges = [new RunningRange(), new RunningRange()] as const;
  readonly #squares = new MovingMean(SLOW_ALPHAS[TOLD]);
  #count = 0;
  #held = 0;

  push(timeMs: number, value: number): number {
    this.expected = this.#count === 0 ? value : this.#means[TOLD]!.value;
    this.deviation = Math.sqrt(this.#squares.value);
    const sum = this.#pushMeans(value) + this.#pushRecent(value) + this.#pushBins(timeMs, value);
    this.#count++;
    const score = this.#count <= WARM_UP_POINTS ? 0 : SCALE * sum * Math.log10(this.#count / WARM_UP_POINTS);
    return this.#cool(score);
  }

  #pushMeans(value: number): number {
    let sum = 0;
    for (let i = 0; i < this.#means.length; i++) {
      const mean = this.#means[i]!;
      const isFirst = mean.isEmpty;
      const residual = mean.push(value);
      if (isFirst) continue;
      if (i === TOLD) this.#squares.push(residual * residual);
      sum += this.#meanRanges[i]!.push(residual, CHANNEL_MOST);
    }
    return sum;
  }

  #pushRecent(value: number): number {
    this.#recent[this.#count % RECENT_POINTS] = value;
    if (this.#count < RECENT_POINTS - 1) return 0;
    let least = value;
    let greatest = value;
    for (let i = 0; i < RECENT_POINTS; i++) {
      const other = this.#recent[i]!;
      if (other < least) least = other;
      if (other > greatest) greatest = other;
    }
    return this.#leastRange.push(least, CHANNEL_MOST) + this.#greatestRange.push(greatest, CHANNEL_MOST);
  }

  #pushBins(timeMs: number, value: number): number {
    return (
      this.#pushBin(this.#bins[hourBin(timeMs)]!, this.#binRanges[0], value) +
      this.#pushBin(this.#bins[CLOCK_BINS + halfHourBin(timeMs)]!, this.#binRanges[1], value)
    );
  }

  #pushBin(bin: MovingMean, range: RunningRange, value: number): number {
    const isFirst = bin.isEmpty;
    const residual = bin.push(value);
    return isFirst ? 0 : range.push(residual, CHANNEL_MOST);
  }

  #cool(score: number): number {
    this.#held *= 1 - COOLING;
    if (score <= this.#held) return 0;
    this.#held = score;
    return score;
  }
}
