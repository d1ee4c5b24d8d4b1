// at: libs/store/src/store.ts
// refused by: max-depth
export function violation(rows: number[][][]): number {
  for (const row of rows) {
    for (const cell of row) {
      for (const one of cell) {
        if (one > 0) {
          if (one > 1) return one;
        }
      }
    }
  }
  return 0;
}
