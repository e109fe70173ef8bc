import { SeriesKeyBuilder } from '../../../../native-free-core/series/series-key-builder.js';
import {
  createSeriesIndexMemory,
  type SeriesIndexMemory,
} from '../../../../native-free-core/series-index/series-index-memory.js';
import { SeriesIndexWriter } from '../../../../native-free-core/series-index/series-index-writer.js';
import { systemClock } from '../../../../src/clock.js';
import type { LabelMatcher } from '../../../../src/http/ports.js';
import { indexSizes } from '../../../../src/indexer/index-sizes.js';
import { SeriesConditions } from '../../../../src/query/label-matcher.js';
import { SeriesIndex } from '../../../../src/query/series-index.js';
import { StopCheck } from '../../../../src/query/stop-check.js';
import type { BenchSize, MicroBench } from '../../../harness.js';

/** How the series of a bench are spread: metrics of hosts, which share their labels, or one metric whose series do not. */
interface Shape {
  metrics: number;
  hosts: (size: BenchSize) => number;
}

const SHAPES = {
  '10 metrics × 100,000 hosts': { metrics: 10, hosts: (size) => (size === 'full' ? 100_000 : 1_000) },
  '1 metric × 1,000,000 hosts': { metrics: 1, hosts: (size) => (size === 'full' ? 1_000_000 : 1_000) },
  '1,000 metrics × 1,000 hosts': { metrics: 1_000, hosts: (size) => (size === 'full' ? 1_000 : 10) },
} satisfies Record<string, Shape>;
type ShapeName = keyof typeof SHAPES;

const HASH_KEY = { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 };
const REGIONS = ['ap-northeast-1', 'ap-southeast-1', 'eu-central-1', 'eu-west-1', 'sa-east-1', 'us-east-1'];
const OSES = ['Ubuntu15.10', 'Ubuntu16.10', 'Ubuntu16.04LTS'];

const keys = new SeriesKeyBuilder({
  nameBytesMax: 255,
  labelNameBytesMax: 128,
  labelValueBytesMax: 512,
  labelsMax: 32,
});

/** A key with the ten labels of a TSBS host; valid until the next call. */
function writeKey(metric: number, host: number): void {
  const labels: [string, string][] = [
    ['hostname', `host_${host}`],
    ['region', REGIONS[host % REGIONS.length]!],
    ['datacenter', `${REGIONS[host % REGIONS.length]!}${'abc'[host % 3]}`],
    ['rack', String((host * 7) % 100)],
    ['os', OSES[host % OSES.length]!],
    ['arch', host % 2 === 0 ? 'x64' : 'x86'],
    ['team', ['CHI', 'LON', 'NYC', 'SF'][host % 4]!],
    ['service', String(host % 20)],
    ['service_version', String(host % 2)],
    ['service_environment', ['production', 'staging', 'test'][host % 3]!],
  ];
  const name = Buffer.from(`cpu_${metric}`);
  keys.begin(name, 0, name.length);
  for (const [label, value] of labels) {
    const pair = Buffer.from(label + value);
    keys.label(pair, 0, label.length, label.length, pair.length);
  }
  keys.finish();
}

/** All keys of a shape end to end, as series pages have them, host by host. */
function keysOf({ metrics, hosts }: Shape, size: BenchSize): { bytes: Uint8Array; offsets: Uint32Array } {
  const count = metrics * hosts(size);
  const offsets = new Uint32Array(count + 1);
  const bytes = new Uint8Array(count * 240);
  for (let i = 0; i < count; i++) {
    writeKey(i % metrics, Math.floor(i / metrics));
    bytes.set(keys.bytes.subarray(0, keys.length), offsets[i]!);
    offsets[i + 1] = offsets[i]! + keys.length;
  }
  return { bytes, offsets };
}

function fill(memory: SeriesIndexMemory, { bytes, offsets }: ReturnType<typeof keysOf>): SeriesIndexWriter {
  const writer = new SeriesIndexWriter(memory);
  writer.beginRebuild();
  for (let i = 0; i + 1 < offsets.length; i++) {
    // Groups by hash, as series come.
    writer.add(
      (Math.imul(i, 0x9e3779b1) >>> 28) & 15,
      i >>> 4,
      bytes,
      offsets[i]!,
      offsets[i + 1]! - offsets[i]!,
    );
  }
  writer.endRebuild();
  return writer;
}

const indexes = new Map<string, SeriesIndex>();

/** The index of a shape; benches of one size share it. */
function indexOf(name: ShapeName, size: BenchSize): SeriesIndex {
  const known = indexes.get(name + size);
  if (known !== undefined) return known;
  // Each is some hundred MB with its keys: only the last one is kept.
  indexes.clear();
  const memory = createSeriesIndexMemory(indexSizes(2_000_000), HASH_KEY);
  fill(memory, keysOf(SHAPES[name], size));
  const index = new SeriesIndex(memory, { bring: (reader) => void reader.sync() });
  index.begin(new StopCheck(systemClock, 60_000));
  indexes.set(name + size, index);
  return index;
}

const count = (name: ShapeName, size: BenchSize): number => SHAPES[name].metrics * SHAPES[name].hosts(size);

/** Selects among all series of a shape; `metrics` of them, or one. The conditions are new ones each time, as a query's are. */
function select(
  name: ShapeName,
  what: string,
  matchers: LabelMatcher[],
  metrics: 'one' | 'all' = 'one',
): MicroBench {
  return {
    name: `select among ${name}: ${what}`,
    unit: 'values',
    perRun: () => 1,
    setup: (size) => {
      const index = indexOf(name, size);
      const asked = metrics === 'one' ? [index.metric('cpu_0')!] : index.metrics;
      return () => index.select(asked, new SeriesConditions(matchers)).rows.length;
    },
  };
}

const op = (label: string, o: LabelMatcher['op'], value: string): LabelMatcher => ({ label, op: o, value });

function selects(name: ShapeName): MicroBench[] {
  return [
    select(name, 'a host', [op('hostname', '=', 'host_7')]),
    select(name, 'all of a metric', []),
    select(name, 'a region', [op('region', '=', 'eu-west-1')]),
    select(name, 'not a region', [op('region', '!=', 'eu-west-1')]),
    select(name, 'three equalities', [
      op('region', '=', 'eu-west-1'),
      op('team', '=', 'SF'),
      op('arch', '=', 'x86'),
    ]),
    select(name, 'hosts by name', [op('hostname', '=~', 'host_(1|2|3|4|5|6|7|8)')]),
    select(name, 'hosts by prefix', [op('hostname', '=~', 'host_12.*')]),
    select(name, 'hosts by a part', [op('hostname', '=~', '.*99.*')]),
    select(name, 'hosts but by a part', [op('hostname', '!~', '.*99.*')]),
    select(name, 'without a label', [op('nothing', '=', '')]),
    select(name, 'a host of all metrics', [op('hostname', '=', 'host_7')], 'all'),
    select(name, 'a region of all metrics', [op('region', '=', 'eu-west-1')], 'all'),
  ];
}

/** Bytes that an index takes a series, once printed with its building. */
function build(name: ShapeName): MicroBench {
  return {
    name: `build the index of ${name}`,
    unit: 'values',
    perRun: (size) => count(name, size),
    setup: (size) => {
      const all = keysOf(SHAPES[name], size);
      const memory = createSeriesIndexMemory(indexSizes(2_000_000), HASH_KEY);
      let isTold = false;
      return () => {
        const writer = fill(memory, all);
        const bytes = writer.usedBytes / count(name, size);
        if (!isTold && size === 'full') console.log(`${name}: ${bytes.toFixed(1)} bytes a series`);
        isTold = true;
        return writer.usedBytes;
      };
    },
  };
}

const names = Object.keys(SHAPES) as ShapeName[];

export const benches: MicroBench[] = names.flatMap((name) => [build(name), ...selects(name)]);
