import { defaultWireLimits } from '../../protocol/limits.js';

/**
 * Bounds of the HTTP edge that no user needs to change; those that one may stand in src/config. Each has its
 * unit and the reason for its value.
 */
const KIB = 1024;
const MIB = 1024 * KIB;

/** Entries of `errors` in one ingest answer. Counts stay exact; a hundred examples are enough to find the fault. */
export const ERRORS_SHOWN_MAX = 100;

/** Bytes of a request's line and headers together: what Node and nginx give, too. More is 431. */
export const HEADER_BYTES_MAX = 16 * KIB;

/** Bytes of one NDJSON line. A point with 32 labels of the longest kind is 40 KiB, with every byte escaped 240. */
export const LINE_BYTES_MAX = 256 * KIB;

/** NDJSON batches of one request that are not durable yet. Two keep the log busy while the next is scanned. */
export const NDJSON_UNSETTLED_MAX = 2;

/** How long an NDJSON stream waits for the engine to take a batch before it gives up with 429, ms. */
export const NDJSON_BUSY_MS_MAX = 30_000;

/** Bytes of collected bodies in memory at once, over all requests; above it new bodies get 429. */
export const BODIES_BYTES_TOTAL = 512 * MIB;

/** Bytes of a body that asks or orders something, also after decoding: a selector of the longest kind is 16 KiB. It is read and checked on the socket thread at once. */
export const ORDER_BODY_BYTES_MAX = 256 * KIB;

/** Series whose raw JSON bytes are remembered. 131,072 of 100 bytes are 13 MB; beyond that the cache starts over. */
export const SERIES_CACHE_ENTRIES = 131_072;

/** Bytes of remembered series. */
export const SERIES_CACHE_BYTES = 32 * MIB;

/** Places that a cache lookup tries. Bounds what names made to collide can cost. */
export const SERIES_CACHE_PROBES = 16;

/** Points of one page that the NDJSON form of /query/raw asks the query port for. About 1 MB of text. */
export const RAW_PAGE_POINTS = 10_000;

/** Points of one answer of /query/raw: about 10 MB of JSON. More go by cursor, or as NDJSON. */
export const RAW_LIMIT_MAX = 100_000;
export const RAW_LIMIT_DEFAULT = 10_000;

/** Bytes of a cursor; it is the query side's own text. */
export const CURSOR_BYTES_MAX = 512;

/** Percentiles in one call. */
export const PERCENTILES_MAX = 100;

/** Buckets of one histogram: more than a chart has pixels for. */
export const HISTOGRAM_BUCKETS_MAX = 1_000;

/** Windows that a trend is made from, where their length isn't said: its default is what a chart shows, the bound what fits the time of one query. */
export const TREND_POINTS_DEFAULT = 120;
export const TREND_POINTS_MAX = 2_000;

/** Anomalies in one answer, default and most: more than anybody looks at one by one. */
export const ANOMALIES_DEFAULT = 1_000;
export const ANOMALIES_MAX = 100_000;

/** The highest threshold of a score, which has no unit: beyond what any score of use reaches. */
export const ANOMALY_THRESHOLD_MAX = 1e6;

/** Edits of a long name that are still taken for a slip: more are another name, and take longer to count. */
export const EDITS_MAX = 8;

/** Labels of one group_by. A point has at most 32. */
export const GROUP_LABELS_MAX = 32;

/** Bytes of a metric's and of a label's name in a request: what points may have, protocol/limits.ts. */
export const METRIC_NAME_BYTES_MAX = defaultWireLimits.nameBytesMax;
export const LABEL_NAME_BYTES_MAX = defaultWireLimits.labelNameBytesMax;

/** Range of a reading call without `start`, ms. */
export const RANGE_MS_DEFAULT = 3_600_000;

/** The sliding window of /api/v1/metrics/current, ms: its default, and the longest that the live state can hold. */
export const CURRENT_WINDOW_MS_DEFAULT = 60_000;
export const CURRENT_WINDOW_MS_MAX = 3_600_000;

/** The longest window of an aggregation, ms: a year of days, and more than any tier's own. */
export const WINDOW_MS_MAX = 52 * 7 * 86_400_000;

/** Aggregations of one call: all that there are, and as many percentiles again. */
export const AGGREGATIONS_MAX = 32;

/** Windows that one rolling window may span, so that a row costs at most as many steps. */
export const ROLLING_WINDOWS_MAX = 1_000;

/** Points of a chart's line: its default, two a pixel of a narrow chart, and its most, more than any screen shows. */
export const CHART_POINTS_DEFAULT = 800;
export const CHART_POINTS_MAX = 100_000;

/** Characters of a search for names, and names in one answer where a limit is given: more than any list shows. */
export const SEARCH_LENGTH_MAX = 256;
export const LIST_LIMIT_MAX = 1_000_000;

/** Metrics, labels and values of one answer about cardinality: its default, a screen of each, and its most. */
export const CARDINALITY_LIMIT_DEFAULT = 20;
export const CARDINALITY_LIMIT_MAX = 10_000;

/** Matchers in one request. */
export const MATCHERS_MAX = 64;

/** Characters of one selector: as many as fit into a request's line. To compile what they may hold takes the socket thread up to 15 ms. */
export const SELECTOR_LENGTH_MAX = 16 * 1024;

/** Characters of one regular expression in a selector, and states that it may expand to. */
export const PATTERN_LENGTH_MAX = 1_000;
export const PATTERN_STATES_MAX = 2_000;

/** Texts that a pattern may stand for at most, before it is matched as a pattern: each is one look-up. */
export const LITERALS_MAX = 1_024;

/** Characters of all of them: to put 1,024 texts of 900 characters together took a fifth of a second of the socket thread. */
export const LITERALS_LENGTH_MAX = 32 * 1_024;

/** What an automaton remembers while it matches, bytes; it starts over beyond them. A few hundred states, and most patterns have a few dozen. */
export const PATTERN_DFA_BYTES_MAX = 512 * KIB;

/**
 * Work of a pattern between two looks at the time, in states of its automaton by texts: some ten ms where each text is as long as labels may be and
 * each character leads to all of them, and some 0.1 ms mostly.
 */
export const PATTERN_WORK_AT_ONCE = 2_048;

/** Places of an answer as columns, times by series, empty ones too: of lines without common times most are. 20 MB of nulls, five times as much in memory. */
export const COLUMN_PLACES_MAX = 4_000_000;

/** Bytes of one answer: a million rows with short labels. It is held twice for a moment, and a JavaScript string has no more than twice as many characters. */
export const ANSWER_BYTES_MAX = 256 * MIB;

/**
 * What is done of an answer between two looks at whether somebody still waits for it: rows that are made, items of a list that are encoded at once, bytes
 * that are written, and bytes that are compressed. Each takes some ms at most; a list of lists may take as many times as long.
 */
export const ROWS_AT_ONCE = 1_024;
export const ITEMS_AT_ONCE = 128;
export const WRITTEN_AT_ONCE = 256 * KIB;
export const CODED_AT_ONCE = 1 * MIB;

/** Bytes of an answer up to which it is compressed as br, which can't be done in parts: some tenths of a second. gzip has no such bound. */
export const BROTLI_ANSWER_BYTES_MAX = 32 * MIB;

/** Bytes of an answer that are handed to a socket at once, and from which on it is sent in pieces: a fraction of a ms. */
export const ANSWER_PIECE_BYTES = 512 * KIB;

/** Bytes of answers in pieces that wait for their clients to take them; above it further ones get 429. Those of queries that are under way come on top. */
export const ANSWERS_BYTES_TOTAL = 1024 * MIB;

/** Compiled regular expressions that a thread remembers. */
export const PATTERNS_KEPT = 128;

/** Bytes of an answer from which on it is compressed for clients that take it. Below, a packet or two are saved at most. */
export const CODED_ANSWER_BYTES_MIN = 4 * KIB;

/** Delay that a client is told where the engine names none, ms. */
export const RETRY_AFTER_MS_DEFAULT = 1_000;

/** Groups that `top` may ask for: beyond it nobody looks at single ones. */
export const TOP_GROUPS_MAX = 1_000;

/** Rows of a heat map: a row a pixel of a tall one. */
export const HEATMAP_ROWS_MAX = 1_000;
