import type { LabelMatcher } from '../../src/http/ports.js';
import type { SimSeries } from './series-pool.js';
import type { SimClock } from './sim-clock.js';
import type { SimDelete } from './sim-delete.js';
import type { SimRandom } from './sim-random.js';

const MINUTE_MS = 60_000;

/** Makes deletes of some series over some time, and says in plain words which series they mean. */
export class DeleteMaker {
  readonly #random: SimRandom;
  readonly #clock: SimClock;
  readonly #pool: readonly SimSeries[];

  constructor(random: SimRandom, clock: SimClock, pool: readonly SimSeries[]) {
    this.#random = random;
    this.#clock = clock;
    this.#pool = pool;
  }

  make(askedAt: number): SimDelete {
    const selectors = this.#selectors();
    const texts = new Set(this.#pool.filter((series) => isMeant(series, selectors)).map(({ text }) => text));
    return { selectors, ...this.range(), texts, askedAt };
  }

  /** Around now, often cut at whole minutes, seldom all of time. */
  range(): { startMs: number; endMs: number } {
    const random = this.#random;
    if (random.chance(0.15)) return { startMs: 0, endMs: this.#clock.nowMs() + 3_650 * 24 * 60 * MINUTE_MS };
    const lengthMs = random.pick([
      1_000,
      20_000,
      MINUTE_MS,
      10 * MINUTE_MS,
      60 * MINUTE_MS,
      3 * 24 * 60 * MINUTE_MS,
    ]);
    let startMs = this.#clock.nowMs() - random.int(random.pick([lengthMs, 2 * lengthMs, 10 * MINUTE_MS]));
    if (random.chance(0.3)) startMs = Math.floor(startMs / MINUTE_MS) * MINUTE_MS;
    return { startMs, endMs: startMs + lengthMs };
  }

  #selectors(): LabelMatcher[] {
    const { name, labels } = this.#random.pick(this.#pool);
    const host = labels['host']!;
    const byName = { label: '__name__', op: '=', value: name } as const;
    const choices: LabelMatcher[][] = [
      [byName],
      [byName, { label: 'host', op: '=', value: host }],
      [byName, { label: 'host', op: '!=', value: host }],
      [{ label: 'host', op: '=~', value: 'h-[0-9]*[02468]' }],
      [{ label: 'zone', op: '=', value: '' }],
      [{ label: '__name__', op: '=~', value: '.+' }],
    ];
    return this.#random.pick(choices);
  }
}

function isMeant({ name, labels }: SimSeries, selectors: readonly LabelMatcher[]): boolean {
  return selectors.every(({ label, op, value }) => {
    const has = label === '__name__' ? name : (labels[label] ?? '');
    const isSame = op === '=' || op === '!=' ? has === value : new RegExp(`^(?:${value})$`, 'u').test(has);
    return isSame === (op === '=' || op === '=~');
  });
}
