/** What a feed says at one moment, for all its subscribers: the members of a message besides `op` and `id`. */
export interface FeedMessage {
  /** The members as JSON without the outer braces: `"metric_name":"cpu",…`. */
  members: string;
  /** Points that it stands for: what a reader misses who doesn't get it. */
  points: number;
}

/** One question, worked out look by look. */
export interface Feed {
  /** Whether a look is worth its while now. */
  isDue(nowMs: number): boolean;
  /**
   * Finds what has come, and answers what is to be said now.
   * @throws MillraceError MR_BUSY, MR_STARTING when the shards can't be read at the moment: the next look goes on where this one stopped;
   *   anything else ends the feed
   */
  look(nowMs: number): FeedMessage[];
  /** Points that no message has told, since the last call. */
  takeMissed(): number;
  /** Gives back what it holds; it is asked nothing more. */
  close(): void;
}
