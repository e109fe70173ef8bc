import { SERIES_CACHE_BYTES, SERIES_CACHE_ENTRIES, SERIES_CACHE_PROBES } from '../limits.js';

const ARENA_BYTES_FIRST = 1 << 20;

/**
 * Remembers the series of raw JSON bytes: the text between the quotes of a name, and the labels object as it
 * stood in the body. A sender writes the same series the same way each time, so that a hit costs a hash and a
 * comparison, and no string.
 *
 *   slots   [entry + 1 or 0] ──► entry: hash, handle, nameLength, labelsLength, offset ──► arena: name bytes, labels bytes
 *
 * Only bytes that were parsed in full once come in, so a hit also proves that they are sound. When entries or
 * arena are full everything is forgotten at once: it fills again in one pass over the series in use. A chain
 * longer than SERIES_CACHE_PROBES is not extended, which bounds what colliding names can cost.
 */
export class SeriesCache {
  readonly #slots: Int32Array;
  readonly #slotMask: number;
  readonly #hashes: Int32Array;
  readonly #handles: Float64Array;
  readonly #nameLengths: Int32Array;
  readonly #labelsLengths: Int32Array;
  readonly #offsets: Int32Array;
  #arena = new Uint8Array(ARENA_BYTES_FIRST);
  #arenaUsed = 0;
  #count = 0;

  constructor(entriesMax: number = SERIES_CACHE_ENTRIES) {
    // Twice as many places as entries keeps probe chains short; a power of two, so that a mask wraps.
    const slots = 2 ** Math.ceil(Math.log2(entriesMax * 2));
    this.#slots = new Int32Array(slots);
    this.#slotMask = slots - 1;
    this.#hashes = new Int32Array(entriesMax);
    this.#handles = new Float64Array(entriesMax);
    this.#nameLengths = new Int32Array(entriesMax);
    this.#labelsLengths = new Int32Array(entriesMax);
    this.#offsets = new Int32Array(entriesMax);
  }

  /** Series remembered now. */
  get size(): number {
    return this.#count;
  }

  /**
   * The handle of a series by its raw bytes, or -1. Positional primitives, because this runs once a point.
   * @param hash of both parts, by whatever function the caller uses throughout
   */
  find(
    bytes: Uint8Array,
    nameStart: number,
    nameEnd: number,
    labelsStart: number,
    labelsEnd: number,
    hash: number,
  ): number {
    const nameLength = nameEnd - nameStart;
    const labelsLength = labelsEnd - labelsStart;
    for (let probe = 0; probe < SERIES_CACHE_PROBES; probe++) {
      const entry = this.#slots[(hash + probe) & this.#slotMask]! - 1;
      if (entry < 0) return -1;
      if (
        this.#hashes[entry] === hash &&
        this.#nameLengths[entry] === nameLength &&
        this.#labelsLengths[entry] === labelsLength &&
        this.#equals(bytes, nameStart, nameLength, this.#offsets[entry]!) &&
        this.#equals(bytes, labelsStart, labelsLength, this.#offsets[entry]! + nameLength)
      ) {
        return this.#handles[entry]!;
      }
    }
    return -1;
  }

  /** Remembers a series that find() didn't know. */
  insert(
    bytes: Uint8Array,
    nameStart: number,
    nameEnd: number,
    labelsStart: number,
    labelsEnd: number,
    hash: number,
    handle: number,
  ): void {
    const length = nameEnd - nameStart + (labelsEnd - labelsStart);
    if (length > ARENA_BYTES_FIRST) return;
    if (this.#count === this.#handles.length || !this.#reserve(length)) this.#forgetAll();
    for (let probe = 0; probe < SERIES_CACHE_PROBES; probe++) {
      const slot = (hash + probe) & this.#slotMask;
      if (this.#slots[slot] !== 0) continue;
      const entry = this.#count++;
      this.#slots[slot] = entry + 1;
      this.#hashes[entry] = hash;
      this.#handles[entry] = handle;
      this.#nameLengths[entry] = nameEnd - nameStart;
      this.#labelsLengths[entry] = labelsEnd - labelsStart;
      this.#offsets[entry] = this.#arenaUsed;
      this.#arena.set(bytes.subarray(nameStart, nameEnd), this.#arenaUsed);
      this.#arena.set(bytes.subarray(labelsStart, labelsEnd), this.#arenaUsed + nameEnd - nameStart);
      this.#arenaUsed += length;
      return;
    }
  }

  #equals(bytes: Uint8Array, start: number, length: number, offset: number): boolean {
    const arena = this.#arena;
    for (let i = 0; i < length; i++) {
      if (bytes[start + i] !== arena[offset + i]) return false;
    }
    return true;
  }

  #reserve(length: number): boolean {
    const wanted = this.#arenaUsed + length;
    if (wanted <= this.#arena.length) return true;
    const grown = Math.min(this.#arena.length * 2, SERIES_CACHE_BYTES);
    if (wanted > grown) return false;
    const arena = new Uint8Array(grown);
    arena.set(this.#arena.subarray(0, this.#arenaUsed));
    this.#arena = arena;
    return true;
  }

  #forgetAll(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#arenaUsed = 0;
  }
}
