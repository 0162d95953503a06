/** Linear algebra of 3 x 3 matrices: powers, factors, inverses. */

/** A 3 x 3 matrix, row-major. */
export type Matrix3 = readonly number[];

/**
 * A real power of the symmetric matrix `m`, by eigenvectors; negative eigenvalues (rounding) are raised to almost zero.
 */
export function power(m: Matrix3, exponent: number): Matrix3 {
  const { values, vectors } = eigen(m);
  const result = new Array<number>(9).fill(0);
  for (let k = 0; k < 3; k++) {
    const scale = Math.max(values[k]!, 1e-12) ** exponent;
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 3; c++) result[3 * r + c]! += scale * vectors[3 * r + k]! * vectors[3 * c + k]!;
    }
  }
  return result;
}

/** The lower triangular L of `m = L L^T`, `m` symmetric and positive (Golub and Van Loan, algorithm 4.2.2). */
export function cholesky(m: Matrix3): Matrix3 {
  const l = new Array<number>(9).fill(0);
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c <= r; c++) {
      let rest = m[3 * r + c]!;
      for (let k = 0; k < c; k++) rest -= l[3 * r + k]! * l[3 * c + k]!;
      l[3 * r + c] = r === c ? Math.sqrt(Math.max(rest, 1e-12)) : rest / l[4 * c]!;
    }
  }
  return l;
}

/** The inverse of a lower triangular matrix without zeros on its diagonal. */
export function inverseLower([a, , , b, c, , d, e, f]: Matrix3): Matrix3 {
  const [x, y, z] = [1 / a!, 1 / c!, 1 / f!];
  return [x, 0, 0, -b! * x * y, y, 0, (b! * e! - c! * d!) * x * y * z, -e! * y * z, z];
}

/** Eigenvalues of a symmetric matrix, and eigenvectors as columns: cyclic Jacobi rotations (Golub and Van Loan, 8.5). */
export function eigen(symmetric: Matrix3): { values: readonly number[]; vectors: Matrix3 } {
  const a = [...symmetric];
  const v = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  for (let sweep = 0; sweep < 16; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const off = a[3 * p + q]!;
      if (off === 0) continue;
      const theta = (a[4 * q]! - a[4 * p]!) / (2 * off);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const cos = 1 / Math.sqrt(t * t + 1);
      rotate(a, p, q, cos, t * cos);
      rotateColumns(v, p, q, cos, t * cos);
    }
  }
  return { values: [a[0]!, a[4]!, a[8]!], vectors: v };
}

/** `J^T a J` in place, J the rotation in the plane of axes p and q. */
function rotate(a: number[], p: number, q: number, cos: number, sin: number): void {
  rotateColumns(a, p, q, cos, sin);
  for (let k = 0; k < 3; k++) {
    const x = a[3 * p + k]!;
    const y = a[3 * q + k]!;
    a[3 * p + k] = cos * x - sin * y;
    a[3 * q + k] = sin * x + cos * y;
  }
}

function rotateColumns(a: number[], p: number, q: number, cos: number, sin: number): void {
  for (let k = 0; k < 3; k++) {
    const x = a[3 * k + p]!;
    const y = a[3 * k + q]!;
    a[3 * k + p] = cos * x - sin * y;
    a[3 * k + q] = sin * x + cos * y;
  }
}

export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  return Array.from({ length: 9 }, (_, i) => {
    const [r, c] = [3 * Math.floor(i / 3), i % 3];
    return a[r]! * b[c]! + a[r + 1]! * b[3 + c]! + a[r + 2]! * b[6 + c]!;
  });
}

export function addToDiagonal(m: Matrix3, amount: number): Matrix3 {
  return m.map((value, i) => (i % 4 === 0 ? value + amount : value));
}

/** The inverse of any matrix that has one, by cofactors. */
export function inverse(m: Matrix3): Matrix3 {
  const cofactor = (i: number) => {
    const [r, c] = [Math.floor(i / 3), i % 3];
    const at = (row: number, column: number) => m[3 * ((r + row) % 3) + ((c + column) % 3)]!;
    return at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
  };
  const determinant = [0, 1, 2].reduce((sum, c) => sum + m[c]! * cofactor(c), 0);
  return Array.from({ length: 9 }, (_, i) => cofactor(3 * (i % 3) + Math.floor(i / 3)) / determinant);
}
