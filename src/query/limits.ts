import { assert } from '../../native-free-core/assert.js';

/** Bounds of the query side, each with its unit and the reason for its value. */

const MIB = 1024 * 1024;

/** Points that one query may decode, default. About two seconds of a thread: a longer answer belongs to a rollup. */
export const SCAN_POINTS_MAX = 200_000_000;

/** Series that one query may select, default, of all those with points. Their places and ordinals take 16 MB. */
export const SCAN_SERIES_MAX = 2_000_000;

/** Rows of one answer, default: windows times groups, empty ones too. A million are 100 MB of JSON, and as much of columns. */
export const ANSWER_ROWS_MAX = 1_000_000;

/** What is nearer than this to the end of its tier's retention may be swept while a query runs, ms. */
export const HORIZON_MARGIN_MS = 60_000;

/** How far back of the start a counter's last value is looked for, ms, unless the window is longer. */
export const COUNTER_LOOK_BACK_MS = 3_600_000;

/** What a chart is made from by the length of its range, ms: some thousand rows a line at most (the contract). */
export const CHART_RANGES_MS = [
  { untilMs: 3_600_000, source: 'raw' },
  { untilMs: 86_400_000, source: '1m' },
  { untilMs: 7 * 86_400_000, source: '1h' },
  { untilMs: Number.POSITIVE_INFINITY, source: '1d' },
] as const;

/** Windows of raw points of several series in one line, ms: round ones, as clocks and charts have them. */
export const CHART_STEPS_MS: readonly number[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
].map((seconds) => seconds * 1_000);

/** Decoded cells that a query thread remembers, bytes: 800,000 cells, an hour of a day of 30,000 series. */
export const CELL_CACHE_BYTES = 64 * MIB;

/** Values that an exact statistic holds at once: 512 MiB, and as much again while it selects percentiles. */
export const EXACT_VALUES_MAX = 64 * MIB;

/** Memory of the sketches that one query holds at once, bytes: a million windows of few values, or 100,000 of a thousand buckets. */
export const SKETCHES_BYTES_MAX = 512 * MIB;

/** Stored cells that one question about counters holds at once: 56 bytes each. */
export const COUNTER_CELLS_MAX = 8 * MIB;

/** Cells up to which counters are read from the finest tier that is kept: about 20 ms of decoding. */
export const COUNTER_CELLS_PREFERRED = MIB / 2;

/** Points that are looked at series by series, for anomalies and lines of a chart: 16 bytes each, and 56 for those of the series that is looked at. */
export const SERIES_POINTS_MAX = 16 * MIB;

/** Values of one answer to a row: most aggregations have fewer. Their columns take 256 MB where all rows have as many. */
export const VALUES_A_ROW_MAX = 32;

/** Ways of grouping that are remembered with a selection. */
export const GROUPINGS_KEPT = 8;

/** Values that a pass over all of them looks at between two looks at the stop flag: 2 to 10 ms. Even, since passes take two at a time. */
export const VALUES_AT_ONCE = 2 ** 21;

/** Points that are judged one by one between two looks at the stop flag: about 5 ms of a detector that learns. */
export const POINTS_AT_ONCE = 2 ** 16;

/** Values that are sorted at once: 15 ms. More are merged from so many each. */
export const SORTED_AT_ONCE = 2 ** 18;

/** Comparisons of a sort, and texts that are read, between two looks at the stop flag: about a ms. */
export const TEXTS_AT_ONCE = 4_096;

/** Windows that are merged between two looks at the stop flag, about 20 µs; one with a sketch counts as so many others. */
export const MERGES_AT_ONCE = 4_096;
export const SKETCH_MERGES = 32;

/** Values whose memory a query thread keeps from query to query: 8 MiB a column. Larger columns are given back. */
export const KEPT_VALUES_MAX = 1 * MIB;

/** Windows of one trend: finding a period among n of them takes n² steps, about 50 ms for this many. */
export const TREND_WINDOWS_MAX = 5_000;

/** Points of one forecast. */
export const FORECAST_POINTS_MAX = 1_000;

/** Ranges up to this long have their line through raw points, ms; longer ones through the windows of a tier. */
export const TREND_RAW_RANGE_MS_MAX = 86_400_000;

/** Windows that a season is looked for in; finding a period among n of them takes n² steps. */
export const SEASONAL_WINDOWS_MAX = 2_000;

/** Part of the range that a rolling baseline looks back where it isn't said. */
export const ROLLING_BASELINE_PART = 10;

/** How far before the range a streaming detector begins at most, ms: a week has all hours of all kinds of days. */
export const STREAM_WARM_UP_MS_MAX = 7 * 86_400_000;

/** Waiting queries a thread: one thread answers a few hundred small ones a second even when the shards are busy. */
export const QUEUE_PER_THREAD = 64;

/**
 * How long a query may run on the thread that is for light ones, ms, before it gives it up and waits for another. So long a
 * light query may find it taken; names, latest values and an hour of a few series take a tenth of it.
 */
export const LIGHT_BUDGET_MS = 25;

/**
 * What the socket thread answers by itself instead of asking a query thread: what is foreseen to take no more than so many steps
 * (work.ts), twice the time of the way to a thread and back, and is given up after so many ms, which is the most that thread may spend. With what is
 * done once and remembered, such as decoding, it may be more steps.
 */
export const INLINE_STEPS_MAX = 40_000;
export const INLINE_STEPS_ONCE_MAX = 65_000;
export const INLINE_BUDGET_MS = 1;

/** Numbers of series that a segment is foreseen to have runs of at most, however far apart its first and its last are: 128 KiB hold a few thousand short runs. */
export const SEGMENT_NUMBERS_FORESEEN = 4_096;

/** How much of it reading may take, ms: what is read last must still be made an answer of. */
export const INLINE_READ_MS = 0.75;

/**
 * Bytes of a stored run of cells that the socket thread decodes. Nobody looks at the time before its end: a byte of sketches of many
 * buckets takes up to 0.13 µs, one of few values 5 ns. A day of minutes of six whole numbers each takes 8 KB.
 */
export const INLINE_RUN_BYTES_MAX = 10_240;

/** For how long the socket thread doesn't try questions again that were too much work for it, whatever is remembered, ms. */
export const INLINE_BEYOND_MS = 10_000;

/** After how long the socket thread tries again to open stores that it could not open, ms: the process may have had no more files to open. */
export const INLINE_REOPEN_MS = 10_000;

/** What a value takes in the forms of an answer that are put together of objects first, against JSON and columns, which are written straight away. */
export const INLINE_OBJECT_WEIGHT = 2;

/**
 * How much of its time the socket thread may spend so, and at most at a stretch, ms, which is what an
 * acknowledgement may wait longer for it. None while what else it does leaves less than a seventh of its time, looked at so often, ms: reading and
 * writing small queries, for one client after the other, takes half of it, and sending them to threads takes more.
 */
export const INLINE_SHARE = 0.5;
export const INLINE_STRETCH_MS = 2;
export const INLINE_OTHERS_SHARE_MAX = 0.85;
export const INLINE_SAMPLE_MS = 20;

/** How long a place of the store counts as being in memory after a query thread read it, ms, and how many are remembered, 100 bytes each. */
export const RECENT_READ_MS = 60_000;
export const RECENT_READS_KEPT = 4_096;

/** Places that one answer tells the socket thread of: those of a query that is none too large for it. */
export const READS_TOLD_MAX = 64;

/** Decoded cells that the socket thread remembers, bytes: 800,000 cells, three hours of minutes of 4,000 series. A quarter of it was soon full of one dashboard. */
export const INLINE_CELL_CACHE_BYTES = 64 * MIB;

/** Kinds of query that are remembered as heavy: a few dashboards' worth, some hundred bytes each. And how many characters one may take to be remembered: longer ones are rare, and learnt anew each time. */
export const HEAVY_SHAPES_KEPT = 2_048;
export const HEAVY_SHAPE_LENGTH_MAX = 2_048;

/**
 * Answers about the past that are kept: enough for some dashboards of a hundred panels of 100 KB; one may take an eighth.
 * After five minutes they are asked for again, so that what retention hides meanwhile goes soon.
 */
export const ANSWER_CACHE_BOUNDS = { bytesMax: 32 * MIB, entryBytesMax: 4 * MIB, ageMsMax: 300_000 };

/** When a client that found the queue full is told to come back, ms. */
export const BUSY_RETRY_MS = 250;

/**
 * After how long another thread is started for one that died without a query's doing, or that could not be started, ms; doubled up to the
 * second each time, until all have lived for the second. A thread starts in some hundred ms where there is memory for it.
 */
export const RESTARTED_THREAD_MS = 100;
export const RESTARTED_THREAD_MS_MAX = 5_000;

/**
 * How long the end of the threads waits for what they are at, ms, and again for the system to let them go. A query sees within milliseconds
 * that it is cancelled, and a thread starts in a second even where shards take all of the processor.
 */
export const THREADS_CLOSE_MS_MAX = 5_000;

/** How long the start of the engine waits for the query threads, ms. A thread loads its modules in some tenths of a second, and on a busy machine in some seconds. */
export const THREADS_READY_MS_MAX = 30_000;

/** Time between two looks at threads that start or end, ms. */
export const THREADS_LOOK_MS = 5;

/** How long a query waits for a shard that is starting again, ms. */
export const READY_WAIT_MS_MAX = 2_000;

/** When a client whose query met a starting shard, or a thread that died, is told to come back, ms. */
export const STARTING_RETRY_MS = 1_000;

/** Sleep of a reader that found the writer at work, ms; longer once it found it so LONG_WAIT_AFTER times. */
export const READ_WAIT_MS = 0.2;
export const READ_WAIT_MS_MAX = 1;
export const LONG_WAIT_AFTER = 64;

/** Snapshots that one query opens of a shard whose flushes keep overtaking it. A flush takes hundreds of ms. */
export const SNAPSHOT_TRIES_MAX = 10;

/** Open points of a series that are copied without a thought, about 10 µs; before more the socket thread asks itself whether it goes on. */
export const CHAIN_POINTS_FORESEEN = 4_096;

/** Series between two looks at the stop flag, and lines that are read under one look at the sequence word: about 10 µs. */
export const LINES_AT_ONCE = 256;

/** Selections that a thread remembers, and the series in all of them: 4 bytes each, and 4 more a way of grouping. */
export const SELECTIONS_KEPT = 256;
export const SELECTIONS_SERIES_KEPT = 1_000_000;

/**
 * Segments of a table of a group whose keys a thread remembers, 300 bytes each: a month of days, some fresh ones and late ones besides. With all tables of
 * all groups at this many, 8 MB a shard.
 */
export const KNOWN_TABLE_SEGMENTS_MAX = 256;

/** Keys of segments that are read between two looks at the stop flag: 25 µs, several times that while the code is cold. */
export const KEYS_AT_ONCE = 32;

/** Metrics that one query may read: a retention is looked up for each. */
export const METRICS_SELECTED_MAX = 1_000;

/** Names that a 404 suggests. */
export const NEAR_NAMES_MAX = 5;

/** Texts of labels and metrics that a thread remembers as strings: about 1 MiB. A power of two. */
export const ENTRY_TEXTS_KEPT = 16_384;

/** Sets of labels that a thread remembers as objects: with ten labels about 4 MiB. A power of two. */
export const LABEL_SETS_KEPT = 8_192;

/** Damaged places that a thread remembers so as to tell each once. */
export const DAMAGED_PLACES_KEPT = 10_000;

/** Bytes of an answer from which on its buffer is moved to the socket thread; shorter ones are cheaper to copy. */
export const MOVED_BYTES_MIN = 16 * 1024;

/** Rows that a page of raw points collects, besides twice its limit, before it throws the late ones away. */
export const RAW_ROWS_SPARE = 65_536;

assert(INLINE_STEPS_MAX < INLINE_STEPS_ONCE_MAX, 'what is done once comes on top');
assert(INLINE_READ_MS < INLINE_BUDGET_MS, 'an answer takes time besides what is read');
assert(LONG_WAIT_AFTER > 0 && READ_WAIT_MS < READ_WAIT_MS_MAX, 'waits must grow');
