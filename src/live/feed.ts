/** What a feed says at one moment, for all its subscribers: the members of a message besides `op` and `id`. */
export interface FeedMessage {
  /** The members as JSON without the outer braces: `"metric_name":"cpu",…`. */
  members: string;
  /** Points that it stands for: what a reader misses who doesn't get it. */
  points: number;
}

/** One question, worked out look by look. */
export interface Feed {
  /**
   * Finds what has come, and answers what is to be said now.
   * @throws MillraceError when the shards can't be read at the moment; the next look tries again
   */
  look(nowMs: number): FeedMessage[];
  /** Points that no message has told, since the last call. */
  takeMissed(): number;
}
