import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { HashKey } from '../../../native-free-core/series/siphash128.js';
import { createSeriesIndexMemory } from '../../../native-free-core/series-index/series-index-memory.js';
import { systemClock } from '../../../src/clock.js';
import type { IndexedShard } from '../../../src/indexer/index-builder.js';
import { IndexFile } from '../../../src/indexer/index-file.js';
import { HEADER_VERSION } from '../../../src/indexer/index-file-layout.js';
import { IndexKeeper } from '../../../src/indexer/index-keeper.js';
import type { IndexerMessage } from '../../../src/indexer/indexer-task.js';
import { INDEX_SAVE_QUIET_MS, INDEX_SAVE_SERIES_MIN } from '../../../src/indexer/limits.js';
import { SeriesConditions } from '../../../src/query/label-matcher.js';
import { SeriesIndex } from '../../../src/query/series-index.js';
import { StopCheck } from '../../../src/query/stop-check.js';
import { SeriesPages } from '../query/series-pages.js';

const HASH_KEY: HashKey = { k0Low: 1, k0High: 2, k1Low: 3, k1High: 4 };
const SIZES = { rowsMax: 100_000, heapBytes: 64 * 1024 * 1024 };
let folder: string;
let nowMs = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-index-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const indexPath = (): string => join(folder, 'series.index');

/** An indexer's life, and a query thread beside it. */
class Life {
  readonly said: Exclude<IndexerMessage, { kind: 'ready' }>[] = [];
  readonly memory;
  readonly keeper: IndexKeeper;
  loaded = 0;

  constructor(shards: IndexedShard[], hashKey = HASH_KEY) {
    this.memory = createSeriesIndexMemory(SIZES, hashKey);
    this.keeper = new IndexKeeper({
      memory: this.memory,
      path: indexPath(),
      shards,
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
      say: (message) => this.said.push(message),
    });
  }

  start(): this {
    this.loaded = this.keeper.load();
    this.keeper.open();
    return this;
  }

  get findings(): string[] {
    return this.said.flatMap((m) => (m.kind === 'finding' ? [`${m.finding.what}: ${m.finding.done}`] : []));
  }

  /** The series that have a host, as one text each. */
  hosts(): string[] {
    const index = new SeriesIndex(this.memory, { bring: (reader) => assert.ok(reader.sync()) });
    index.begin(new StopCheck(systemClock, 60_000));
    const conditions = new SeriesConditions([{ label: 'host', op: '!=', value: '' }]);
    const { rows } = index.select(index.metrics, conditions);
    return Array.from(rows, (row) => {
      const place = `${index.reader.groupOf(row)}/${index.reader.numberOf(row)}`;
      return `${place} ${index.metricAt(row).name} ${JSON.stringify(index.labels.of(row))}`;
    });
  }
}

function addHosts(pages: SeriesPages, from: number, to: number): void {
  for (let i = from; i < to; i++)
    pages.add(i % 16, `m${i % 3}`, { host: `h${Math.floor(i / 3)}`, zone: `${i % 5}` });
}

const expected = (pages: SeriesPages): string[] =>
  [...pages.series]
    .sort((a, b) => a.group - b.group || a.number - b.number)
    .map(({ group, number, name, labels }) => `${group}/${number} ${name} ${JSON.stringify(labels)}`);

describe('IndexKeeper', () => {
  it('loads what an earlier one stored, and takes what came since from the pages', () => {
    const pages = new SeriesPages();
    addHosts(pages, 0, 6_000);
    const first = new Life(pages.shards(3)).start();
    first.keeper.save();
    addHosts(pages, 6_000, 7_000);
    const read = pages.pagesRead;
    const second = new Life(pages.shards(2)).start();
    assert.equal(second.loaded, 6_000);
    assert.deepEqual(second.hosts(), expected(pages));
    assert.deepEqual(second.findings, []);
    assert.ok(pages.pagesRead - read < 2 * 16 * 2, 'only the last pages are read again');
    addHosts(pages, 7_000, 7_500);
    second.keeper.work();
    assert.deepEqual(second.hosts(), expected(pages));
  });

  it('builds it anew and tells when a bit of the file is wrong, wherever it is', () => {
    const pages = new SeriesPages();
    addHosts(pages, 0, 3_000);
    new Life(pages.shards()).start().keeper.save();
    const whole = readFileSync(indexPath());
    assert.equal(new IndexFile(indexPath()).check(), undefined);
    for (let k = 0; k < 40; k++) {
      const bytes = Buffer.from(whole);
      const at = Math.floor((bytes.length * k) / 40);
      bytes[at]! ^= 1 << (k % 8);
      writeFileSync(indexPath(), bytes);
      // The version alone is no damage: another Millrace may have written it.
      const isVersion = at >= 4 * HEADER_VERSION && at < 4 * (HEADER_VERSION + 1);
      assert.equal(new IndexFile(indexPath()).check() === undefined, isVersion, `bit ${k % 8} of byte ${at}`);
      const life = new Life(pages.shards()).start();
      assert.equal(life.loaded, 0);
      assert.equal(life.findings.length, 1, `bit ${k % 8} of byte ${at}`);
      assert.match(life.findings[0]!, /^stored index of labels: thrown away \(.*\)/);
      assert.deepEqual(life.hosts(), expected(pages));
    }
  });

  it('builds it anew when the file is cut off, too long, of another folder, or no index', () => {
    const pages = new SeriesPages();
    addHosts(pages, 0, 1_000);
    new Life(pages.shards()).start().keeper.save();
    const whole = readFileSync(indexPath());
    const check = (bytes: Uint8Array, why: RegExp, hashKey = HASH_KEY): void => {
      writeFileSync(indexPath(), bytes);
      const life = new Life(pages.shards(), hashKey).start();
      assert.match(life.findings.join(), why);
      assert.deepEqual(life.hosts(), expected(pages));
    };
    check(whole.subarray(0, 3), /too short/);
    check(whole.subarray(0, whole.length - 1), /bytes instead of/);
    check(Buffer.concat([whole, Buffer.from('x')]), /bytes instead of/);
    check(Buffer.alloc(500), /no index/);
    check(whole, /another folder/, { ...HASH_KEY, k0Low: 9 });
  });

  it('builds it anew when the stores were put back to an earlier moment and went on differently', () => {
    const pages = new SeriesPages();
    addHosts(pages, 0, 8_160);
    new Life(pages.shards()).start().keeper.save();
    const fewer = new SeriesPages();
    addHosts(fewer, 0, 8_000);
    const before = new Life(fewer.shards()).start();
    assert.match(before.findings.join(), /has fewer series/);
    assert.deepEqual(before.hosts(), expected(fewer));
    addHosts(fewer, 20_000, 22_000);
    const after = new Life(fewer.shards()).start();
    assert.match(after.findings.join(), /is another one/);
    assert.deepEqual(after.hosts(), expected(fewer));
    const none = new Life(new SeriesPages().shards()).start();
    assert.match(none.findings.join(), /has no series page/);
    assert.deepEqual(none.hosts(), []);
  });

  it('throws away what a predecessor left in memory, who may have died in the middle of anything', () => {
    const pages = new SeriesPages();
    addHosts(pages, 0, 2_000);
    const life = new Life(pages.shards()).start();
    const heir = new IndexKeeper({
      memory: life.memory,
      path: indexPath(),
      shards: pages.shards(),
      clock: systemClock,
      say: ({ kind }) => assert.fail(kind),
    });
    heir.load();
    heir.open();
    assert.deepEqual(life.hosts(), expected(pages));
  });

  it('stores the index when enough is new, when it was quiet for a while, and not while nothing is new', () => {
    const pages = new SeriesPages();
    const life = new Life(pages.shards()).start();
    const saves = (): number => life.said.filter(({ kind }) => kind === 'saved').length;
    addHosts(pages, 0, INDEX_SAVE_SERIES_MIN);
    life.keeper.work();
    assert.equal(saves(), 0);
    addHosts(pages, INDEX_SAVE_SERIES_MIN, INDEX_SAVE_SERIES_MIN + 16);
    life.keeper.work();
    assert.equal(saves(), 1);
    addHosts(pages, INDEX_SAVE_SERIES_MIN + 16, INDEX_SAVE_SERIES_MIN + 32);
    life.keeper.work();
    life.keeper.work();
    assert.equal(saves(), 1);
    nowMs += INDEX_SAVE_QUIET_MS + 1;
    life.keeper.work();
    assert.equal(saves(), 2);
    nowMs += INDEX_SAVE_QUIET_MS + 1;
    life.keeper.work();
    life.keeper.save();
    assert.equal(saves(), 2);
  });

  it('tells why the index was not stored, and goes on', () => {
    const pages = new SeriesPages();
    addHosts(pages, 0, 100);
    const life = new Life(pages.shards()).start();
    rmSync(folder, { recursive: true });
    life.keeper.save();
    assert.deepEqual(
      life.said.map(({ kind }) => kind),
      ['not saved'],
    );
    assert.equal(existsSync(indexPath()), false);
    addHosts(pages, 100, 200);
    life.keeper.work();
    assert.deepEqual(life.hosts(), expected(pages));
  });
});
