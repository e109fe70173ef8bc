/** A law that did not hold. The simulation adds where it happened and how to see it again. */
export class SimFailure extends Error {
  override readonly name = 'SimFailure';
}

/** Fails the simulation with `text` unless `condition` holds; the text is a function where making it costs. */
export function law(condition: boolean, text: string | (() => string)): asserts condition {
  if (!condition) throw new SimFailure(typeof text === 'string' ? text : text());
}
