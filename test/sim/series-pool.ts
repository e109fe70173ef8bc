import { groupOfHash } from '../../native-free-core/series/refs.js';
import { forEachLabel, nameEnd, nameStart } from '../../native-free-core/series/series-key.js';
import { SeriesKeyBuilder } from '../../native-free-core/series/series-key-builder.js';
import { type HashKey, hashWords, sipHash128 } from '../../native-free-core/series/siphash128.js';
import { defaultWireLimits } from '../../protocol/limits.js';
import type { SimRandom } from './sim-random.js';

/** A series as a producer spells it, and the one text by which the checker knows it. */
export interface SimSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The checker's text of a series: what is equal to the engine is equal here. */
export function seriesText(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).filter(([, value]) => value !== '');
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${pairs.map(([label, value]) => `${label}=${value}`).join(',')}}`;
}

/** The metric of a series' text. */
export const metricOf = (text: string): string => text.slice(0, text.indexOf('{'));

const decoder = new TextDecoder();

/** The same text from canonical bytes. */
export function textOfKey(bytes: Uint8Array): string {
  const text = (start: number, end: number): string => decoder.decode(bytes.slice(start, end));
  const labels: Record<string, string> = {};
  forEachLabel(bytes, 0, ({ nameStart: from, nameEnd: to, valueStart, valueEnd }) => {
    labels[text(from, to)] = text(valueStart, valueEnd);
  });
  return seriesText(text(nameStart(0), nameEnd(bytes, 0)), labels);
}

/**
 * The series of one run. `hotGroups` above 0 takes only series that fall into the first so many groups: then a group fills
 * more than one page of the series table although there are only hundreds.
 */
export function makeSeriesPool(
  random: SimRandom,
  hashKey: HashKey,
  sizes: { series: number; metrics: number; hotGroups: number },
): SimSeries[] {
  const builder = new SeriesKeyBuilder(defaultWireLimits);
  const pool: SimSeries[] = [];
  for (let i = 0; pool.length < sizes.series; i++) {
    const name = `metric.${i % sizes.metrics}`;
    const labels: Record<string, string> = { host: `h-${i}` };
    if (random.chance(0.2)) labels['zone'] = random.pick(['', 'eu', 'ünïcode', 'x'.repeat(300)]);
    if (sizes.hotGroups > 0 && groupOf(builder, hashKey, name, labels) >= sizes.hotGroups) continue;
    pool.push({ name, labels, text: seriesText(name, labels) });
  }
  return pool;
}

const encoder = new TextEncoder();

function groupOf(
  builder: SeriesKeyBuilder,
  hashKey: HashKey,
  name: string,
  labels: Readonly<Record<string, string>>,
): number {
  const nameBytes = encoder.encode(name);
  builder.begin(nameBytes, 0, nameBytes.length);
  for (const [label, value] of Object.entries(labels)) {
    const labelBytes = encoder.encode(label);
    const bytes = encoder.encode(label + value);
    builder.label(bytes, 0, labelBytes.length, labelBytes.length, bytes.length);
  }
  builder.finish();
  sipHash128(hashKey, builder.bytes, 0, builder.length);
  return groupOfHash(hashWords[0]!);
}
