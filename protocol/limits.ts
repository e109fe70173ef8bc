import { assert } from './assert.js';

/** Every bound of the wire, as told in WELCOME or by a reject reason. An operator may set other values. */
export interface WireLimits {
  /** Bytes of one WebSocket message. */
  readonly frameBytesMax: number;
  /** Points in one COLUMNS or ROWS frame. */
  readonly pointsPerBatchMax: number;
  /** Batches of one producer that are sent and not settled. */
  readonly inFlightMax: number;
  /** Bytes of UTF-8 in a metric name; at least 1. */
  readonly nameBytesMax: number;
  /** Labels of one series; labels with an empty value don't count, they are no labels. */
  readonly labelsMax: number;
  /** Bytes of UTF-8 in a label's name; at least 1. */
  readonly labelNameBytesMax: number;
  /** Bytes of UTF-8 in a label's value. */
  readonly labelValueBytesMax: number;
}

export const defaultWireLimits: WireLimits = {
  // A million points of 16 bytes fit; the engine holds a whole message in memory before it can look at it.
  frameBytesMax: 16 * 1024 * 1024,
  // The longest a batch may keep the socket thread from other connections: about 20 ms at 20 ns a point.
  pointsPerBatchMax: 1_000_000,
  // 64 batches of 10,000 points in flight cover 60 ms of round trip at 10 M points/s.
  inFlightMax: 64,
  // Names are copied into every key of the series index; 256 bytes hold any dotted name seen in practice.
  nameBytesMax: 256,
  // Prometheus' advice is "below ten"; Kubernetes' own metrics reach about twenty.
  labelsMax: 32,
  labelNameBytesMax: 128,
  // Room for URLs and queries; longer values are logs, not labels.
  labelValueBytesMax: 1024,
};

/** The only version of the protocol there is. */
export const protocolVersion = 1;

/** Bytes of a producer's name: it is part of a key in every shard's store, so it may be no longer than a metric's. */
export const producerBytesMax = 256;

/** Bytes of the text by which the connections of one producer's process know each other: a UUID fits twice. */
export const instanceBytesMax = 64;

/** Bytes of a token: a JSON web token of ordinary size fits. */
export const tokenBytesMax = 4096;

/** Bytes of the free text by which a client names its library and version; shown to operators. */
export const clientBytesMax = 256;

/** Bytes of the message of an ERROR or the reason of a BUSY: a sentence or two, with room for a name in it. */
export const messageBytesMax = 4096;

/** The largest ref: refs are uint32 on the wire. */
export const refMax = 0xffff_ffff;

/** Bytes of one point in COLUMNS: u32 ref, i32 dt, f64 value. */
export const pointBytesMax = 4 + 4 + 8;

/** Bytes that a COLUMNS frame needs besides its points, with every header in its widest form. */
export const columnsOverheadBytesMax = 64;

/** Milliseconds on either side of the epoch that a time may lie: what a JavaScript Date can hold, ±100,000,000 days. */
export const timeMsMax = 8.64e15;

assert(
  defaultWireLimits.pointsPerBatchMax * pointBytesMax + columnsOverheadBytesMax <=
    defaultWireLimits.frameBytesMax,
  'a full batch of columns must fit into a frame',
);
