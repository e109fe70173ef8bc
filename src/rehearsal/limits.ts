import { assert } from '../../native-free-core/assert.js';

/** Bounds of the rehearsal, each with its unit and the reason for its value. */

/** How often the socket thread looks how busy the engine is, ms. */
export const LOOK_MS = 100;

/** How long nobody must send much or ask before the rehearsal begins, ms: who loads a new engine does so at once. */
export const QUIET_MS = 1_000;

/** After this time it begins all the same, ms: an engine under steady load has its first dashboard opened, too. */
export const WAIT_MS_MAX = 30_000;

/** Above it the engine is busy, and the rehearsal slow, for QUIET_MS: a twentieth of what one socket thread takes. So it is behind each request. */
export const BUSY_POINTS_PER_S = 500_000;

/** While the engine is busy each asker rests so many times as long as an answer took, times the askers: less than a tenth of a thread in all. */
export const SLOW_FACTOR = 12;

/** Askings of query threads and then of the socket thread, and how long they may go on, ms. By then most of what a question runs through is compiled: 6,000 of the socket thread left its small questions a tenth slower. */
export const ASKINGS_OF_THREADS = 2_000;
export const ASKINGS_OF_SOCKET_THREAD = 11_000;
export const ASKING_MS_MAX = 30_000;

/** A question leaves out a turn for each so many ms that it took, and so many at most: else those over all series would have nearly all of the time. */
export const TURN_MS = 1;
export const TURNS_MAX = 20;

/** Questions to query threads that are under way at once: more than the usual two, so that none of these rests. */
export const ASKERS = 3;

/**
 * A question that takes longer is not asked again, ms: at once, or twice in a row behind its first askings, while nothing is compiled. It practises
 * nothing that shorter ones do not.
 */
export const ANSWER_MS_GIVEN_UP = 600;
export const ANSWER_MS_MAX = 40;
export const COLD_ASKINGS = 8;

/** How long is waited before an engine is asked again that is starting or busy, ms. */
export const RETRY_MS = 250;

/**
 * How long the end of the engine waits for an answer that the rehearsal waits for, ms; then it gets none. And how long it waits for the end of the
 * rehearsal: a thread that does not come out of its start must not keep an engine from ending.
 */
export const ANSWERS_MS_MAX = 2_000;
export const STOP_MS_MAX = 5_000;

/**
 * What is looked at of the stored data: metrics, the series that they may have together where all are asked about at once, labels, and values of each.
 */
export const METRICS_LOOKED_AT = 10;
export const SERIES_MAX = 20_000;
export const LABELS_LOOKED_AT = 12;
export const VALUES_LOOKED_AT = 1_000;

assert(ANSWER_MS_MAX < ANSWER_MS_GIVEN_UP, 'what takes too long twice does not do so at once');
assert(ANSWERS_MS_MAX < STOP_MS_MAX, 'the thread ends behind its last answer');
assert(ASKING_MS_MAX > QUIET_MS + STOP_MS_MAX, 'a rehearsal has time for more than to begin and to end');
