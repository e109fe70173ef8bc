/** Minutes that a test file may take; the longest takes one on a quiet machine. More is for the simulator with many seeds. */
export const FILE_MINUTES_MAX = Number(process.env['MILLRACE_TEST_MINUTES'] ?? 8);
