/** Ways to tell which points of a range are strange; what each means stands in docs/queries.md. */
export const ANOMALY_METHODS = ['zscore', 'rolling_zscore', 'mad', 'seasonal', 'streaming'] as const;
export type AnomalyMethod = (typeof ANOMALY_METHODS)[number];
