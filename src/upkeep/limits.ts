/** Bounds of what is done to whole folders: other numbers of workers, backups, compaction. */

/**
 * Bytes that one transaction of a copy holds. A commit of this size takes some 20 ms on a disk that syncs 400 MB/s: a copy
 * beside a running engine shares the disk in pieces that its commits can wait for.
 */
export const COPY_STEP_BYTES = 8 * 1024 * 1024;

/** Pairs that one transaction of a copy holds: 20,000 small ones take about as long as COPY_STEP_BYTES of large ones. */
export const COPY_STEP_PAIRS = 20_000;

/**
 * Free disk that a copy leaves, bytes: a copy is given up before the engine beside it, which stops taking points at 1 MiB.
 * Two steps, because a step is looked at before it is written.
 */
export const COPY_SPARE_BYTES = 2 * COPY_STEP_BYTES;

/** How often a long copy says in the log how far it is, ms. */
export const PROGRESS_LOG_MS = 5_000;

/** The ring of a shard at rest, bytes: the smallest there is, for nothing is sent to it. */
export const RING_BYTES_MIN = 4_096;
