import { KIND_CENTRED, KIND_DELTA, KIND_FLAT, KIND_SECOND } from './column-layout.js';
import { decimalShape } from './decimal-shape.js';
import { SAMPLES, sampleCount, sampleIndex } from './sample.js';
import { mantissas } from './scratch.js';

/** The centre is the sample's own median and flatters the sample: without a drift by about so many bits. */
const CENTRE_FIT_BITS = 0.25;

const sampledDeltas = new Float64Array(SAMPLES);

/**
 * Bits a residual would take, by kind: the mean of log2(1 + residual), got from one logarithm of the product, which
 * stays finite: sixteen times 57 bits are fewer than 1,024.
 * Infinity for a kind that is not on. Filled by `estimateKinds`.
 */
export const estimate = new Float64Array(KIND_SECOND + 1);

/** Fills `estimate` from a sample of the `count` (>= 3) mantissas, and the shape's `centre`. */
export function estimateKinds(count: number): void {
  const whole = mantissas;
  // From the third mantissa on, so that two stand before each.
  const samples = sampleCount(count - 2);
  let least = Number.POSITIVE_INFINITY;
  let delta = 1;
  let second = 1;
  for (let s = 0; s < samples; s++) {
    const i = 2 + sampleIndex(s, count - 2);
    const last = whole[i - 1]!;
    const d = whole[i]! - last;
    if (last < least) least = last;
    delta *= 1 + 2 * Math.abs(d);
    second *= 1 + 2 * Math.abs(d - (last - whole[i - 2]!));
    sampledDeltas[s] = d;
  }
  let flat = 1;
  for (let s = 0; s < samples; s++) flat *= 1 + Math.abs(whole[2 + sampleIndex(s, count - 2)]! - least);
  estimate[KIND_FLAT] = Math.log2(flat) / samples;
  estimate[KIND_DELTA] = Math.log2(delta) / samples;
  const { narrow, greatestDelta, leastDelta } = decimalShape;
  const exact = narrow || greatestDelta - leastDelta <= Number.MAX_SAFE_INTEGER;
  estimate[KIND_SECOND] = exact ? Math.log2(second) / samples : Number.POSITIVE_INFINITY;
  // Without a drift of half a unit a step the typical delta is zero, and DELTA says that more shortly.
  const drifts = Math.abs(whole[count - 1]! - whole[0]!) * 2 >= count;
  estimate[KIND_CENTRED] = drifts && exact ? estimateCentred(samples) : Number.POSITIVE_INFINITY;
}

/** Takes the median of the sampled deltas for the centre. */
function estimateCentred(samples: number): number {
  sortSample(samples);
  const centre = sampledDeltas[samples >>> 1]!;
  decimalShape.centre = centre;
  if (centre === 0) return Number.POSITIVE_INFINITY;
  let product = 1;
  for (let s = 0; s < samples; s++) product *= 1 + 2 * Math.abs(sampledDeltas[s]! - centre);
  return Math.log2(product) / samples + CENTRE_FIT_BITS;
}

/** By insertion: so few values, and TypedArray.prototype.sort would need a subarray. */
function sortSample(samples: number): void {
  for (let i = 1; i < samples; i++) {
    const value = sampledDeltas[i]!;
    let at = i - 1;
    for (; at >= 0 && sampledDeltas[at]! > value; at--) sampledDeltas[at + 1] = sampledDeltas[at]!;
    sampledDeltas[at + 1] = value;
  }
}
