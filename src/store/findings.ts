/** Something in a folder that is not as it should be, and what was done about it. */
export interface StoreFinding {
  shard: number;
  /** The kind of value, such as `log value`. */
  what: string;
  /** Where it lies, for a person. */
  where: string;
  /** What was done, or what it means. */
  done: string;
}

/** Told of each thing that is not as it should be: the kind of value, where it lies, what is wrong. */
export type CheckReport = (what: string, where: string, done: string) => void;
