import type { SelectorsRequest } from '../ports.js';

/** What every call that lists names may be asked. */
export interface ListRequest extends SelectorsRequest {
  /** Only names with this text in them; those that begin with it come first. */
  search?: string | undefined;
  /** The most names; all where it is undefined. */
  limit?: number | undefined;
}

/** Names in the order of the answer. */
export interface NamesResult {
  names: string[];
}
