/** Groups of eight, to compare by eye. */
export function groupDigits(sha256: string): string {
  return sha256.replace(/(.{8})(?=.)/g, '$1 ');
}
