/** What a query has read so far. */
export interface QueryCost {
  /** Selected. */
  series: number;
  /** Of stored segments that were opened. */
  segments: number;
  /** Cells of rollups decoded. */
  cells: number;
  /** Cells that were remembered from earlier queries. */
  cachedCells: number;
  /** Points decoded, those of the open state among them. */
  points: number;
  /** Of the runs that were decoded. */
  bytes: number;
}

export const newCost = (): QueryCost => ({
  series: 0,
  segments: 0,
  cells: 0,
  cachedCells: 0,
  points: 0,
  bytes: 0,
});
