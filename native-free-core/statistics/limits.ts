/** Bounds of statistics, each with its unit and the reason for its value. */

/** Buckets of a histogram whose width nobody asked for: about as many bars as a chart of a dashboard shows. */
export const HISTOGRAM_BUCKETS_DEFAULT_MAX = 50;
