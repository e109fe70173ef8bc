import { assert } from '../assert.js';
import { RETENTION_RULES_MAX } from '../limits.js';
import { TIER_NAMES, type TierName } from '../tier/tiers.js';
import { matchesGlob } from './glob.js';

/** How long each tier is kept, ms; Infinity: for ever. */
export type TierRetention = Readonly<Record<TierName, number>>;

/** Metrics whose names match a glob; tiers that it does not name keep the default. */
export type RetentionRule = { readonly match: string } & Readonly<
  Partial<Record<TierName, number | undefined>>
>;

/** How long what is kept, as plain data: it goes to other threads. */
export type RetentionSpec = TierRetention & { readonly rules: readonly RetentionRule[] };

/**
 * What decides how long points and cells are kept. Metrics fall into classes: class 0 has the defaults, class i + 1 is
 * rule i, and a metric belongs to the first rule that matches its name.
 */
export class RetentionPolicy {
  readonly #rules: readonly RetentionRule[];
  /** By class, then by tier in the order of TIER_NAMES. */
  readonly #ms: readonly (readonly number[])[];

  constructor(spec: RetentionSpec) {
    assert(spec.rules.length <= RETENTION_RULES_MAX, 'too many retention rules');
    this.#rules = spec.rules;
    const defaults = TIER_NAMES.map((tier) => spec[tier]);
    this.#ms = [defaults, ...spec.rules.map((rule) => TIER_NAMES.map((tier) => rule[tier] ?? spec[tier]))];
    for (const row of this.#ms) for (const ms of row) assert(ms > 0, 'a retention must be positive');
  }

  /** Classes there are: 1 without rules. */
  get classCount(): number {
    return this.#ms.length;
  }

  /** The class of a metric, by its name. */
  classOf(metric: string): number {
    return this.#rules.findIndex(({ match }) => matchesGlob(match, metric)) + 1;
  }

  /** How long a class keeps a tier (its place in TIER_NAMES), ms; Infinity: for ever. */
  retentionMs(retentionClass: number, tier: number): number {
    return this.#ms[retentionClass]![tier]!;
  }

  /** The shortest that any class keeps a tier, ms. */
  shortestMs(tier: number): number {
    return Math.min(...this.#ms.map((row) => row[tier]!));
  }

  /** The longest that any class keeps a tier, ms. */
  longestMs(tier: number): number {
    return Math.max(...this.#ms.map((row) => row[tier]!));
  }

  /** The oldest time of which some tier of a metric's class still keeps something; -Infinity: of any. */
  oldestKeptMs(metric: string, nowMs: number): number {
    return nowMs - this.longestOfClassMs(this.classOf(metric));
  }

  /** The longest that any tier of a class is kept, ms. */
  longestOfClassMs(retentionClass: number): number {
    return Math.max(...this.#ms[retentionClass]!);
  }
}
