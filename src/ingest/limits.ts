/** Bounds of the front end that no user needs to change, each with its unit and the reason for its value. */

/**
 * How old a point of a history may be, ms: a century. The coarsest tiers keep everything for ever, so this is no matter of
 * room; it stands between the engine and clocks that were never set, whose times would make a stretch of their own each.
 */
export const HISTORY_AGE_MS_MAX = 36_525 * 86_400_000;
