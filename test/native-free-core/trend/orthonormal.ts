/** The orthonormal polynomials of degree 0 to `degree` on 0..length - 1, by the process of Gram and Schmidt, done twice against rounding. */
export function orthonormalPolynomials(length: number, degree: number): number[][] {
  const basis: number[][] = [];
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  for (let power = 0; power <= degree; power++) {
    let row = Array.from({ length }, (_, i) => ((2 * i) / Math.max(1, length - 1) - 1) ** power);
    for (let round = 0; round < 2; round++) {
      for (const other of basis) {
        const part = dot(row, other);
        row = row.map((value, i) => value - part * other[i]!);
      }
    }
    const norm = Math.sqrt(dot(row, row));
    basis.push(row.map((value) => value / norm));
  }
  return basis;
}
