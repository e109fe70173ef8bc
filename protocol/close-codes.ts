/**
 * WebSocket close codes of the protocol, which are also the codes of ERROR frames: the number says the same
 * thing whether the connection survives it or not. 1000–1015 are RFC 6455's, 4000 and up are this protocol's.
 */
export const CloseCode = {
  /** Done; nothing is wrong. */
  normal: 1000,
  /** The engine is stopping; connect again later. */
  goingAway: 1001,
  /** A peer sent what the protocol doesn't know in this place. */
  protocolError: 1002,
  /** The frame isn't one MessagePack array; nothing in it can be trusted. */
  malformedFrame: 1007,
  /** The frame is longer than WELCOME's maxFrameBytes. */
  frameTooLarge: 1009,
  /** Only in ERROR: the frame is MessagePack but not what the protocol wants; the connection stays open. */
  badFrame: 4400,
  /** The token is missing or wrong. Trying again with the same token is useless. */
  badToken: 4401,
  /** Another connection with the same producer name took over. */
  takenOver: 4409,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
