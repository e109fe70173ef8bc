import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type PlanQuestion, planSources } from '../../../native-free-core/query/plan-sources.js';
import { ROLLUP_TIERS, TIER_NAMES, type TierName } from '../../../native-free-core/tier/tiers.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A day's begin. */
const D = 20_000 * DAY;
const FOR_EVER = (): number => Number.NEGATIVE_INFINITY;

const question = (startMs: number, endMs: number, rest: Partial<PlanQuestion> = {}): PlanQuestion => ({
  startMs,
  endMs,
  stepMs: HOUR,
  prefersRaw: false,
  needsRaw: false,
  wanted: undefined,
  horizonMs: FOR_EVER,
  ...rest,
});

/** Tiers with the times from which on they are kept, the others for ever. */
const keptFrom =
  (times: Partial<Record<TierName, number>>) =>
  (tier: TierName): number =>
    times[tier] ?? Number.NEGATIVE_INFINITY;

/** `parts` as texts: tier, and start and end in minutes from D. */
function check(asked: PlanQuestion, parts: string[], main: TierName): void {
  const plan = planSources(asked);
  const texts = plan.parts.map(
    ({ tier, startMs, endMs }) => `${tier} ${(startMs - D) / MINUTE}..${(endMs - D) / MINUTE}`,
  );
  assert.deepEqual(texts, parts);
  assert.equal(plan.main, main);
  assert.equal(plan.gap, undefined);
}

describe('planSources()', () => {
  it('takes the tier that is preferred before coarser ones, where it divides the window and is kept', () => {
    const asked = { prefersRaw: true, preferred: '1m' as const };
    const horizonMs = keptFrom({ raw: D + 2 * DAY, '1m': D });
    check(question(D, D + DAY, { ...asked, horizonMs }), ['1m 0..1440'], '1m');
    check(question(D, D + DAY, { ...asked, wanted: '1m', horizonMs }), ['1m 0..1440'], '1m');
    check(
      question(D, D + DAY, { ...asked, preferred: '1h', stepMs: 5 * MINUTE, horizonMs }),
      ['5m 0..1440'],
      '5m',
    );
    check(question(D, D + DAY, asked), ['raw 0..1440'], 'raw');
    check(question(D, D + DAY, { ...asked, wanted: '1h' }), ['1h 0..1440'], '1h');
  });

  it('goes from the tier that is preferred to the next coarser ones, and to finer ones last', () => {
    const asked = { prefersRaw: true, preferred: '1m' as const, stepMs: DAY };
    const kept = { raw: D + 4 * DAY, '1m': D + 2 * DAY, '5m': D, '1h': D - 2 * DAY };
    check(
      question(D - 4 * DAY, D + 4 * DAY, { ...asked, horizonMs: keptFrom(kept) }),
      ['1d -5760..-2880', '1h -2880..0', '5m 0..2880', '1m 2880..5760'],
      '1d',
    );
    const fine = keptFrom({ raw: D + 4 * DAY, '5m': D + 2 * DAY, '1h': D + 2 * DAY, '1d': D + 2 * DAY });
    check(
      question(D, D + 4 * DAY, { ...asked, preferred: '5m', horizonMs: fine }),
      ['1m 0..2880', '5m 2880..5760'],
      '1m',
    );
    // The coarsest itself, and one that doesn't fit.
    check(question(D, D + DAY, { ...asked, preferred: '1d', horizonMs: fine }), ['1m 0..1440'], '1m');
    const odd = { ...asked, preferred: '1h' as const, stepMs: 15 * MINUTE };
    check(question(D + 2 * DAY, D + 3 * DAY, { ...odd, horizonMs: fine }), ['5m 2880..4320'], '5m');
  });

  it('takes the coarsest tier that divides the window', () => {
    check(question(D, D + DAY), ['1h 0..1440'], '1h');
    check(question(D, D + 2 * DAY, { stepMs: DAY }), ['1d 0..2880'], '1d');
    check(question(D, D + HOUR, { stepMs: 15 * MINUTE }), ['5m 0..60'], '5m');
    check(question(D, D + HOUR, { stepMs: 7 * MINUTE }), ['1m 0..60'], '1m');
    check(question(D, D + HOUR, { stepMs: 10_000 }), ['raw 0..60'], 'raw');
  });

  it('reads ends that cut its windows from the coarsest tier that is not cut there', () => {
    check(question(D + 5 * MINUTE, D + 3 * HOUR), ['5m 5..60', '1h 60..180'], '1h');
    check(question(D + 7 * MINUTE, D + 3 * HOUR), ['1m 7..60', '1h 60..180'], '1h');
    check(question(D, D + 3 * HOUR + 1_000), ['1h 0..180', `raw 180..${180 + 1 / 60}`], '1h');
    check(question(D + 30_000, D + 30 * MINUTE), ['raw 0.5..5', '5m 5..30'], '5m');
  });

  it('reads a range that holds none of its windows from a finer tier', () => {
    check(question(D + 5 * MINUTE, D + 50 * MINUTE), ['5m 5..50'], '5m');
    check(question(D + 55 * MINUTE, D + 65 * MINUTE), ['5m 55..65'], '5m');
  });

  it('goes back to tiers that are kept longer, and meets them at a day', () => {
    const horizonMs = keptFrom({ raw: D + HOUR, '1m': D - 3 * DAY });
    check(
      question(D - 2 * DAY, D + 2 * DAY, { stepMs: MINUTE, horizonMs, prefersRaw: true }),
      ['1m -2880..1440', 'raw 1440..2880'],
      '1m',
    );
    const coarse = keptFrom({ raw: D, '1m': D, '5m': D });
    check(
      question(D - 60 * DAY, D + DAY, {
        stepMs: Number.POSITIVE_INFINITY,
        horizonMs: coarse,
        prefersRaw: true,
      }),
      ['1d -86400..0', 'raw 0..1440'],
      '1d',
    );
  });

  it('gives a whole window of the finest tier that is left where an end cuts it', () => {
    const horizonMs = keptFrom({ raw: D + 10 * DAY, '1m': D + 10 * DAY });
    check(question(D + 7 * MINUTE, D + 2 * HOUR, { horizonMs }), ['5m 5..60', '1h 60..120'], '1h');
    check(question(D + 10 * MINUTE + 1, D + 10 * MINUTE + 2, { horizonMs }), ['5m 10..15'], '5m');
  });

  it('keeps to the tier that is wanted', () => {
    check(question(D, D + DAY, { wanted: '1m' }), ['1m 0..1440'], '1m');
    check(question(D, D + DAY, { wanted: 'raw' }), ['raw 0..1440'], 'raw');
    check(question(D + MINUTE, D + 2 * HOUR, { wanted: '1h' }), ['1m 1..60', '1h 60..120'], '1h');
  });

  it('tells from when on it can answer, and what is left before', () => {
    const horizonMs = keptFrom({ raw: D + 1, '1m': D - DAY });
    const plan = planSources(question(D - 5 * DAY, D + DAY, { stepMs: 10_000, horizonMs }));
    assert.deepEqual(plan.parts, [{ tier: 'raw', startMs: D + 1, endMs: D + DAY }]);
    assert.deepEqual(plan.gap, { untilMs: D + 1, finest: ROLLUP_TIERS[0] });
    // Also where the range ends before.
    const before = planSources(question(D - 5 * DAY, D - HOUR, { stepMs: 10_000, horizonMs }));
    assert.deepEqual(before, { parts: [], main: 'raw', gap: { untilMs: D + 1, finest: ROLLUP_TIERS[0] } });
    // Nothing of it is kept at all.
    const little = (tier: TierName): number => (tier === 'raw' ? D + 1 : D);
    check(question(D - 5 * DAY, D - 2 * DAY, { stepMs: 10_000, horizonMs: little }), [], 'raw');
  });

  it('does not offer the tier that is wanted as what is left before it', () => {
    const horizonMs = keptFrom({ raw: D, '1m': D, '5m': D - DAY + 1 });
    const { gap } = planSources(question(D - 5 * DAY, D, { wanted: '5m', horizonMs }));
    assert.deepEqual(gap, { untilMs: D - DAY + 5 * MINUTE, finest: ROLLUP_TIERS[2] });
  });

  it('leaves out what no tier keeps any more, without a gap', () => {
    const horizonMs = (): number => D;
    check(question(D - 5 * DAY, D + DAY, { horizonMs }), ['1h 0..1440'], '1h');
    check(question(D - 5 * DAY, D - DAY, { horizonMs }), [], 'raw');
  });

  it('covers each moment of a range once, with whole windows of tiers, whatever is kept', () => {
    const time = fc.integer({ min: D - 10 * DAY, max: D + 10 * DAY });
    const step = fc.constantFrom(
      1_000,
      MINUTE,
      3 * MINUTE,
      5 * MINUTE,
      HOUR,
      DAY,
      7 * DAY,
      Number.POSITIVE_INFINITY,
    );
    const ages = fc.array(fc.integer({ min: 0, max: 40 * DAY }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(time, time, step, ages, fc.boolean(), (a, b, stepMs, kept, prefersRaw) => {
        fc.pre(a !== b);
        const horizonMs = (tier: TierName): number => D + 10 * DAY - kept[TIER_NAMES.indexOf(tier)]!;
        const asked = question(Math.min(a, b), Math.max(a, b), { stepMs, prefersRaw, horizonMs });
        const { parts, gap } = planSources(asked);
        parts.forEach(({ tier, startMs, endMs }, i) => {
          const windowMs = ROLLUP_TIERS.find(({ name }) => name === tier)?.windowMs ?? 1;
          assert.ok(startMs < endMs && startMs % windowMs === 0 && endMs % windowMs === 0, 'whole windows');
          assert.ok(
            tier === 'raw' || stepMs === Number.POSITIVE_INFINITY || stepMs % windowMs === 0,
            'divides',
          );
          assert.ok(horizonMs(tier) <= startMs || tier !== 'raw', 'raw that is kept');
          assert.ok(i === 0 || parts[i - 1]!.endMs === startMs, 'no seam');
        });
        if (parts.length === 0) return;
        const [first, last] = [parts[0]!, parts.at(-1)!];
        assert.ok(last.endMs >= asked.endMs && last.endMs < asked.endMs + DAY);
        if (TIER_NAMES.some((tier) => horizonMs(tier) > asked.startMs)) return;
        assert.equal(gap, undefined);
        assert.ok(first.startMs <= asked.startMs && first.startMs > asked.startMs - DAY);
      }),
      { numRuns: 2_000 },
    );
  });

  it('covers a range exactly whatever tier is wanted and wherever it is cut, while everything is kept', () => {
    const time = fc.integer({ min: D - 3 * DAY, max: D + 3 * DAY });
    const wanted = fc.constantFrom(undefined, ...TIER_NAMES);
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 3 * DAY }), wanted, (startMs, lengthMs, tier) => {
        const asked = question(startMs, startMs + lengthMs, { stepMs: DAY, wanted: tier });
        const { parts, gap } = planSources(asked);
        assert.equal(gap, undefined);
        assert.deepEqual([parts[0]!.startMs, parts.at(-1)!.endMs], [asked.startMs, asked.endMs]);
        for (let i = 1; i < parts.length; i++) assert.equal(parts[i]!.startMs, parts[i - 1]!.endMs);
      }),
      { numRuns: 2_000 },
    );
    check(question(D + 30_000, D + 90_000, { wanted: '1h' }), ['raw 0.5..1.5'], 'raw');
    check(question(D + 5 * MINUTE, D + 50 * MINUTE, { wanted: '1h' }), ['5m 5..50'], '5m');
    // What is finer is not kept any more: the window whole.
    const horizonMs = keptFrom({ raw: D + DAY, '1m': D + DAY, '5m': D + DAY });
    check(question(D + 5 * MINUTE, D + 50 * MINUTE, { wanted: '1h', horizonMs }), ['1h 0..60'], '1h');
  });
});
