/** What is exported: metrics by name, and points of them that match, from `startMs` up to and without `endMs`. */
export interface ExportRange {
  /** A selector as PromQL has it, or none. */
  match: string | undefined;
  startMs: number;
  endMs: number;
}

/** Where points come from: a server, or a data folder at rest. */
export interface PointSource {
  /** The names of all metrics, sorted. */
  metrics(): Promise<string[]>;
  /** The points of a metric in the order of time, as the bytes of lines `{"timestamp":…,"value":…,"labels":{…}}`. */
  points(metric: string, range: ExportRange): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
