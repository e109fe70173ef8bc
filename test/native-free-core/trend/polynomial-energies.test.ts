import assert from 'node:assert/strict';
import { test } from 'node:test';
import { polynomialEnergies } from '../../../native-free-core/trend/polynomial-energies.js';
import { autoregressive } from './noise.js';
import { orthonormalPolynomials } from './orthonormal.js';

test('polynomialEnergies() are the squared parts along orthonormal polynomials', () => {
  const check = (length: number, degrees: number) => {
    const y = autoregressive(0.9, length, length);
    const wanted = orthonormalPolynomials(length, degrees + 1)
      .slice(2)
      .map((polynomial) => polynomial.reduce((sum, value, i) => sum + value * y[i]!, 0) ** 2);
    const found = polynomialEnergies(Float64Array.from(y), degrees);
    assert.equal(found.length, degrees);
    found.forEach((energy, i) => {
      assert.ok(
        Math.abs(energy - wanted[i]!) <= 1e-7 * Math.max(1, wanted[i]!),
        `${length}, degree ${i + 2}`,
      );
    });
  };
  check(4, 2);
  check(12, 10);
  check(50, 18);
  check(400, 18);
});

test('polynomialEnergies() of a whole basis are all that a line leaves of a series', () => {
  const y = autoregressive(0, 12, 7);
  const [level, line] = orthonormalPolynomials(12, 1) as [number[], number[]];
  const along = (of: readonly number[]): number => of.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const rest = y.map((value, i) => value - along(level) * level[i]! - along(line) * line[i]!);
  const all = polynomialEnergies(Float64Array.from(y), 10).reduce((a, b) => a + b, 0);
  const wanted = rest.reduce((sum, value) => sum + value ** 2, 0);
  assert.ok(Math.abs(all - wanted) <= 1e-9 * wanted, `${all}, ${wanted}`);
});
