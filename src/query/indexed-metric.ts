/** A metric that has series. */
export interface IndexedMetric {
  name: string;
  /** Its entry in the index. */
  entry: number;
  /** Counted from 0 in the order in which the index met them. */
  order: number;
}
