/** How a decoder ended. */
export const DecodeStatus = {
  ok: 0,
  /** Not one whole MessagePack value: cut short, too long, or with the reserved byte. Closes the connection (1007). */
  malformed: 1,
  /** MessagePack, but not what the protocol wants in this place. Answered with ERROR. */
  wrongShape: 2,
  /** What the protocol wants, but more of it than a limit allows. Answered with ERROR. */
  overLimit: 3,
} as const;

export type DecodeStatus = (typeof DecodeStatus)[keyof typeof DecodeStatus];

/** The first thing that a decoder found wrong. The text is for the message of an ERROR frame. */
export class DecodeFailure {
  status: DecodeStatus = DecodeStatus.ok;
  /** Byte of the frame at which the finding starts. */
  offset = 0;
  /** `expected seq as an unsigned integer, got a string at byte 2`; empty while all is well. */
  text = '';

  clear(): void {
    this.status = DecodeStatus.ok;
    this.offset = 0;
    this.text = '';
  }

  /** Keeps the first finding: what follows it is only its consequence. */
  set(status: DecodeStatus, offset: number, finding: string): void {
    if (this.status !== DecodeStatus.ok) return;
    this.status = status;
    this.offset = offset;
    this.text = `${finding} at byte ${offset}`;
  }
}
