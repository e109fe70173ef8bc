const plain = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 5 });
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A measured value: five digits, with a suffix from a million on, with an exponent when tiny. */
export function valueText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-4) return value.toExponential(2);
  return size >= 1e6 ? compact.format(value) : plain.format(value);
}

/** Values of a scale that are `step` apart: as many digits as tell neighbours apart. */
export function scaleText(value: number, step: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-4) return value.toExponential(1);
  const digits = size > step ? Math.ceil(Math.log10(size / step)) + 1 : 1;
  const notation = size >= 1e6 ? 'compact' : 'standard';
  return scaleFormat(notation, Math.min(15, Math.max(3, digits))).format(value);
}

const scaleFormats = new Map<string, Intl.NumberFormat>();

function scaleFormat(notation: 'compact' | 'standard', maximumSignificantDigits: number): Intl.NumberFormat {
  const key = `${notation}/${maximumSignificantDigits}`;
  const format =
    scaleFormats.get(key) ?? new Intl.NumberFormat('en-US', { notation, maximumSignificantDigits });
  scaleFormats.set(key, format);
  return format;
}

export const countText = (value: number): string => whole.format(value);
export const shortCount = (value: number): string =>
  value >= 10_000 ? compact.format(value) : whole.format(value);

export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 2 : 1)} ${units[unit]}`;
}

export function millisecondsText(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}

const dateTime = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** An instant in the reader's own time zone. */
export const instantText = (ms: number): string => dateTime.format(ms);

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** The time of day of an instant, in the reader's own zone. */
export const clockText = (ms: number): string => clock.format(ms);

/** Labels as one text, in the order of their names; "all series" for none. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.keys(labels)
    .sort()
    .map((name) => `${name}=${labels[name]}`);
  return parts.length === 0 ? 'all series' : parts.join(', ');
}
