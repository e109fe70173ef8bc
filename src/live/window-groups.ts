import { tooBig } from '../query/stop-check.js';
import { FEED_GROUPS_MAX } from './limits.js';

/** The groups that a subscription splits its windows into, numbered from 0 as they are met. */
export class WindowGroups {
  readonly #by: readonly string[];
  readonly #numbers = new Map<string, number>();
  readonly #labels: Readonly<Record<string, string>>[] = [];
  /** By place of a series: its group. */
  readonly #ofPlace: number[] = [];

  constructor(by: readonly string[]) {
    this.#by = by;
  }

  /** The group of a series. @throws MillraceError MR_QUERY_TOO_BIG beyond FEED_GROUPS_MAX */
  groupOf(place: number, labelsOf: (place: number) => Readonly<Record<string, string>>): number {
    const known = this.#ofPlace[place];
    if (known !== undefined) return known;
    const all = this.#by.length === 0 ? {} : labelsOf(place);
    const values = this.#by.map((label) => (Object.hasOwn(all, label) ? all[label]! : ''));
    const key = JSON.stringify(values);
    let group = this.#numbers.get(key);
    if (group === undefined) {
      if (this.#labels.length >= FEED_GROUPS_MAX)
        throw tooBig(`splits into more than ${FEED_GROUPS_MAX} groups`);
      group = this.#labels.length;
      this.#numbers.set(key, group);
      // Own properties: a label may be called __proto__.
      this.#labels.push(Object.fromEntries(this.#by.map((label, i) => [label, values[i]!])));
    }
    this.#ofPlace[place] = group;
    return group;
  }

  labelsOf(group: number): Readonly<Record<string, string>> {
    return this.#labels[group]!;
  }
}
