import type { ChartColumns } from '../../chart/line-chart';

/** A field by RFC 4180. What a spreadsheet would take for a formula gets a quote in front: names come from anybody. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The chart's columns as CSV: times in RFC 3339, a column a series, nothing where there is no value. */
export function csvOf({ times, series }: ChartColumns): string {
  const head = ['time', ...series.map(({ name }) => field(name))].join(',');
  const rows = times.map((ms, i) =>
    [new Date(ms).toISOString(), ...series.map(({ values }) => values[i] ?? '')].join(','),
  );
  return `${[head, ...rows].join('\r\n')}\r\n`;
}

export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: some browsers fetch it a moment later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
