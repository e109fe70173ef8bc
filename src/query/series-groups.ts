import type { Labels } from '../http/ports.js';
import { NAME_LABEL } from '../http/selector/selector-parser.js';
import { LINES_AT_ONCE, TEXTS_AT_ONCE } from './limits.js';
import type { Selection } from './selection.js';
import type { StopCheck } from './stop-check.js';

/** The selected series by the values of some labels. A series that lacks a label has the empty value. */
export class SeriesGroups {
  /** The labels of each group, those it lacks left out; sorted by their values in the order of `groupBy`. */
  readonly labels: Labels[];
  /** Whether anything was asked to split by; else all series are one group without labels. */
  readonly isSplit: boolean;
  readonly #groups: Uint32Array;

  /** @throws what `stop` does every few ms */
  constructor(selection: Selection, groupBy: readonly string[], stop: StopCheck) {
    this.isSplit = groupBy.length > 0;
    this.#groups = new Uint32Array(groupBy.length === 0 ? 0 : selection.count);
    this.labels = groupBy.length === 0 ? [{}] : this.#group(selection, groupBy, stop);
  }

  get count(): number {
    return this.labels.length;
  }

  of(ordinal: number): number {
    return this.#groups.length === 0 ? 0 : this.#groups[ordinal]!;
  }

  #group(selection: Selection, groupBy: readonly string[], stop: StopCheck): Labels[] {
    const found = new Map<string, number>();
    const values: string[][] = [];
    /** By metric where they are told apart: groups of the label sets that were met. The metrics of a host mostly share theirs. */
    const ofMetrics: (Map<number, number> | undefined)[] = [];
    let ordinal = 0;
    const nameAt = groupBy.indexOf(NAME_LABEL);
    for (const { view, ids } of selection.shards) {
      const { series } = view.index;
      const labels = groupBy.map((name) => series.labels.label(name));
      for (let i = 0; i < ids.length; i++, ordinal++) {
        if (i % LINES_AT_ONCE === 0) stop.check();
        const id = ids.items[i]!;
        const set = series.reader.setOf(id);
        // The name is no part of a label set, which metrics share.
        const metric = nameAt < 0 ? 0 : view.index.metricOrderOf(id);
        const ofSets = (ofMetrics[metric] ??= new Map());
        let group = ofSets.get(set);
        if (group === undefined) {
          const entries = labels.map((label) => (label === 0 ? 0 : series.labels.valueOfSet(set, label)));
          const key = `${metric},${entries.join()}`;
          group = found.get(key);
          if (group === undefined) {
            group = values.length;
            found.set(key, group);
            const texts = entries.map((entry) => (entry === 0 ? '' : series.labels.texts.of(entry)));
            if (nameAt >= 0) texts[nameAt] = series.metrics[metric]!.name;
            values.push(texts);
          }
          ofSets.set(set, group);
        }
        this.#groups[ordinal] = group;
      }
    }
    return this.#sort(values, groupBy, stop);
  }

  #sort(values: readonly string[][], groupBy: readonly string[], stop: StopCheck): Labels[] {
    let steps = 0;
    const look = (): void => {
      if (++steps % TEXTS_AT_ONCE === 0) stop.check();
    };
    const order = values
      .map((_, group) => group)
      .sort((a, b) => {
        look();
        return compare(values[a]!, values[b]!);
      });
    const places = new Uint32Array(order.length);
    order.forEach((group, place) => {
      places[group] = place;
    });
    for (let i = 0; i < this.#groups.length; i++) this.#groups[i] = places[this.#groups[i]!]!;
    return order.map((group) => {
      look();
      const pairs = groupBy.map((name, k) => [name, values[group]![k]!] as const);
      // Defines own properties: a label may be called __proto__.
      return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
    });
  }
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}
