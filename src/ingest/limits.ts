/** Bounds of the front end that no user needs to change, each with its unit and the reason for its value. */

/**
 * How old a point of a history may be, ms: a century. The coarsest tiers keep everything for ever, so this is no matter of
 * room; it stands between the engine and clocks that were never set, whose times would make a stretch of their own each.
 */
export const HISTORY_AGE_MS_MAX = 36_525 * 86_400_000;

/**
 * Batches of a history that one connection may have in flight, and points of a batch that it is told to keep to. Batches are
 * taken in the order in which they come, so a live batch waits for all that stand before it: 8 of 10,000 points are some 10 ms of
 * a shard's work, and cover the round trip of a commit (bench/macro/backfill.ts).
 */
export const HISTORY_IN_FLIGHT_MAX = 8;
export const HISTORY_BATCH_POINTS_MAX = 10_000;

/**
 * The oldest time of any point, ms, however long points are kept: 126,000 years ago. Keys of segments hold times down to -2^52
 * (store-layout.ts), and two segments below that would have one key. Whole stretches of all tiers lie between the two.
 */
export const TIME_MS_MIN = -4e15;
