import { SERIES_PAGE_LENGTH } from '../../native-free-core/limits.js';
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from './envelope.js';
import { TABLE_SPAN } from './store-layout.js';

/**
 * A page of spans: for each of 256 series of a group three float64, the time of its oldest point, the time of its
 * newest and the value of its newest; NaN where a series has no point yet. What `latest` answers from after a restart.
 */
const FIELDS = 3;

export class SpanPage {
  readonly value = new Uint8Array(ENVELOPE_BYTES + SERIES_PAGE_LENGTH * FIELDS * 8);
  readonly #fields = new Float64Array(this.value.buffer, ENVELOPE_BYTES);

  clear(): void {
    this.#fields.fill(Number.NaN);
  }

  set(numberInPage: number, oldestMs: number, newestMs: number, newestValue: number): void {
    const at = numberInPage * FIELDS;
    this.#fields[at] = oldestMs;
    this.#fields[at + 1] = newestMs;
    this.#fields[at + 2] = newestValue;
  }

  seal(): Uint8Array {
    sealEnvelope(this.value, TABLE_SPAN);
    return this.value;
  }
}

/** Visits the series of a stored page that have points. Answers false when the page is damaged. */
export function forEachSpan(
  value: Uint8Array,
  page: number,
  visit: (number: number, oldestMs: number, newestMs: number, newestValue: number) => void,
): boolean {
  const whole = ENVELOPE_BYTES + SERIES_PAGE_LENGTH * FIELDS * 8;
  if (openEnvelope(value, TABLE_SPAN) !== 'ok' || value.length !== whole) return false;
  const view = new DataView(value.buffer, value.byteOffset + ENVELOPE_BYTES);
  for (let i = 0; i < SERIES_PAGE_LENGTH; i++) {
    const oldestMs = view.getFloat64(i * 24, true);
    if (Number.isNaN(oldestMs)) continue;
    visit(
      page * SERIES_PAGE_LENGTH + i,
      oldestMs,
      view.getFloat64(i * 24 + 8, true),
      view.getFloat64(i * 24 + 16, true),
    );
  }
  return true;
}
