/** Numbers that are not finite (a sum that overflowed) are never in an answer. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
