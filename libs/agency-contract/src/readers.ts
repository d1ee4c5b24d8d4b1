type Json = Record<string, unknown>;

/** Returns the schema for readers, which accepts unknown properties so that writers can add some. */
export function openForReaders<Schema extends object>(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_key, value: Json | null) => {
    if (typeof value !== 'object' || value?.['additionalProperties'] !== false) return value;
    const { additionalProperties: _closed, ...open } = value;
    return open;
  }) as Schema;
}
