/** Bounds of the rehearsal, each with its unit and the reason for its value. */

/** How often the socket thread looks how busy the engine is, ms. */
export const LOOK_MS = 100;

/** How long nobody must send much or ask before the rehearsal begins, ms: who loads a new engine does so at once. */
export const QUIET_MS = 1_000;

/** After this time it begins all the same, ms: an engine under steady load has its first dashboard opened, too. */
export const WAIT_MS_MAX = 30_000;

/** Above either the engine is busy, and the rehearsal slow: a twentieth of what one socket thread takes, and somebody who asks. */
export const BUSY_POINTS_PER_S = 500_000;
export const BUSY_REQUESTS_PER_S = 50;

/** While the engine is busy the asker rests so many times as long as an answer took: less than a tenth of a thread. */
export const SLOW_FACTOR = 12;

/** Askings of query threads and then of the socket thread, and how long they may go on, ms. By then all that a question runs through is compiled. */
export const ASKINGS_OF_THREADS = 2_000;
export const ASKINGS_OF_SOCKET_THREAD = 6_000;
export const ASKING_MS_MAX = 40_000;

/** Questions to query threads that are under way at once: more than the usual two, so that none of these rests. */
export const ASKERS = 3;

/** Questions at first of which none is too long, since nothing is compiled yet: some of each kind. */
export const COLD_TURNS = 100;

/** A question that takes longer is not asked again, ms: it practises nothing that shorter ones do not. */
export const ANSWER_MS_MAX = 40;

/** How long the end of the engine waits for the rehearsal's thread, ms; then the thread is ended. */
export const STOP_MS_MAX = 2_000;

/** What is looked at of the stored data: metrics, the series that one may have, labels, and values of each. */
export const METRICS_LOOKED_AT = 10;
export const METRIC_SERIES_MAX = 5_000;
export const LABELS_LOOKED_AT = 12;
export const VALUES_LOOKED_AT = 200;
