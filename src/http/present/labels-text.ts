import type { Labels } from '../ports.js';

const texts = new WeakMap<Labels, string>();

/** The JSON text of labels. The query side gives the same object for the same labels, so that mostly nothing is written twice. */
export function labelsText(labels: Labels): string {
  let text = texts.get(labels);
  if (text === undefined) {
    text = JSON.stringify(labels);
    texts.set(labels, text);
  }
  return text;
}
