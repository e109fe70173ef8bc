/** Programmer's errors only: stays on in production. Bad input gets a status, operating failures a coded error. */
export function assert(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Error(`BUG: ${text}`);
}
