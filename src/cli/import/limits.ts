/** Bounds of `millrace import`, each with its unit and the reason for its value. */

/** Points of one batch: 160 KB, so that 64 of them in flight cover a round trip and a server that wants smaller ones splits few. */
export const IMPORT_BATCH_POINTS = 10_000;

/** Bytes of one record. A point with 32 labels of the longest kind is 40 KiB; what is longer is no point, or a quote that was never closed. */
export const RECORD_BYTES_MAX = 256 * 1024;

/** Bytes that are read from the file at a time. */
export const READ_BYTES = 256 * 1024;

/** How long the server may be gone in the middle of an import, ms. A restart that replays a full log takes seconds. */
export const GONE_MS_MAX = 60_000;

/** How often a wait looks whether the server is gone, or the user wants to stop, ms. */
export const LOOK_MS = 200;

/** Series that one import may make at the client; the server has its own limits, and tells. */
export const IMPORT_SERIES_MAX = 16_000_000;

/** Columns of a CSV file: the labels that a point may have, and as many again for what is left out. */
export const CSV_COLUMNS_MAX = 256;
