import { assert } from './assert.js';

/**
 * Every bound of the engine, with its unit and the reason for its value. Bounds of the wire stand in
 * protocol/limits.ts. Those that a user may change are defaults here and keys in docs/configuration.md.
 * The relations that the code relies on are asserted at the foot of this file, when it is loaded.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Partitions of the hash space, fixed for ever in a data folder. 256: one byte of the hash. */
export const PARTITION_COUNT = 256;

/**
 * Groups of partitions, the unit that is stored together and moves whole between shards (docs/adr/0002).
 * 16 partitions a group keep a flush in 16 values of tens of kilobytes, where 256 values of 3 KB would lose
 * a third of their pages to rounding.
 */
export const GROUP_COUNT = 16;

/** Shards in one process, at most one a group. */
export const SHARD_COUNT_MAX = GROUP_COUNT;

/** Series in all, default. 2,000,000 at 600 bytes each are 1.2 GB, what a small server can spare. */
export const SERIES_TOTAL_MAX = 2_000_000;

/** Series of one metric, default. A metric with more has an unbounded label. */
export const SERIES_PER_METRIC_MAX = 100_000;

/** A series' place in a shard, in bits of a packed series reference; 2^26 slots are 67 million. */
export const SLOT_BITS = 26;

/** How far ahead of this machine's clock a point may lie, default, ms. */
export const CLOCK_SKEW_MS_MAX = 10 * 60_000;

const DAY_MS = 86_400_000;

/** How long each tier is kept, default, ms: the finer, the shorter. Older points than raw keeps are refused as too_old. */
export const TIER_RETENTION_MS = {
  raw: 30 * DAY_MS,
  '1m': 90 * DAY_MS,
  '5m': 365 * DAY_MS,
  '1h': Number.POSITIVE_INFINITY,
  '1d': Number.POSITIVE_INFINITY,
} as const;

/** Retention by metric pattern: rules, each a class of its own. A class a metric is one byte in the tables that hold it. */
export const RETENTION_RULES_MAX = 64;

/** A step of the wall clock beyond which retention doubts it, ms: a shard looks at it many times a second. */
export const RETENTION_STEP_MS_MAX = 60_000;

/** How long a clock must have stood by a leap ahead before retention believes it, ms: long enough to notice and set it right. */
export const RETENTION_HOLD_MS = 3_600_000;

/** Between two passes of a sweep over all tiers, ms: what expires is seconds of a day. */
export const SWEEP_INTERVAL_MS = 5 * 60_000;

/** Keys that one step of a sweep looks at, and bytes of segments that it reads: about 2 ms, and a transaction of as much at most. */
export const SWEEP_STEP_KEYS = 2_048;
export const SWEEP_STEP_BYTES = 512 * KIB;

/** Segments that one step of a sweep takes at most: each is a removal of some 30 pages. */
export const SWEEP_STEP_SEGMENTS = 64;

/**
 * What a byte of a segment that is written anew counts for in SWEEP_STEP_BYTES: its runs are read, where one that goes as it is only
 * has its head looked at. So a step writes one segment of COMPACTION_SEGMENT_BYTES anew: some 5 ms for 70,000 cells of six points
 * (bench/macro/sweep.ts; four of them in a step had ACKs wait 60 ms).
 */
export const SWEEP_REWRITE_COST = 4;

/** Between two steps of a sweep while the shard has points to take, ms: a tenth of its time at most. */
export const SWEEP_BUSY_MS = 20;

/** One shard's ring, bytes. Half of it must hold the largest entry; it is touched only as far as a backlog reaches. */
export const RING_BYTES = 64 * MIB;

/** A ring that is empty goes back to its begin once it is this far, bytes: a light load stays in the cache. */
export const RING_REWIND_BYTES = 1 * MIB;

/** Points in one entry of a ring; a batch of protocol/limits.ts must fit (asserted in src/limits-check.ts). */
export const ENTRY_POINTS_MAX = 1_000_000;

/** One command to a shard, bytes of JSON: a selector and some numbers. */
export const COMMAND_BYTES_MAX = 64 * KIB;

/** How long a command waits for room in a ring before its caller is told that the shard is busy, ms. */
export const COMMAND_WAIT_MS_MAX = 5_000;

/** Canonical bytes of one series: name, 32 labels with name and value, and their length prefixes. */
export const SERIES_KEY_BYTES_MAX = 40 * KIB;

/** Open memory of one arena before it is closed and flushed, bytes. 48 MiB hold 3 million points of full extents. */
export const ARENA_BYTES_SOFT = 48 * MIB;

/**
 * Open memory for each series before an arena is closed, bytes: one extent of 8 points, and a sixteenth for those series that come to
 * their ninth first. An extent is taken whole with its first point, so without that room a generation would end as soon as
 * each series has one. Two arenas are 272 of the 600 aimed at.
 */
export const ARENA_BYTES_PER_SERIES = 136;

/** Room above the soft bound for one entry whose every point opens an extent of 128 bytes. */
export const ARENA_BYTES_HEADROOM = 128 * ENTRY_POINTS_MAX;

/** Hard size of one arena, bytes; virtual until touched. */
export const ARENA_BYTES_HARD = 768 * MIB;

/** Unflushed log of one shard, bytes: bounds the replay after a crash to about two seconds. */
export const LOG_BYTES_MAX = 512 * MIB;

/** Age of the oldest point that is only in the log before a flush begins, ms; also bounds quiet replays. */
export const FLUSH_AGE_MS_MAX = 60 * 60_000;

/** Bytes of entries that one duty cycle takes from the ring. 2 MiB are ~130,000 points, about 3 ms of work. */
export const CYCLE_BYTES_MAX = 2 * MIB;

/** Points between two moments at which readers may look in; a reader waits for at most ~0.1 ms of appends. */
export const APPLY_SLICE_POINTS = 8_192;

/** Series of a shard from which on appends touch lines ahead: their lines no longer fit the cache of a core. Of fewer it only costs. */
export const TOUCH_SLOTS_MIN = 65_536;

/**
 * Points whose lines are touched ahead, and series whose extents are before a flush copies them: more than a core can wait for side by
 * side, few enough to be there still. 8 to 64 were tried (docs/benchmarks.md).
 */
export const TOUCH_POINTS = 32;
export const TOUCH_SERIES = 16;

/** Points that one flush step encodes: bounds what an ACK waits for a flush. About 1.5 ms. */
export const FLUSH_STEP_POINTS = 65_536;

/** Series that one flush step looks at; an empty series costs a cache line. */
export const FLUSH_STEP_SERIES = 4_096;

/**
 * Mean points a series below which a flush step writes batches of neighbouring series instead of a chunk a series. A
 * chunk costs about 5 µs and 20 bytes whatever it holds; above this a reader of one series gains more by chunks.
 */
export const BATCH_SERIES_POINTS = 32;

/** Points of one batch. Short enough that reading one series of it costs about 50 µs, long enough that its columns pay. */
export const BATCH_POINTS = 8_192;

/** Points in one chunk. Bounds scratch memory and what a damaged chunk can take with it. */
export const CHUNK_POINTS_MAX = 65_536;

/**
 * Series numbers that a compacted segment may span: segments never cross a multiple of it, so that those of one lane can be
 * compacted and merged by themselves, in transactions of a few MiB whatever the number of series.
 */
export const COMPACTION_LANE_SERIES = 4_096;

/** Fresh generations from which on an idle shard compacts a group. */
export const COMPACTION_GENERATIONS_MIN = 4;

/** Fresh generations beyond which it does so however small they are: each is a read more for a query of one series. */
export const COMPACTION_GENERATIONS_MAX = 32;

/** Age of a group's oldest fresh generation from which on an idle shard compacts it, ms since its flush. */
export const COMPACTION_QUIET_MS = 30_000;

/** The same where series have few fresh points each, for which many small runs would be written. */
export const COMPACTION_AGE_MS_MAX = 10 * 60_000;

/** Mean fresh points a series from which on a compaction pays: five runs a series cost about 30 µs. */
export const COMPACTION_SERIES_POINTS = 64;

/**
 * Fresh points of a shard from which on it compacts though it is busy, and beyond which it takes no more until it has: a
 * burst of some seconds goes at full speed, a query of all series reads at most the second number of points more.
 */
export const COMPACTION_POINTS_SOFT = 64_000_000;
export const COMPACTION_POINTS_HARD = 256_000_000;

/** Input of one compaction or merge, bytes: its writes are about as much again, and an ACK may wait for them. */
export const COMPACTION_JOB_BYTES = 4 * MIB;

/** What one step of such a job does, in points; a series counts COMPACTION_SERIES_WORK more. About 2 ms. */
export const COMPACTION_STEP_WORK = 16_384;
export const COMPACTION_SERIES_WORK = 256;

/** Points up to which small chunks of a series are made into one. A chunk of at least half of that is copied as it is. */
export const COMPACTION_CHUNK_POINTS = 1_024;

/** Cells in one run: a reader of some windows passes over the other runs of its series. */
export const COMPACTION_RUN_CELLS = 128;

/** Bytes from which on a compacted segment ends with its series. Of pages of 4 KiB 2 % are lost to rounding. */
export const COMPACTION_SEGMENT_BYTES = 128 * KIB;

/**
 * Of the steps of background work, what sweeps, deletes and merges get at least each while others have work without end, and how
 * many steps such a right may gather: under lasting overload compactions never end, and what they write must go, too.
 */
export const JOB_SHARE = 1 / 8;
export const JOB_TURN_STEPS_MAX = 64;

/** How long nothing was added to a stretch that is over before what is small in it is merged for good, ms. */
export const COMPACTION_COLD_MS = 30 * 60_000;

/** Small neighbours of one stretch and lane that are merged into one. */
export const COMPACTION_MERGE_LAYERS = 8;

/** Times that a reader tries again under a sequence word before it yields its time slice. */
export const READ_RETRIES_MAX = 1_000;

/** Longest sleep of a shard without work, ms: a thread in Atomics.wait hears no messages. */
export const IDLE_WAIT_MS_MAX = 20;

/** Producers with a name that one folder remembers. Each costs a window of 40 bytes a group. */
export const PRODUCERS_MAX = 100_000;

/** Batches above the highest contiguous one that a producer's window can tell apart. */
export const PRODUCER_WINDOW_BITS = 64;

/** Series in one page of the series table. 256 TSBS series are about 50 KB. */
export const SERIES_PAGE_LENGTH = 256;

/** Metrics that have live sliding windows, a shard; further ones answer from raw points. */
export const LIVE_METRICS_MAX = 8_192;

/** Histogram pages for the live windows, a shard: 32 MiB when all are touched. */
export const LIVE_PAGES_MAX = 65_536;

assert(PARTITION_COUNT % GROUP_COUNT === 0, 'groups must hold whole partitions');
assert(SERIES_TOTAL_MAX * 2 < 2 ** SLOT_BITS, 'a slot must fit its bits');
assert(RING_BYTES >= 2 * (20 * ENTRY_POINTS_MAX + KIB), 'half a ring must hold the largest entry');
assert(
  ARENA_BYTES_SOFT + ARENA_BYTES_HEADROOM <= ARENA_BYTES_HARD,
  'an arena must take one more entry at its soft bound',
);
assert(3 * JOB_SHARE <= 1 / 2, 'compactions must keep the larger part of background work');
assert(FLUSH_STEP_SERIES <= COMPACTION_LANE_SERIES, 'a flush step lies within one lane');
assert(BATCH_POINTS <= CHUNK_POINTS_MAX, 'a batch must fit the memory of a chunk');
assert(
  COMPACTION_POINTS_SOFT < COMPACTION_POINTS_HARD,
  'fresh points must be compacted before they are too many',
);
