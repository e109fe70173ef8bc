import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createStreamDetector,
  STREAM_PROFILES,
  type StreamProfile,
} from '../../../native-free-core/detect/stream-detector.js';
import { naiveNovelty, naiveSpikes } from '../../e2e/reading/naive-streaming.js';
import { autoregressive } from '../trend/noise.js';

const MINUTE = 60_000;

function scores(profile: StreamProfile, values: readonly number[], stepMs = 5 * MINUTE): number[] {
  const detector = createStreamDetector(profile);
  return values.map((value, i) => detector.push(1_700_000_000_000 + i * stepMs, value));
}

const series = fc
  .tuple(fc.integer({ min: 0, max: 1_000 }), fc.constantFrom(0, 0.5, 0.95), fc.integer({ min: 1, max: 400 }))
  .map(([seed, rho, count]) =>
    autoregressive(rho, count, seed).map((value, i) => (i % 97 === 96 ? value * 8 : value)),
  );

for (const profile of STREAM_PROFILES) {
  test(`createStreamDetector('${profile}') gives a prefix of a series the prefix of its scores`, () => {
    fc.assert(
      fc.property(series, fc.nat(400), (values, cut) => {
        assert.deepEqual(scores(profile, values.slice(0, cut)), scores(profile, values).slice(0, cut));
      }),
      { numRuns: 50 },
    );
  });

  test(`createStreamDetector('${profile}') judges as its definition, written out over all points before each`, () => {
    for (const [seed, rho] of [0, 0.5, 0.95].entries()) {
      const steps = autoregressive(rho, 450, seed);
      const points = steps.map((step, i) => {
        const value = step + Math.max(0, i - 150) ** 1.5 * 0.02 + (i % 41 === 40 ? 9 : 0);
        return { metric: 'm', labels: {}, timeMs: 1_700_000_000_000 + i * 20 * MINUTE, value };
      });
      const detector = createStreamDetector(profile);
      const wanted = profile === 'novelty' ? naiveNovelty(points) : naiveSpikes(points);
      for (const [i, { timeMs, value }] of points.entries()) {
        const score = detector.push(timeMs, value);
        const { score: scoreWanted, expected } = wanted[i]!;
        const told = `point ${i} of ${rho}: ${score} for ${scoreWanted}, ${detector.expected} for ${expected}`;
        assert.ok(Math.abs(score - scoreWanted) <= 1e-9 * (1 + scoreWanted), told);
        assert.ok(Math.abs(detector.expected - expected) <= 1e-9, told);
      }
    }
  });

  test(`createStreamDetector('${profile}') scores a · x + b as x`, () => {
    fc.assert(
      fc.property(
        series,
        fc.constantFrom(2, -1, 1e-3, 1e6),
        fc.constantFrom(0, 100, -1e4),
        (values, a, b) => {
          const plain = scores(profile, values);
          const moved = scores(
            profile,
            values.map((value) => a * value + a * b),
          );
          plain.forEach((score, i) => {
            assert.ok(Math.abs(moved[i]! - score) <= 1e-6 * (1 + score), `point ${i}: ${moved[i]}, ${score}`);
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  test(`createStreamDetector('${profile}') has finite scores and no doubt of a series that doesn't move`, () => {
    const finite = fc.array(fc.double({ min: -1e100, max: 1e100, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(finite, (values) => {
        assert.ok(scores(profile, values).every((score) => Number.isFinite(score) && score >= 0));
      }),
    );
    assert.ok(scores(profile, new Array<number>(500).fill(0.1)).every((score) => score === 0));
  });

  test(`createStreamDetector('${profile}') finds a point far out, and seldom alarms in noise`, () => {
    let alarms = 0;
    for (let seed = 0; seed < 20; seed++) {
      const values = autoregressive(0.5, 1_000, seed);
      const found = scores(profile, values);
      alarms += found.filter((score) => score >= 3).length;
      values[700] = 25;
      const spiked = scores(profile, values);
      assert.ok(spiked[700]! >= 3 && spiked[700]! > found[700]!, `${spiked[700]}`);
    }
    assert.ok(alarms / 20_000 <= 3e-3, `${alarms} alarms in 20,000 points of noise`);
  });
}

test("createStreamDetector('novelty') notices a change of level, a stillness, an hour at another time", () => {
  const daily = (i: number) => Math.sin((2 * Math.PI * i) / 288) * 10 + Math.sin(i * i);
  const check = (change: (value: number, i: number) => number) => {
    const values = Array.from({ length: 10 * 288 }, (_, i) => (i < 2_600 ? daily(i) : change(daily(i), i)));
    const found = scores('novelty', values);
    assert.ok(Math.max(...found.slice(2_600)) >= 3, `${Math.max(...found.slice(2_600))}`);
    assert.ok(Math.max(...found.slice(1_500, 2_600)) < 3, `${Math.max(...found.slice(1_500, 2_600))}`);
  };
  check((value) => value + 15);
  check((_, i) => daily(i + 144));
});

test("createStreamDetector('spikes') alarms at each of some spikes, where novelty is silent after the first", () => {
  const values = autoregressive(0, 600, 7).map((value, i) => (i >= 500 && i % 20 === 0 ? 15 : value));
  const count = (profile: StreamProfile) =>
    scores(profile, values)
      .slice(500)
      .filter((score) => score >= 3).length;
  assert.ok(count('spikes') >= 4, `${count('spikes')}`);
  assert.equal(count('novelty'), 1);
});

test('a detector tells what it expected before the point', () => {
  for (const profile of STREAM_PROFILES) {
    const detector = createStreamDetector(profile);
    for (let i = 0; i < 200; i++) detector.push(i * MINUTE, 10 + (i % 2));
    detector.push(200 * MINUTE, 99);
    assert.ok(Math.abs(detector.expected - 10.5) < 0.1, `${profile} ${detector.expected}`);
    assert.ok(Math.abs(detector.deviation - 0.5) < 0.1, `${profile} ${detector.deviation}`);
  }
});
