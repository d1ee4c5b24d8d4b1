/** Tables: plain text without colours, for copying and searching, and Markdown for pages. */

export type Cell = string | number;

/** Counts characters, not UTF-16 units. */
const widthOf = (cell: Cell | undefined): number => [...String(cell ?? '')].length;

/**
 * Formats rows under headings, each column as wide as its longest cell. Columns of numbers align right. The last
 * column is not padded.
 * @param headings undefined for a list of facts
 */
export function formatTable(headings: readonly string[] | undefined, rows: readonly (readonly Cell[])[]): string {
  const lines: (readonly Cell[])[] = headings ? [headings, ...rows] : [...rows];
  const columns = Math.max(0, ...lines.map((cells) => cells.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...lines.map((cells) => widthOf(cells[at]))));
  const isNumeric = widths.map(
    (_, at) => headings !== undefined && rows.length > 0 && rows.every((cells) => typeof cells[at] === 'number'),
  );
  const padded = (cell: Cell, at: number): string => {
    const padding = ' '.repeat(widths[at]! - widthOf(cell));
    return isNumeric[at] ? `${padding}${cell}` : `${cell}${padding}`;
  };
  return lines.map((cells) => cells.map(padded).join('  ').trimEnd()).join('\n');
}

/** Indents every line by two spaces. */
export const indent = (text: string): string => text.replaceAll(/^/gm, '  ');

/**
 * Formats a Markdown table; bars and line breaks in cells are escaped.
 * @param alignment of all columns but the first
 */
export function formatMarkdownTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  alignment: 'left' | 'right' = 'left',
): string {
  const rule = alignment === 'right' ? '---:' : '---';
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(headings), line(headings.map((_, at) => (at === 0 ? '---' : rule))), ...rows.map(line)].join('\n');
}

/** Formats an age in its largest unit. @param time seconds since 1970, as in a Timestamp */
export function formatAge(time: { seconds: string | number } | null, now: number): string {
  if (!time) return '';
  const seconds = Math.max(0, Math.round(now / 1_000 - Number(time.seconds)));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
