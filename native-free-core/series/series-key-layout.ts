/**
 * Canonical bytes of a series: the identity that is hashed, compared and stored. Equal series have equal bytes.
 *
 *   +---------+------+--------+---------------------------------------------+
 *   | u16 len | name | u8 n   | n × ( u16 len | label name | u16 len | value ) |
 *   +---------+------+--------+---------------------------------------------+
 *
 * Lengths are in bytes, little endian. Labels ascend by the bytes of their names; no name stands twice; no value
 * is empty, because an empty value is no label.
 */
/** Before each text, and before the labels. */
export const KEY_LENGTH_BYTES = 2;
export const KEY_COUNT_BYTES = 1;
