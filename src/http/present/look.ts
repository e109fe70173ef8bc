import { ROWS_AT_ONCE } from '../limits.js';

/** Looks whether somebody still waits for the answer that is being written. @throws what ends its query */
export type Look = () => void;

export const noLook: Look = () => {};

/** What `make` gives for 0 … count - 1, with a look between some of them and the next. */
export function inSteps<T>(count: number, look: Look, make: (i: number) => T): T[] {
  const made: T[] = [];
  for (let i = 0; i < count; i++) {
    if (i % ROWS_AT_ONCE === 0) look();
    made.push(make(i));
  }
  return made;
}
