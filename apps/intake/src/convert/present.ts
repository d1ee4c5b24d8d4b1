/** Without the fields that are empty: proto3 has no absent string, and a document holds only what is there. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], '' | undefined> } {
  const there = Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined);
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], '' | undefined> };
}
