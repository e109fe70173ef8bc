/** What `next()` of a frame with many items came to. */
export const ItemStatus = {
  /** The reader's fields hold the item. */
  item: 0,
  /** The item is bad and `reason` says why; the next one can be read. */
  rejected: 1,
  /** That was the last, and the frame ended as it should. */
  end: 2,
  /** The frame itself is bad: `failure` says why, and nothing more can be read. */
  broken: 3,
} as const;

export type ItemStatus = (typeof ItemStatus)[keyof typeof ItemStatus];
