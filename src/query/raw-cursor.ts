/**
 * Where a page of raw points ended: behind the first `seen` points that one series has at one moment. Rows go by time,
 * then by series, then by arrival; in a series nothing arrives before what has arrived, so no row is given twice
 * whatever arrives between two pages.
 */
export interface RawCursor {
  timeMs: number;
  group: number;
  number: number;
  seen: number;
}

const VERSION = '1';
const FORM = /^1~(-?\d{1,16}(?:\.\d{1,17})?)~(\d{1,2})~(\d{1,10})~(\d{1,10})$/;

/** The text that a client sends back; its content is nobody's business. */
export function formatCursor({ timeMs, group, number, seen }: RawCursor): string {
  return `${VERSION}~${timeMs}~${group}~${number}~${seen}`;
}

/** Undefined for a text that `formatCursor` never writes. */
export function parseCursor(text: string): RawCursor | undefined {
  const parts = FORM.exec(text);
  if (parts === null) return undefined;
  const [timeMs, group, number, seen] = parts.slice(1).map(Number) as [number, number, number, number];
  return { timeMs, group, number, seen };
}
