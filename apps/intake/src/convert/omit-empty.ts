/** Returns the fields without empty ones. In proto3 a string cannot be absent; in a document empty fields are. */
export function omitEmpty<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], '' | undefined> } {
  const nonEmpty: Partial<T> = {};
  for (const name of Object.keys(fields) as (keyof T)[]) {
    if (fields[name] !== '' && fields[name] !== undefined) nonEmpty[name] = fields[name];
  }
  return nonEmpty as { [K in keyof T]?: Exclude<T[K], '' | undefined> };
}
