import { KIND_CENTRED, KIND_FLAT, KIND_SECOND } from './column-layout.js';
import { takeWide } from './decimal-residuals.js';
import { residualHigh, residualLow, residuals } from './scratch.js';

const TWO_TO_32 = 2 ** 32;

/** Writes first, first + step, ...: by multiplication, so that no rounding could add up even in malformed input. */
export function fillLinear(
  first: number,
  step: number,
  count: number,
  out: Float64Array,
  outStart: number,
): void {
  for (let i = 0; i < count; i++) out[outStart + i] = first + i * step;
}

/** Turns the residuals in scratch back into mantissas; `second` is the centre, or the first difference. */
export function accumulate(
  kind: number,
  first: number,
  second: number,
  count: number,
  out: Float64Array,
  outStart: number,
): void {
  if (kind === KIND_FLAT) addFlat(first, count, out, outStart);
  else if (kind === KIND_SECOND) addSeconds(first, second, count, out, outStart);
  else addDeltas(first, kind === KIND_CENTRED ? second : 0, count, out, outStart);
}

function addFlat(first: number, count: number, out: Float64Array, outStart: number): void {
  const lows = residualLow;
  const highs = residualHigh;
  if (residuals.wide) {
    for (let i = 0; i < count; i++) {
      out[outStart + i] = first + (highs[i]! * TWO_TO_32 + lows[i]!);
    }
  } else for (let i = 0; i < count; i++) out[outStart + i] = first + lows[i]!;
}

function addDeltas(first: number, middle: number, count: number, out: Float64Array, outStart: number): void {
  const lows = residualLow;
  let mantissa = first;
  out[outStart] = mantissa;
  if (residuals.wide) {
    for (let i = 1; i < count; i++) out[outStart + i] = mantissa += middle + takeWide(i - 1);
    return;
  }
  for (let i = 1; i < count; i++) {
    const u = lows[i - 1]!;
    mantissa += middle + ((u >>> 1) ^ -(u & 1));
    out[outStart + i] = mantissa;
  }
}

function addSeconds(first: number, delta: number, count: number, out: Float64Array, outStart: number): void {
  const lows = residualLow;
  let mantissa = first + delta;
  let step = delta;
  out[outStart] = first;
  out[outStart + 1] = mantissa;
  for (let i = 2; i < count; i++) {
    const u = lows[i - 2]!;
    step += residuals.wide ? takeWide(i - 2) : (u >>> 1) ^ -(u & 1);
    mantissa += step;
    out[outStart + i] = mantissa;
  }
}
