const MINUTE_MS = 60_000;

/**
 * The moment by which a request that comes now judges what is still kept: the next whole minute, so that requests of one
 * minute about the same range are the same request and share an answer. Later is the safe side: what is about to be swept counts as gone.
 */
export function keptMoment(nowMs: number): number {
  return Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
}
