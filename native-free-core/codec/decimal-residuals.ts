import { KIND_CENTRED, KIND_DELTA, KIND_FLAT, KIND_SECOND } from './column-layout.js';
import { decimalShape } from './decimal-shape.js';
import { mantissas, residualHigh, residualLow, residuals } from './scratch.js';

const TWO_TO_31 = 2 ** 31;
const TWO_TO_32 = 2 ** 32;

/** How many of n mantissas have a residual: the others stand in the column's head. */
export function residualCount(kind: number, count: number): number {
  return kind === KIND_FLAT ? count : kind === KIND_SECOND ? count - 2 : count - 1;
}

/** Fills the residuals of a kind from the `count` mantissas; the shape has what the kind needs. */
export function fillResiduals(kind: number, count: number): void {
  residuals.wide = isWide(kind);
  const middle = kind === KIND_CENTRED ? decimalShape.centre : 0;
  if (kind === KIND_FLAT) fillFlat(count, decimalShape.least);
  else if (kind === KIND_SECOND) {
    if (residuals.wide) fillSecondsWide(count);
    else fillSeconds(count);
  } else if (residuals.wide) fillDeltasWide(count, middle);
  else fillDeltas(count, middle);
}

/** Whether a residual of the kind may need more than 32 bits. */
function isWide(kind: number): boolean {
  const { narrow, least, greatest, leastDelta, greatestDelta, centre } = decimalShape;
  if (narrow) return false;
  if (kind === KIND_FLAT) return greatest - least >= TWO_TO_32;
  if (kind === KIND_DELTA) return Math.max(greatestDelta, -leastDelta) >= TWO_TO_31;
  if (kind === KIND_CENTRED) return Math.max(greatestDelta - centre, centre - leastDelta) >= TWO_TO_31;
  return greatestDelta - leastDelta >= TWO_TO_31;
}

function fillFlat(count: number, least: number): void {
  const lows = residualLow;
  const highs = residualHigh;
  const whole = mantissas;
  if (!residuals.wide) {
    for (let i = 0; i < count; i++) lows[i] = whole[i]! - least;
    return;
  }
  for (let i = 0; i < count; i++) {
    const u = whole[i]! - least;
    const high = Math.floor(u / TWO_TO_32);
    highs[i] = high;
    lows[i] = u - high * TWO_TO_32;
  }
}

function fillDeltas(count: number, middle: number): void {
  const lows = residualLow;
  const whole = mantissas;
  let last = whole[0]!;
  for (let i = 1; i < count; i++) {
    const mantissa = whole[i]!;
    const delta = (mantissa - last - middle) | 0;
    lows[i - 1] = (delta << 1) ^ (delta >> 31);
    last = mantissa;
  }
}

function fillSeconds(count: number): void {
  const lows = residualLow;
  const whole = mantissas;
  let last = whole[1]!;
  let lastDelta = last - whole[0]!;
  for (let i = 2; i < count; i++) {
    const mantissa = whole[i]!;
    const delta = mantissa - last;
    const change = (delta - lastDelta) | 0;
    lows[i - 2] = (change << 1) ^ (change >> 31);
    last = mantissa;
    lastDelta = delta;
  }
}

function fillDeltasWide(count: number, middle: number): void {
  const whole = mantissas;
  for (let i = 1; i < count; i++) putWide(i - 1, whole[i]! - whole[i - 1]! - middle);
}

function fillSecondsWide(count: number): void {
  const whole = mantissas;
  for (let i = 2; i < count; i++) {
    const lastDelta = whole[i - 1]! - whole[i - 2]!;
    putWide(i - 2, whole[i]! - whole[i - 1]! - lastDelta);
  }
}

/** Zigzags a safe integer into the two words of a residual: up to 54 bits, more than a double holds. */
function putWide(i: number, value: number): void {
  const sign = value < 0 ? 1 : 0;
  const magnitude = sign === 1 ? -value - 1 : value;
  const high = Math.floor(magnitude / TWO_TO_31);
  residualHigh[i] = high;
  residualLow[i] = (magnitude - high * TWO_TO_31) * 2 + sign;
}

/** The signed integer that `putWide` put at i. */
export function takeWide(i: number): number {
  const low = residualLow[i]!;
  const magnitude = residualHigh[i]! * TWO_TO_31 + (low >>> 1);
  return (low & 1) === 1 ? -magnitude - 1 : magnitude;
}
