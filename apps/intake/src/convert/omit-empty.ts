/** Returns the fields without empty ones. In proto3 a string cannot be absent; in a document empty fields are. */
export function omitEmpty<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], '' | undefined> } {
  const nonEmpty = Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined);
  return Object.fromEntries(nonEmpty) as { [K in keyof T]?: Exclude<T[K], '' | undefined> };
}
