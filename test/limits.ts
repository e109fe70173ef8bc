/** What a timer takes: 2^31 ms. */
const TIMER_MINUTES_MAX = 35_000;

/** Minutes that a test file may take; the longest takes one on a quiet machine. More is for the simulator with many seeds. */
export const FILE_MINUTES_MAX = Math.min(
  Number(process.env['MILLRACE_TEST_MINUTES'] ?? 8),
  TIMER_MINUTES_MAX,
);
