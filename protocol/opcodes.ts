/** The first element of every frame. Below 64: producer to engine; from 64: engine to producer. */
export const Opcode = {
  hello: 0,
  series: 1,
  columns: 2,
  rows: 3,
  welcome: 64,
  ack: 65,
  busy: 66,
  error: 67,
} as const;

export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** The frame's name as documents and error texts write it; `opcode 9` for one that this version doesn't know. */
export function opcodeName(opcode: number): string {
  for (const [name, value] of Object.entries(Opcode)) if (value === opcode) return name.toUpperCase();
  return `opcode ${opcode}`;
}
