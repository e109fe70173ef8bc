/**
 * The squares of what an even series has in common with each of the orthonormal polynomials of degree 2 to `degrees` + 1 (those of J. Gram, by
 * their recurrence of three terms): the slowest of what it does besides a line, one number a degree. Of white noise each is
 * the variance, of a random walk they sink with the square of the degree. `degrees` is at most the length less two.
 */
export function polynomialEnergies(y: Float64Array, degrees: number): Float64Array {
  const { length } = y;
  const middle = (length - 1) / 2;
  const scale = 2 / length;
  let before = new Float64Array(length).fill(1);
  let current = Float64Array.from(y, (_, i) => (i - middle) * scale);
  const energies = new Float64Array(degrees);
  for (let degree = 2; degree < degrees + 2; degree++) {
    const order = degree - 1;
    const back =
      ((order * order * (length * length - order * order)) / (4 * (4 * order * order - 1))) * scale * scale;
    const next = before;
    let product = 0;
    let square = 0;
    for (let i = 0; i < length; i++) {
      const value = (i - middle) * scale * current[i]! - back * before[i]!;
      next[i] = value;
      product += value * y[i]!;
      square += value * value;
    }
    before = current;
    current = next;
    energies[degree - 2] = (product * product) / square;
  }
  return energies;
}
