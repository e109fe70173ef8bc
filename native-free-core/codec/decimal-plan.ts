import {
  DIVIDED,
  KIND_CENTRED,
  KIND_CONSTANT,
  KIND_DELTA,
  KIND_FLAT,
  KIND_LINEAR,
  KIND_MULTIPLES,
  KIND_SECOND,
} from './column-layout.js';
import { estimate, estimateKinds } from './decimal-estimate.js';
import { fillResiduals, residualCount } from './decimal-residuals.js';
import { decimalShape, divideByCommon, isLinear, measureExtremes, measureLeast } from './decimal-shape.js';
import { planResiduals } from './residual-plan.js';
import { mantissas } from './scratch.js';
import { varintBytes, zigzagBytes } from './varint.js';

/**
 * A simpler kind whose estimate is at most so many bits a value above the least one is planned as well: a sample of 16 is
 * off by a third of a bit or so, and of uniform values (FLAT) the mean of the logarithms lies 1.4 bits below what they
 * take, of differences 2.1 and more.
 */
const MARGIN_BITS = 0.75;

/** Columns up to this length are so quickly planned that every kind is. */
const PLAN_ALL_COUNT_MAX = 64;

/**
 * Chooses a kind for the `count` (>= 1) mantissas in scratch, which it divides by their common divisor, and plans the
 * residuals. Answers the column's exact length in bits, or Infinity where the mantissas span 2^53 or more, so that a
 * difference of two would not be exact. The planned residuals are those of the chosen kind.
 */
export function planDecimals(count: number): number {
  const shape = decimalShape;
  if (shape.constant) {
    shape.kind = KIND_CONSTANT;
    return 8 * (1 + zigzagBytes(mantissas[0]!));
  }
  if (!shape.narrow) {
    measureExtremes(count);
    if (shape.greatest - shape.least > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY;
  }
  if (isLinear(count)) return planLinear();
  divideByCommon(count);
  return planVarying(count);
}

/** Recomputes the residuals of the kind chosen before, after another form has used the scratch. */
export function replanDecimals(count: number): void {
  if ((decimalShape.kind & ~DIVIDED) > KIND_SECOND) return;
  fillResiduals(decimalShape.kind & ~DIVIDED, count);
  planResiduals(residualCount(decimalShape.kind & ~DIVIDED, count));
}

function planLinear(): number {
  const first = mantissas[0]!;
  const step = mantissas[1]! - first;
  if (step > 0 && first >= 0 && first % step === 0) {
    decimalShape.kind = KIND_MULTIPLES;
    return 8 * (1 + varintBytes(step) + varintBytes(first / step));
  }
  decimalShape.kind = KIND_LINEAR;
  return 8 * (1 + zigzagBytes(first) + zigzagBytes(step));
}

/** Ranks the kinds by a sample and computes the exact cost of those that may win. */
function planVarying(count: number): number {
  const shape = decimalShape;
  estimateKinds(count);
  let likely = 0;
  for (let kind = 1; kind <= KIND_SECOND; kind++) if (estimate[kind]! < estimate[likely]!) likely = kind;
  const all = count <= PLAN_ALL_COUNT_MAX;
  let bestBits = Number.POSITIVE_INFINITY;
  let best = -1;
  let planned = -1;
  for (let kind = 0; kind <= KIND_SECOND; kind++) {
    if (estimate[kind]! === Number.POSITIVE_INFINITY) continue;
    if (kind !== likely && !all && (kind > likely || estimate[kind]! > estimate[likely]! + MARGIN_BITS))
      continue;
    if (kind === KIND_FLAT) measureLeast(count);
    fillResiduals(kind, count);
    const bits = 8 * headBytes(kind) + planResiduals(residualCount(kind, count));
    planned = kind;
    if (bits < bestBits) {
      bestBits = bits;
      best = kind;
    }
  }
  shape.kind = shape.divisor > 1 ? best | DIVIDED : best;
  if (planned !== best) replanDecimals(count);
  return bestBits;
}

function headBytes(kind: number): number {
  const shape = decimalShape;
  const first = mantissas[0]!;
  const bytes = 1 + (shape.divisor > 1 ? varintBytes(shape.divisor - 1) : 0);
  if (kind === KIND_FLAT) return bytes + zigzagBytes(shape.least);
  if (kind === KIND_DELTA) return bytes + zigzagBytes(first);
  if (kind === KIND_CENTRED) return bytes + zigzagBytes(first) + zigzagBytes(shape.centre);
  return bytes + zigzagBytes(first) + zigzagBytes(mantissas[1]! - first);
}
