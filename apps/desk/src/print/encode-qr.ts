import { encode } from 'uqr';

/** Returns the number of modules a side, and the SVG path of the dark ones. */
export function encodeQr(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { ecc: 'M', border: 0 });
  return { size, path: data.map(toRowPath).join('') };
}

/** The dark modules of a row, each run as one bar. */
function toRowPath(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x++) {
    const from = x;
    while (row[x]) x++;
    if (x > from) path += `M${from} ${y}h${x - from}v1h${from - x}z`;
  }
  return path;
}
