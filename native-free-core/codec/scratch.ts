import { COLUMN_VALUES_MAX } from './limits.js';

/**
 * The codec's working memory: one set a thread, because every thread loads its own copy of the module.
 *
 * Who may touch it: only the call of encodeColumnInto or decodeColumnInto that is running. Nothing in it outlives a
 * call, nothing is handed out, and neither function calls back into foreign code, so no two calls overlap.
 *
 * 1. `residualLow`, `residualHigh`: the column's residuals as unsigned integers of up to 54 bits, low 32 and high 22.
 *    The high words mean something only while `residuals.wide` is true. Owned by the residual stream.
 * 2. `mantissas`: a decimal column as whole numbers. Owned by the decimal form.
 * 3. `floats` and `floatWords`: the same bytes as doubles and as 32-bit halves. Owned by the float forms.
 * 4. `positions`: where the run values or exceptions of a wrapping form belong.
 */
export const residualLow = new Uint32Array(COLUMN_VALUES_MAX);
export const residualHigh = new Uint32Array(COLUMN_VALUES_MAX);
export const mantissas = new Float64Array(COLUMN_VALUES_MAX);
export const floats = new Float64Array(COLUMN_VALUES_MAX);
export const floatWords = new Uint32Array(floats.buffer);
export const positions = new Uint32Array(COLUMN_VALUES_MAX);

/** Whether any residual of the column at hand needs more than 32 bits. */
export const residuals = { wide: false };

/** The high word of residual i. */
export function highOf(i: number): number {
  return residuals.wide ? residualHigh[i]! : 0;
}

/** Where a double's halves lie in `floatWords`: found out, not assumed, so that any byte order works. */
floats[0] = 1;
export const HIGH_WORD = floatWords[1] === 0 ? 0 : 1;
export const LOW_WORD = 1 - HIGH_WORD;
floats[0] = 0;
