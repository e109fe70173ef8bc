export { CloseCode } from './close-codes.js';
export { AckView, decodeAck, encodeAck, type RejectCount } from './frames/ack.js';
export { BusyView, decodeBusy, encodeBusy } from './frames/busy.js';
export { type Columns, ColumnsView, decodeColumns, encodeColumns } from './frames/columns.js';
export { ColumnsBuffer } from './frames/columns-buffer.js';
export { decodeError, ErrorView, encodeError } from './frames/error.js';
export { peekOpcode } from './frames/frame-header.js';
export { type AckLevel, decodeHello, encodeHello, type Hello, HelloView } from './frames/hello.js';
export { ItemStatus } from './frames/item-status.js';
export { LabelRanges } from './frames/labels.js';
export { encodeRows, type Row, RowsReader } from './frames/rows.js';
export { encodeSeries, type SeriesBinding, SeriesReader } from './frames/series.js';
export { decodeWelcome, encodeWelcome, type Welcome, WelcomeView } from './frames/welcome.js';
export { defaultWireLimits, protocolVersion, timeMsMax, type WireLimits } from './limits.js';
export { CursorReader } from './msgpack/cursor-reader.js';
export { CursorWriter } from './msgpack/cursor-writer.js';
export { DecodeFailure, DecodeStatus } from './msgpack/decode-failure.js';
export { Kind } from './msgpack/msgpack-layout.js';
export { Opcode, opcodeName } from './opcodes.js';
export {
  firstReject,
  RejectCode,
  type RejectCodeOrNone,
  type RejectReason,
  rejectReason,
  rejectReasons,
} from './reject-reasons.js';
export { RejectTally } from './reject-tally.js';
export { parseRfc3339Ms, parseRfc3339MsBytes } from './rfc3339.js';
export { decodeUtf8, encodeUtf8Into, isPrintableUtf8, isValidUtf8, utf8ByteLength } from './utf8.js';
