import type { LabelMatcher, SelectorsRequest } from '../ports.js';

/** What every call that lists names may be asked. */
export interface ListRequest extends SelectorsRequest {
  /** Only names with this text in them; those that begin with it come first. */
  search?: string | undefined;
  /** The most names; all where it is undefined. */
  limit?: number | undefined;
  /** Besides the selectors, all conditions of one of these must hold; empty: nothing more is asked. */
  anyOf?: LabelMatcher[][];
  /** Only of series that have had their first point up to the end, and their last one not before the start; ms. */
  alive?: { startMs: number; endMs: number } | undefined;
}

/** Names in the order of the answer. */
export interface NamesResult {
  names: string[];
}
