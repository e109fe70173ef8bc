import type { SeededRandom } from './random.js';

export const PATTERNS = ['noise', 'sine_wave', 'linear_trend', 'spike', 'combined'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** Where in its run a point lies. */
export interface Moment {
  timeMs: number;
  /** How much of the run lies behind it, 0 to 1. */
  progress: number;
  /** Length of one wave, ms. */
  periodMs: number;
  /** Shifts the host's waves against the others', 0 to 1. */
  phase: number;
}

/** The level that all patterns move around: they look like a percentage. */
const LEVEL = 50;
const SPIKE_CHANCE = 0.02;

const wave = ({ timeMs, periodMs, phase }: Moment): number =>
  Math.sin(2 * Math.PI * (timeMs / periodMs + phase));
const spike = (random: SeededRandom): number =>
  random.uniform() < SPIKE_CHANCE ? 60 + 40 * random.uniform() : 0;

const SHAPES: Readonly<Record<Pattern, (moment: Moment, random: SeededRandom) => number>> = {
  noise: (_, random) => LEVEL + 10 * random.normal(),
  sine_wave: (moment, random) => LEVEL + 40 * wave(moment) + random.normal(),
  linear_trend: ({ progress }, random) => LEVEL - 30 + 60 * progress + random.normal(),
  spike: (_, random) => LEVEL + 2 * random.normal() + spike(random),
  combined: (moment, random) =>
    LEVEL - 15 + 30 * moment.progress + 20 * wave(moment) + 3 * random.normal() + spike(random),
};

/** A value of the pattern, to three digits, as sensors give them. */
export function patternValue(pattern: Pattern, moment: Moment, random: SeededRandom): number {
  return Math.round(SHAPES[pattern](moment, random) * 1000) / 1000;
}
