import { SeriesKeyBuilder } from '../../../../native-free-core/series/series-key-builder.js';
import { type HostLabels, TSBS_FIELDS, tsbsHosts } from '../../../macro/tsbs.js';

export const LIMITS = { nameBytesMax: 256, labelNameBytesMax: 128, labelValueBytesMax: 1_024, labelsMax: 32 };
export const HASH_KEY = { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 };

/** A series as it comes in a frame: its name and labels as ranges of one array of bytes. */
export interface SentSeries {
  bytes: Uint8Array;
  /** Name end, then four numbers a label: name start, name end, value start, value end. */
  ranges: Int32Array;
}

const encoder = new TextEncoder();

function sentSeries(name: string, labels: HostLabels): SentSeries {
  const pieces = [name, ...Object.entries(labels).flat()].map((text) => encoder.encode(text));
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  const ends: number[] = [];
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    ends.push((at += piece.length));
  }
  const ranges = [ends[0]!];
  for (let i = 1; i < ends.length; i += 2) ranges.push(ends[i - 1]!, ends[i]!, ends[i]!, ends[i + 1]!);
  return { bytes, ranges: Int32Array.from(ranges) };
}

/** TSBS cpu-only: ten metrics of each host, ten labels a series. */
export function tsbsSeries(count: number): SentSeries[] {
  const hosts = tsbsHosts(Math.ceil(count / TSBS_FIELDS.length));
  return Array.from({ length: count }, (_, i) =>
    sentSeries(TSBS_FIELDS[i % 10]!, hosts[Math.floor(i / 10)]!),
  );
}

/** Feeds a series to a builder, as the intake does. */
export function feed(builder: SeriesKeyBuilder, { bytes, ranges }: SentSeries): void {
  builder.begin(bytes, 0, ranges[0]!);
  for (let i = 1; i < ranges.length; i += 4) {
    builder.label(bytes, ranges[i]!, ranges[i + 1]!, ranges[i + 2]!, ranges[i + 3]!);
  }
}

/** The canonical bytes of the same series. */
export function tsbsKeys(count: number): Uint8Array[] {
  const builder = new SeriesKeyBuilder(LIMITS);
  return tsbsSeries(count).map((series) => {
    feed(builder, series);
    builder.finish();
    return builder.bytes.slice(0, builder.length);
  });
}
