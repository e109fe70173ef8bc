import { NoveltyDetector } from './novelty-detector.js';
import { SpikeDetector } from './spike-detector.js';

/**
 * Looks at one series, point by point in the order of arrival: O(1) in time and memory a point, no training, and nothing of the future.
 *
 * Laws: the scores of a prefix are the prefix of the scores; a · x + b with a other than 0 has the scores of x, to rounding.
 */
export interface StreamDetector {
  /**
   * The score of a point: -log10 of about the part of points that are as strange in an ordinary stretch of this series, so that 3 is one
   * in a thousand. It doesn't saturate.
   */
  push(timeMs: number, value: number): number;
  /** What the point of the last push was expected to be, from those before it. */
  readonly expected: number;
  /** How far points lay from what was expected, before that point: a standard deviation. 0 before there is any. */
  readonly deviation: number;
}

/**
 * `novelty` looks for what the series never did, and is silent for a while after it: changes of level, of shape, of what time of day
 * has which value. `spikes` looks for single points or short runs that stand out, each time.
 */
export const STREAM_PROFILES = ['novelty', 'spikes'] as const;
export type StreamProfile = (typeof STREAM_PROFILES)[number];

export function createStreamDetector(profile: StreamProfile): StreamDetector {
  return profile === 'novelty' ? new NoveltyDetector() : new SpikeDetector();
}
