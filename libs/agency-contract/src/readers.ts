type Json = Record<string, unknown>;

/**
 * A schema of this contract for those who read what another one writes: properties that it does not list are let through,
 * so that the writer may add some without breaking anybody.
 */
export function openForReaders<Schema extends object>(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_key, value: Json | null) => {
    if (typeof value !== 'object' || value?.['additionalProperties'] !== false) return value;
    const { additionalProperties: _closed, ...open } = value;
    return open;
  }) as Schema;
}
