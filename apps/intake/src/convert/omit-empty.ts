/** Without the fields that are empty: proto3 has no absent string, and a document holds only what is there. */
export function omitEmpty<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], '' | undefined> } {
  const nonEmpty = Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined);
  return Object.fromEntries(nonEmpty) as { [K in keyof T]?: Exclude<T[K], '' | undefined> };
}
