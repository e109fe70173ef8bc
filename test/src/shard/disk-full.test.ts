import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RetentionPolicy } from '../../../native-free-core/retention/retention-policy.js';
import { TIER_NAMES } from '../../../native-free-core/tier/tiers.js';
import { MillraceError } from '../../../src/errors.js';
import { LmdbSnapshots } from '../../../src/store/lmdb-store.js';
import { mountSmall, type SmallDisk } from '../../e2e/small-disk.js';
import { checkSound } from '../upkeep/check-sound.js';
import { EAGER_BOUNDS, FolderLife, type LifeOptions, NOW_MS, pointsAtRest } from '../upkeep/folder-life.js';

const KIB = 1024;
const DAY_MS = 86_400_000;
const FOREVER = Number.POSITIVE_INFINITY;
const BATCHES = 12;
const POINTS = 300;
/** A metric whose series lie in the same segments, and of which a rule may keep less. */
const OTHER = 'other.test';

const keep = (spec: Partial<ConstructorParameters<typeof RetentionPolicy>[0]>): RetentionPolicy =>
  new RetentionPolicy({
    raw: FOREVER,
    '1m': FOREVER,
    '5m': FOREVER,
    '1h': FOREVER,
    '1d': FOREVER,
    rules: [],
    ...spec,
  });

/** Room on a disk that somebody else takes and gives back. */
class Filler {
  readonly #disk: SmallDisk;
  readonly #file: string;

  constructor(disk: SmallDisk) {
    this.#disk = disk;
    this.#file = join(disk.path, 'filler');
  }

  fill(): void {
    if (!existsSync(this.#file)) writeFileSync(this.#file, Buffer.alloc(this.#disk.freeBytes() - 64 * KIB));
  }

  makeRoom(): void {
    rmSync(this.#file, { force: true });
  }
}

interface Act {
  /** Of the life in which it is done. */
  options?: LifeOptions;
  /** When the shard's clock stands in it, ms. */
  nowMs?: number;
  begin(life: FolderLife): void;
  /** Whether it is done. */
  isDone(life: FolderLife): boolean;
  /** Transactions that must have met a full disk. */
  atLeast: number;
  /** Points of METRIC that are there at the end, of those that were sent. */
  left: (points: number) => number;
  /** The same of OTHER. */
  leftOther?: (points: number) => number;
}

/** Fills a folder with as many points of each metric; all of them are compacted. */
async function fill(path: string): Promise<void> {
  const life = new FolderLife(path, 1, { bounds: EAGER_BOUNDS });
  for (let seq = 1; seq <= BATCHES; seq++) {
    life.send('a', seq, POINTS);
    life.put('others', seq, POINTS, OTHER);
    life.work();
    life.engines[0]!.flushSoon();
    while (!life.engines[0]!.isIdle || freshPoints(life) > 0) life.work();
  }
  await life.stop();
}

const freshPoints = ({ engines: [engine] }: FolderLife): number =>
  engine!.books.groups.reduce((sum, _, local) => sum + engine!.books.freshPoints(local), 0);

/** Every transaction of the act meets a full disk first, and goes through when there is room. */
function check(what: string, act: Act): void {
  test(`ShardEngine whose disk is full in the middle of ${what} serves reads, goes on by itself and loses nothing`, async (t: TestContext) => {
    const disk = mountSmall(t, '24m');
    if (disk === undefined) return;
    const path = join(disk.path, 'data');
    await fill(path);
    const filler = new Filler(disk);
    const nowMs = act.nowMs ?? NOW_MS;
    const life = new FolderLife(path, 1, { bounds: EAGER_BOUNDS, ...act.options });
    const [engine] = life.engines;
    assert.ok(engine !== undefined);
    const reader = new LmdbSnapshots(life.folder.shardPath(0));
    act.begin(life);
    let failures = 0;
    for (let cycles = 0; !act.isDone(life); cycles++) {
      assert.ok(cycles < 20_000, `not done after ${failures} full disks`);
      filler.fill();
      const before = figuresOf(reader);
      try {
        engine.doWork(nowMs);
        continue;
      } catch (error) {
        assert.ok(error instanceof MillraceError && error.code === 'MR_UNABLE_TO_STORE', String(error));
        assert.match(error.message, /no space left/);
      }
      failures++;
      assert.ok(engine.isStuck);
      assert.throws(() => engine.doWork(nowMs), /no space left/);
      assert.deepEqual(figuresOf(reader), before, 'a transaction that failed changed something');
      filler.makeRoom();
      engine.doWork(nowMs);
      assert.equal(engine.isStuck, false);
      life.accepted();
    }
    filler.makeRoom();
    await reader.close();
    assert.ok(failures >= act.atLeast, `${failures} transactions met a full disk`);
    const others = BATCHES * POINTS;
    const sent = life.accepted() - others;
    await life.stop();
    await checkSound(path);
    const points = await pointsAtRest(path);
    assert.equal(points.length, act.left(sent));
    assert.equal(new Set(points).size, points.length);
    assert.equal((await pointsAtRest(path, OTHER)).length, (act.leftOther ?? act.left)(others));
  });
}

/** Keys and bytes that a reader sees. */
function figuresOf(reader: LmdbSnapshots): { keys: number; bytes: number } {
  const snapshot = reader.open();
  const figures = { keys: 0, bytes: 0 };
  snapshot.forEach(Uint8Array.of(0), Uint8Array.of(0xff), (_key, value) => {
    figures.keys++;
    figures.bytes += value.length;
    return true;
  });
  snapshot.close();
  return figures;
}

const all = (points: number): number => points;
const none = (): number => 0;

/** The series that is deleted, by the number in its label. */
const DELETED = 7;

/** What FolderLife gives to a series in BATCHES batches. */
function pointsOf(series: number): number {
  let points = 0;
  for (let seq = 1; seq <= BATCHES; seq++) {
    for (let i = 0; i < POINTS; i++) if ((seq * 7 + i) % 200 === series) points++;
  }
  return points;
}

check('a flush', {
  begin: (life) => {
    life.put('a', BATCHES + 1, POINTS);
    life.engines[0]!.doWork(NOW_MS);
    life.engines[0]!.flushSoon();
  },
  isDone: ({ engines: [engine] }) => engine!.isIdle && engine!.head.openPoints.every((open) => open === 0),
  atLeast: 3,
  left: all,
});

check('a compaction', {
  begin: (life) => {
    for (let seq = 1; seq <= 3; seq++) life.put('b', seq, POINTS);
    life.engines[0]!.doWork(NOW_MS);
    life.engines[0]!.flushSoon();
  },
  isDone: (life) =>
    life.engines[0]!.isIdle && life.engines[0]!.counters.get('compactions') > 0 && freshPoints(life) === 0,
  atLeast: 10,
  left: all,
});

check('a sweep of whole segments', {
  options: { retention: keep({ raw: DAY_MS, '1m': DAY_MS }) },
  nowMs: NOW_MS + 3 * DAY_MS,
  begin: (life) => life.engines[0]!.jobs.sweeps.trigger(),
  isDone: ({ engines: [engine] }) => engine!.jobs.sweeps.passes > 0,
  atLeast: 3,
  left: none,
});

check('a sweep that writes segments anew', {
  options: { retention: keep({ rules: [{ match: OTHER, raw: DAY_MS }] }) },
  nowMs: NOW_MS + 3 * DAY_MS,
  begin: (life) => life.engines[0]!.jobs.sweeps.trigger(),
  isDone: ({ engines: [engine] }) => engine!.jobs.sweeps.passes > 0,
  atLeast: 3,
  left: all,
  leftOther: none,
});

check('a sweep by size', {
  options: { tierBytesMax: TIER_NAMES.map((name) => (name === 'raw' ? 0 : FOREVER)) },
  begin: () => {},
  isDone: ({ engines: [engine] }) =>
    engine!.books.groups.every((_, k) => engine!.books.tier(k, 0).bytes === 0),
  atLeast: 3,
  left: none,
});

check('a delete', {
  begin: (life) => {
    const selectors = [{ label: 'series', op: '=' as const, value: String(DELETED) }];
    const request = { kind: 'delete' as const, selectors, startMs: 0, endMs: NOW_MS };
    life.engines[0]!.jobs.rewrites.add(request);
  },
  isDone: ({ engines: [engine] }) => !engine!.jobs.rewrites.isRunning,
  atLeast: 5,
  left: (points) => points - pointsOf(DELETED),
  leftOther: (points) => points - pointsOf(DELETED),
});

check('a backfill', {
  begin: (life) => {
    for (let seq = 1; seq <= 40; seq++) life.put('old', seq, POINTS);
  },
  isDone: ({ engines: [engine] }) =>
    engine!.isIdle && engine!.counters.get('accepted') >= (2 * BATCHES + 40) * POINTS,
  atLeast: 5,
  left: all,
});
