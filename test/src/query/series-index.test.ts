import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ShardMap } from '../../../native-free-core/series/refs.js';
import { SeriesKeyBuilder } from '../../../native-free-core/series/series-key-builder.js';
import type { LabelMatcher, MatchOp } from '../../../src/http/ports.js';
import { SeriesConditions } from '../../../src/query/label-matcher.js';
import { SeriesIndex } from '../../../src/query/series-index.js';
import { numberedKey } from '../../../src/store/keys.js';
import { pageOfNumber, SeriesPageBuilder } from '../../../src/store/series-page.js';
import type { StoreReader } from '../../../src/store/shard-store.js';
import { TABLE_SERIES } from '../../../src/store/store-layout.js';

interface Series {
  group: number;
  number: number;
  name: string;
  labels: Record<string, string>;
}

/** Series pages in memory, and a reader of them that counts the pages it gives out. */
class Pages {
  readonly series: Series[] = [];
  pagesRead = 0;
  readonly #pages = new Map<string, { key: Uint8Array; builder: SeriesPageBuilder }>();
  readonly #counts = new Map<number, number>();
  readonly #keys = new SeriesKeyBuilder({
    nameBytesMax: 100,
    labelNameBytesMax: 100,
    labelValueBytesMax: 100,
    labelsMax: 10,
  });

  add(group: number, name: string, labels: Record<string, string>): void {
    const number = this.#counts.get(group) ?? 0;
    this.#counts.set(group, number + 1);
    const key = numberedKey(group, TABLE_SERIES, pageOfNumber(number));
    const text = Buffer.from(key).toString('hex');
    const page = this.#pages.get(text) ?? { key, builder: new SeriesPageBuilder() };
    this.#pages.set(text, page);
    const bytes = this.#bytesOf(name, labels);
    page.builder.add(number, bytes, 0, 0, bytes.length);
    this.series.push({ group, number, name, labels });
  }

  reader(): StoreReader {
    return {
      get: () => undefined,
      forEachKey: () => {},
      forEach: (start, end, visit) => {
        const [first, last] = [Buffer.from(start).toString('hex'), Buffer.from(end).toString('hex')];
        for (const text of [...this.#pages.keys()].sort()) {
          if (text < first || text >= last) continue;
          this.pagesRead++;
          const { key, builder } = this.#pages.get(text)!;
          visit(key, builder.seal());
        }
      },
    };
  }

  #bytesOf(name: string, labels: Record<string, string>): Uint8Array {
    const builder = this.#keys;
    builder.begin(Buffer.from(name), 0, Buffer.byteLength(name));
    for (const [label, value] of Object.entries(labels)) {
      const pair = Buffer.from(label + value);
      const nameBytes = Buffer.byteLength(label);
      builder.label(pair, 0, nameBytes, nameBytes, pair.length);
    }
    assert.equal(builder.finish(), 'ok');
    // Hash and key may overlap: nothing here reads the hash.
    return builder.bytes.slice(0, Math.max(16, builder.length));
  }
}

const never = (): void => assert.fail('no page is damaged');

function naive(series: Series[], metric: string, matchers: LabelMatcher[]): Series[] {
  return series
    .filter((s) => s.name === metric)
    .filter((s) =>
      matchers.every(({ label, op, value }) => {
        const actual = s.labels[label] ?? '';
        const holds = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
        return holds === !op.startsWith('!');
      }),
    )
    .sort((a, b) => a.group - b.group || a.number - b.number);
}

describe('SeriesIndex', () => {
  it('selects what the matchers say, in the order of group and number, while it grows', () => {
    const label = fc.constantFrom('host', 'region', 'zone');
    const value = fc.constantFrom('a', 'b', 'ab', 'ä', 'a|b');
    const series = fc.record({
      group: fc.nat(15),
      name: fc.constantFrom('cpu', 'mem'),
      labels: fc.dictionary(label, value, { noNullPrototype: true }),
    });
    const matcher = fc.oneof(
      fc.record({ label, op: fc.constantFrom<MatchOp>('=', '!='), value: fc.oneof(value, fc.constant('')) }),
      fc.record({
        label,
        op: fc.constantFrom<MatchOp>('=~', '!~'),
        value: fc.constantFrom('a.*', '', '.+', 'a|b', 'ä?'),
      }),
    );
    const batches = fc.array(fc.array(series, { maxLength: 30 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(batches, fc.array(matcher, { maxLength: 3 }), (batch, matchers) => {
        const pages = new Pages();
        const index = new SeriesIndex(0, new ShardMap(1));
        for (const added of batch) {
          for (const { group, name, labels } of added) pages.add(group, name, labels);
          index.refresh(pages.reader(), never);
          assert.equal(index.count, pages.series.length);
          for (const name of ['cpu', 'mem']) {
            const metric = index.metric(name);
            const { items, length } =
              metric === undefined
                ? { items: new Uint32Array(0), length: 0 }
                : index.select(metric, new SeriesConditions(matchers));
            const found = Array.from(items.subarray(0, length), (id) => {
              return {
                group: index.localGroupOf(id),
                number: index.numberOf(id),
                name,
                labels: index.labelsOf(id),
              };
            });
            assert.deepEqual(found, naive(pages.series, name, matchers));
          }
        }
      }),
    );
  });

  it('reads only pages that may have grown', () => {
    const pages = new Pages();
    const index = new SeriesIndex(0, new ShardMap(1));
    for (let i = 0; i < 1_000; i++) pages.add(3, 'cpu', { host: `h${i}` });
    index.refresh(pages.reader(), never);
    assert.equal(pages.pagesRead, 4);
    pages.add(3, 'cpu', { host: 'new' });
    index.refresh(pages.reader(), never);
    assert.equal(pages.pagesRead, 5);
    assert.equal(index.count, 1_001);
  });

  it('numbers slots as the shard map does', () => {
    const map = new ShardMap(3);
    const index = new SeriesIndex(1, map);
    const pages = new Pages();
    for (let i = 0; i < 50; i++)
      pages.add(map.firstGroup(1) + (i % map.groupCount(1)), 'cpu', { host: `h${i}` });
    index.refresh(pages.reader(), never);
    for (let id = 0; id < 50; id++) {
      const group = map.firstGroup(1) + index.localGroupOf(id);
      assert.equal(index.slotOf(id), map.slotOf(group, index.numberOf(id)));
    }
  });
});
