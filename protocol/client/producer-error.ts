/** Everything that a producer reports, by code; the text says what was wanted, what came and what to do. */
export type ProducerErrorCode =
  /** An option has no meaning or contradicts another. Thrown by `createProducer`. */
  | 'MR_CLIENT_OPTION'
  /** A name or label that the engine would refuse. Thrown by `series`. */
  | 'MR_CLIENT_SERIES'
  /** The producer has as many series as it may. Thrown by `series`. */
  | 'MR_CLIENT_SERIES_LIMIT'
  /** The buffer is full and `whenFull` is "error". Thrown by `add`, `record`, `addColumns`. */
  | 'MR_CLIENT_BUFFER_FULL'
  /** One `addColumns` asks for more than the buffer could ever take. Thrown by it. */
  | 'MR_CLIENT_TOO_LARGE'
  /** Another connection with the same producer name took over (4409). Final. */
  | 'MR_CLIENT_TAKEN_OVER'
  /** The engine refused the token (4401). Final. */
  | 'MR_CLIENT_BAD_TOKEN'
  /** The producer was closed before the work was done. Final. */
  | 'MR_CLIENT_CLOSED'
  /** The engine sent what this version doesn't understand; the connection is made anew. */
  | 'MR_CLIENT_PROTOCOL'
  /** The engine was silent for longer than `connectTimeoutMs` or `ackTimeoutMs`; the connection is made anew. */
  | 'MR_CLIENT_TIMEOUT'
  /** The engine answered with an ERROR, or closed the connection and said why. */
  | 'MR_CLIENT_REFUSED'
  /** The engine's `lastSeq` is ahead of all that was sent: another process uses this producer's name. */
  | 'MR_CLIENT_NAME_SHARED';

/** An operating failure of a producer. */
export class ProducerError extends Error {
  override readonly name = 'ProducerError';
  readonly code: ProducerErrorCode;

  constructor(code: ProducerErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
