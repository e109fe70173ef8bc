import { assert } from '../../native-free-core/assert.js';

/** Bounds of live push, each with its unit and the reason for its value. */

/** Rest between two looks at the open state, ms: half of it is what a point waits for at the median. */
export const LOOK_MS = 10;

/** Share of a core that looking may take: after a look that took t ms the thread rests at least 3 t, but no longer than the second says, ms. */
export const REST_FACTOR = 3;
export const REST_MS_MAX = 250;

/** How long one look goes on with feeds of windows before points are looked at again, ms. */
export const LOOK_WINDOWS_MS = 10;

/**
 * The beat of a subscription of windows, ms: what has changed is told ten times a second, as the contract says. Each has a phase of its own,
 * so that not all are told at once.
 */
export const WINDOW_BEAT_MS = 100;

/** How long behind its end a window counts as open for stragglers, ms. What comes later is told as a revision. */
export const CLOSE_GRACE_MS = 250;

/** Windows that a subscription remembers for late points, besides the open one. */
export const WINDOWS_KEPT = 3;

/** Windows that are told afterwards, at most, when the live thread was away. */
export const WINDOWS_CAUGHT_UP = 60;

/** Shortest and longest window of a subscription, ms. */
export const WINDOW_MS_MIN = 1_000;
export const WINDOW_MS_MAX = 24 * 3_600_000;

/** Points that one look tells of one subscription: 30,000 messages a second at most, more than a person or a script can use. */
export const FEED_POINTS_MAX = 300;

/** Points that one look gathers to choose from: what a million a second bring in 60 ms. */
export const LOOK_POINTS_MAX = 65_536;

/**
 * Series that one subscription may follow, and that all different ones may together: a look at a hundred thousand lines takes some ms, and
 * a followed series some 200 bytes.
 */
export const FEED_SERIES_MAX = 100_000;
export const LIVE_SERIES_MAX = 2_000_000;

/** Bytes of the windows of one subscription, and of all different ones together: a cell takes from half a KiB to some KiB. */
export const FEED_BYTES_MAX = 64 * 1024 * 1024;
export const LIVE_BYTES_MAX = 512 * 1024 * 1024;

/** Groups that a subscription may split its windows into. */
export const FEED_GROUPS_MAX = 1_000;

/** Different subscriptions that are worked out at a time; equal ones share. */
export const FEEDS_MAX = 2_000;

/** Subscriptions of one connection. */
export const SUBSCRIPTIONS_MAX = 100;

/** Connections for live push at a time, WebSockets and event streams. */
export const LIVE_CONNECTIONS_MAX = 20_000;

/** Statistics that one subscription may ask for. */
export const STATS_MAX = 16;

/** Bytes that may wait for one reader; with more it is passed over, and told later how much it missed. */
export const READER_BYTES_MAX = 64 * 1024;

/**
 * How long the socket thread tells listeners in one turn of its event loop, ms: what a point on its way in waits for at most. A send
 * takes 5 to 10 µs, so 5,000 of them take twenty turns.
 */
export const FAN_OUT_MS = 2;

/** Share of a turn that windows get when points take all that there is. */
export const FAN_OUT_WINDOWS_SHARE = 0.25;

/** Listeners of one feed that are told before another feed's: some tenths of a millisecond. */
export const FAN_OUT_RUN = 32;

/** Bytes of answers to commands that may wait for a client; one that commands on and does not read is closed. */
export const ANSWER_BYTES_MAX = 1024 * 1024;

/** Bytes of a message from a client: a subscription is a few hundred. */
export const COMMAND_BYTES_MAX = 64 * 1024;

/** Seconds without a message before a connection is closed; the library pings before that. */
export const IDLE_SECONDS = 60;

/** How often an open event stream is written to when there is nothing to tell, ms: proxies close silent ones after a minute. */
export const EVENT_BEAT_MS = 15_000;

/** How long one look of a subscription may take, ms. */
export const LOOK_TIMEOUT_MS = 5_000;

/** How long the scan may take that a subscription of windows begins with, ms: all others wait for it. */
export const FIRST_SCAN_MS = 2_000;

assert(WINDOW_BEAT_MS >= LOOK_MS, 'a window is told at most once a look');
assert(CLOSE_GRACE_MS > 2 * WINDOW_BEAT_MS, 'a window that is over is told as open before its last word');
assert(ANSWER_BYTES_MAX > READER_BYTES_MAX, 'a slow reader may still command');
