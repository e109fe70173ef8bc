import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JOB_SHARE } from '../../../../native-free-core/limits.js';
import { Maintenance } from '../../../../src/shard/jobs/maintenance.js';
import type { JobSource, ShardLoad, StoreJob } from '../../../../src/shard/jobs/store-job.js';

/** A source with jobs of some steps each, which counts the steps that its jobs did. */
class Work implements JobSource {
  steps = 0;
  /** Jobs that are still to be done. */
  jobs: number;
  /** Under which loads it has work. */
  readonly loads: ReadonlySet<ShardLoad>;
  readonly share?: number;
  readonly #length: number;
  readonly #whenBusy: number;

  constructor(options: {
    jobs?: number;
    length?: number;
    share?: number;
    whenBusy?: number;
    loads?: readonly ShardLoad[];
  }) {
    this.jobs = options.jobs ?? Number.POSITIVE_INFINITY;
    this.#length = options.length ?? 1;
    this.#whenBusy = options.whenBusy ?? 1;
    this.loads = new Set(options.loads ?? ['idle', 'busy', 'turn']);
    if (options.share !== undefined) this.share = options.share;
  }

  next(_nowMs: number, load: ShardLoad): StoreJob | undefined {
    if (this.jobs === 0 || !this.loads.has(load)) return undefined;
    this.jobs--;
    let left = this.#length;
    return {
      step: () => {
        this.steps++;
        left--;
        return 1;
      },
      hasWrites: false,
      write: () => {},
      committed: () => {},
      get isDone() {
        return left === 0;
      },
    };
  }

  stepsWhenBusy(): number {
    return this.#whenBusy;
  }

  isWaiting(): boolean {
    return this.share !== undefined && this.jobs > 0;
  }
}

function maintenance(...sources: Work[]): Maintenance {
  const made = new Maintenance();
  for (const source of sources) made.add(source);
  return made;
}

function run(made: Maintenance, cycles: number, load: 'idle' | 'busy'): void {
  for (let i = 0; i < cycles; i++) made.step(0, load);
}

for (const length of [1, 7, 400]) {
  test(`step() gives each source its share behind one whose jobs never end, in jobs of ${length} steps`, () => {
    const first = new Work({ length: 50 });
    const [second, third] = [1, 2].map(() => new Work({ length, share: JOB_SHARE }));
    run(maintenance(first, second!, third!), 20_000, 'busy');
    const steps = first.steps + second!.steps + third!.steps;
    assert.equal(steps, 20_000);
    for (const { steps: own } of [second!, third!]) {
      const part = own / (steps - own);
      assert.ok(Math.abs(part - JOB_SHARE) < 0.02, `${own} of ${steps} steps`);
    }
  });
}

test('step() gives everything to a source while the others have nothing, and what is gathered meanwhile is bounded', () => {
  const first = new Work({});
  const second = new Work({ share: JOB_SHARE, jobs: 0 });
  const made = maintenance(first, second);
  run(made, 10_000, 'busy');
  assert.equal(first.steps, 10_000);
  second.jobs = Number.POSITIVE_INFINITY;
  run(made, 100, 'busy');
  assert.ok(second.steps <= 75, `${second.steps} steps at once`);
});

test('step() does not charge a source for what nobody else wanted', () => {
  const first = new Work({ jobs: 0 });
  const second = new Work({ share: JOB_SHARE });
  const made = maintenance(first, second);
  run(made, 1_000, 'idle');
  assert.equal(second.steps, 1_000);
  first.jobs = Number.POSITIVE_INFINITY;
  run(made, 800, 'busy');
  assert.ok(second.steps >= 1_080, `${second.steps - 1_000} of 800 steps`);
});

test('step() lets a job that waits for an idle shard go on while another source has work', () => {
  const first = new Work({ length: 20, whenBusy: 0, loads: ['idle'] });
  const second = new Work({ share: JOB_SHARE, jobs: 0 });
  const made = maintenance(first, second);
  run(made, 1, 'idle');
  run(made, 100, 'busy');
  assert.equal(first.steps, 1);
  second.jobs = 5;
  run(made, 30, 'busy');
  assert.deepEqual([first.steps, second.steps], [20, 5]);
});
