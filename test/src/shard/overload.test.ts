import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RetentionPolicy } from '../../../native-free-core/retention/retention-policy.js';
import { TIER_NAMES } from '../../../native-free-core/tier/tiers.js';
import { inFolderAsync } from '../store/temporary-folder.js';
import { checkSound } from '../upkeep/check-sound.js';
import { EAGER_BOUNDS, FolderLife, NOW_MS } from '../upkeep/folder-life.js';

const FOREVER = Number.POSITIVE_INFINITY;
const HOUR_MS = 3_600_000;
const POINTS = 300;

/** Ring and flush have work in every cycle, and so much is fresh that compactions never end. */
const BOUNDS = {
  ...EAGER_BOUNDS,
  arenaBytesSoft: 32 * 1_024,
  cycleBytesMax: 4_096,
  flushStepPoints: 300,
  compaction: { ...EAGER_BOUNDS.compaction, pointsSoft: 500, pointsHard: 6_000, stepWork: 600 },
};

const retention = new RetentionPolicy({
  raw: HOUR_MS,
  '1m': HOUR_MS,
  '5m': FOREVER,
  '1h': FOREVER,
  '1d': FOREVER,
  rules: [],
});

interface Overload {
  life: FolderLife;
  /** A duty cycle of a shard whose ring has had points in it before and has behind it. */
  cycle(): void;
  nowMs: number;
}

async function underOverload(
  tierBytesMax: readonly number[],
  act: (overload: Overload) => void,
): Promise<void> {
  await inFolderAsync(async (path) => {
    const life = new FolderLife(path, 1, { bounds: BOUNDS, retention, tierBytesMax });
    const [engine] = life.engines;
    let seq = 0;
    let pressing = 0;
    let cycles = 0;
    const overload = {
      life,
      nowMs: NOW_MS,
      cycle: () => {
        while (engine!.ring.backlogUnits < 4_096) life.put('a', ++seq, POINTS);
        overload.nowMs += 5;
        engine!.doWork(overload.nowMs);
        cycles++;
        const fresh = engine!.books.groups.reduce(
          (sum, _, local) => sum + engine!.books.freshPoints(local),
          0,
        );
        if (fresh > BOUNDS.compaction.pointsSoft) pressing++;
        assert.ok(engine!.ring.backlogUnits > 0, 'the shard was idle');
      },
    };
    act(overload);
    assert.ok(pressing > cycles / 2, `compactions were pressed in ${pressing} of ${cycles} cycles`);
    life.accepted();
    await life.stop();
    await checkSound(path);
  });
}

const UNBOUNDED = TIER_NAMES.map(() => FOREVER);

test('ShardEngine keeps its tiers under their bytes though it is never idle', async () => {
  const bytesMax = TIER_NAMES.map((_, tier) => [30_000, 100_000, FOREVER, 50_000, FOREVER][tier]!);
  await underOverload(bytesMax, ({ life, cycle }) => {
    const { books } = life.engines[0]!;
    let most = 0;
    for (let cycles = 0; cycles < 3_000; cycles++) {
      cycle();
      bytesMax.forEach((max, tier) => {
        const bytes = books.groups.reduce((sum, _, local) => sum + books.tier(local, tier).bytes, 0);
        most = Math.max(most, bytes / max);
        // What one compaction adds may be there until the next cycle but a few.
        assert.ok(bytes <= max + 60_000, `${TIER_NAMES[tier]} has ${bytes} bytes in cycle ${cycles}`);
      });
    }
    assert.ok(most > 0.9, `the fullest tier had ${most} of its bytes`);
  });
});

test('ShardEngine finishes a sweep, a delete and a repair though it is never idle', async () => {
  await underOverload(UNBOUNDED, (overload) => {
    const { life, cycle } = overload;
    const { sweeps, rewrites } = life.engines[0]!.jobs;
    for (let cycles = 0; cycles < 500; cycles++) cycle();
    const until = (what: string, isDone: () => boolean): void => {
      let cycles = 0;
      while (!isDone()) {
        // A repair of all takes 2,500 to 2,900, as the folder's hash key has it.
        assert.ok(++cycles < 5_000, `${what} is not done after ${cycles} cycles`);
        cycle();
      }
    };
    const wanted = sweeps.trigger();
    until('a sweep', () => sweeps.passes >= wanted);
    const selectors = [{ label: 'series', op: '=' as const, value: '7' }];
    const range = { startMs: 0, endMs: NOW_MS };
    rewrites.add({ kind: 'delete', selectors, ...range });
    until('a delete', () => !rewrites.isRunning);
    rewrites.add({ kind: 'repair', startMs: NOW_MS - HOUR_MS, endMs: NOW_MS });
    const both = sweeps.trigger();
    until('a repair and a sweep', () => !rewrites.isRunning && sweeps.passes >= both);
  });
});
