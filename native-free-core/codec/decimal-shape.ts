import { bitLength } from './bits.js';
import { KIND_CONSTANT } from './column-layout.js';
import { mantissas } from './scratch.js';

/** Zigzagged distances from the first mantissa of 30 bits keep the differences of differences inside 32 bits. */
const NARROW_DISTANCE_BITS = 30;

/** What is known of the mantissas at hand, and the kind chosen for them. Overwritten by the next scan. */
export const decimalShape = {
  kind: KIND_CONSTANT,
  divisor: 1,
  /** All mantissas are the same. */
  constant: false,
  /** Every residual of every kind fits 32 bits; the extremes below are then not computed. */
  narrow: false,
  least: 0,
  greatest: 0,
  leastDelta: 0,
  greatestDelta: 0,
  /** The typical delta of a CENTRED column. */
  centre: 0,
};

/** Before the first `noteDistances` of a scan. */
export function clearDistances(): void {
  decimalShape.divisor = 1;
  decimalShape.constant = true;
  decimalShape.narrow = true;
}

/** Takes down what a scan saw: whether all distances from the first mantissa were exact, and their zigzags ORed together. */
export function noteDistances(near: boolean, distances: number): void {
  if (!near || distances !== 0) decimalShape.constant = false;
  if (!near || bitLength(distances) > NARROW_DISTANCE_BITS) decimalShape.narrow = false;
}

/** Fills in the extremes of the `count` (>= 1) mantissas in scratch and of their differences. */
export function measureExtremes(count: number): void {
  const whole = mantissas;
  const shape = decimalShape;
  let last = whole[0]!;
  shape.least = last;
  shape.greatest = last;
  shape.leastDelta = Number.POSITIVE_INFINITY;
  shape.greatestDelta = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < count; i++) {
    const mantissa = whole[i]!;
    const delta = mantissa - last;
    last = mantissa;
    if (mantissa < shape.least) shape.least = mantissa;
    if (mantissa > shape.greatest) shape.greatest = mantissa;
    if (delta < shape.leastDelta) shape.leastDelta = delta;
    if (delta > shape.greatestDelta) shape.greatestDelta = delta;
  }
}

/** Fills in the least mantissa alone. */
export function measureLeast(count: number): void {
  const whole = mantissas;
  let least = whole[0]!;
  for (let i = 1; i < count; i++) if (whole[i]! < least) least = whole[i]!;
  decimalShape.least = least;
}

/** Whether every mantissa is the one before plus the same step. Ends at the first that isn't. */
export function isLinear(count: number): boolean {
  const whole = mantissas;
  const step = whole[1]! - whole[0]!;
  let i = 2;
  while (i < count && whole[i]! - whole[i - 1]! === step) i++;
  return i >= count;
}

/** Divides the mantissas by their greatest common divisor. Most columns have none: then a few look-ups end it. */
export function divideByCommon(count: number): void {
  const whole = mantissas;
  let divisor = 0;
  for (let i = 0; i < count && divisor !== 1; i++) {
    const mantissa = whole[i]!;
    const quotient = divisor > 1 ? mantissa / divisor : 0;
    if (divisor > 1 && quotient * divisor === mantissa && Math.floor(quotient) === quotient) continue;
    divisor = commonDivisor(Math.abs(mantissa), divisor);
  }
  if (divisor === 1) return;
  for (let i = 0; i < count; i++) whole[i] = whole[i]! / divisor;
  const shape = decimalShape;
  shape.divisor = divisor;
  shape.least /= divisor;
  shape.greatest /= divisor;
  shape.leastDelta /= divisor;
  shape.greatestDelta /= divisor;
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
