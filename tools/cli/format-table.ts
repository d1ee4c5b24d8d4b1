/** Plain text tables without colours, for copying and searching. */

/** Formats rows under headings, each column as wide as its longest cell; the last one is not padded. */
export function formatTable(headings: string[], rows: string[][]): string {
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map(line).join('\n');
}

/** Formats an age in its largest unit. @param time seconds since 1970, as in a Timestamp */
export function formatAge(time: { seconds: string | number } | null, now: number): string {
  if (!time) return '';
  const seconds = Math.max(0, Math.round(now / 1_000 - Number(time.seconds)));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
