import type { StoreWriter } from '../../store/shard-store.js';
import type { StoreJob } from './store-job.js';

/** A job of one step whose writes are known; `prepare` answers whether there are any, `onCommitted` is called when they are durable. */
export function writing(
  write: (writer: StoreWriter) => void,
  prepare: () => boolean = () => true,
  onCommitted: () => void = () => {},
): StoreJob {
  let hasWrites = false;
  let isDone = false;
  return {
    step: () => {
      hasWrites = prepare();
      isDone = !hasWrites;
      return 1;
    },
    get hasWrites() {
      return hasWrites;
    },
    write,
    committed: () => {
      hasWrites = false;
      isDone = true;
      onCommitted();
    },
    get isDone() {
      return isDone;
    },
  };
}

/** A job of one step that writes nothing. */
export const looking = (look: () => void): StoreJob =>
  writing(
    () => {},
    () => {
      look();
      return false;
    },
  );
