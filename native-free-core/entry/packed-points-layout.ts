/**
 * A points entry as it lies in the log: the columns of entry-layout.ts in the narrowest width that holds them exactly, since
 * a commit costs what it writes (12 to 20 bytes a point would be written, TSBS takes 3). Little endian, begins at a multiple of
 * 8, and so does each column, so that both ends copy through typed arrays.
 *
 *   0 u32 length in units of 8 bytes | 4 u8 kind = POINTS | 5 u8 time form | 6 u8 slot width | 7 u8 value form
 *   8 u32 points | 12 u32 producer | 16 f64 seq | 24 f64 base, ms | 32 f64 arrival, ms
 *   40 slots: u16 or u32 × n · times: form DELTA i32 × n, form FULL f64 × n · values: i8, i16, i32, f32 or f64 × n
 *
 * The head is that of the ring's entry but for the three bytes behind the time form, which are 0 there.
 */
export const PACKED_TIME_FORM = 5;
export const PACKED_SLOT_WIDTH = 6;
export const PACKED_VALUE_FORM = 7;
export const PACKED_SLOTS = 40;

/** The least that a point takes: a slot of two bytes, no time of its own, a value of one. */
export const PACKED_POINT_BYTES_MIN = 3;

/** Value forms, which are their bytes a value, but for FLOAT32. */
export const VALUES_INT8 = 1;
export const VALUES_INT16 = 2;
export const VALUES_INT32 = 4;
export const VALUES_FLOAT32 = 5;
export const VALUES_FLOAT64 = 8;

export const valueBytes = (form: number): number => (form === VALUES_FLOAT32 ? 4 : form);
export const isValueForm = (form: number): boolean =>
  form === VALUES_INT8 ||
  form === VALUES_INT16 ||
  form === VALUES_INT32 ||
  form === VALUES_FLOAT32 ||
  form === VALUES_FLOAT64;
