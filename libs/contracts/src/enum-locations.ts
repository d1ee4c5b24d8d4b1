/** Enum fields of a message type, directly and in nested messages. */
export interface EnumLocations {
  enums: string[];
  messages: { name: string; locations: EnumLocations }[];
}
/** A field in a DescriptorProto. */
export interface ProtoField {
  name: string;
  type: string;
  typeName: string;
}
/** Resolves `typeName` within `scope`, the full name of a message; undefined for map entries. */
type FindMessage = (typeName: string, scope: string) => { fullName: string; fields: ProtoField[] } | undefined;

/** Returns the enum locations of a message type; handles recursive types. */
export function findEnumLocations(
  fullName: string,
  find: FindMessage,
  known = new Map<string, EnumLocations>(),
): EnumLocations {
  const before = known.get(fullName);
  if (before) return before;
  const locations: EnumLocations = { enums: [], messages: [] };
  known.set(fullName, locations);
  for (const field of find(fullName, '')?.fields ?? []) {
    if (field.type === 'TYPE_ENUM') locations.enums.push(field.name);
    if (field.type !== 'TYPE_MESSAGE') continue;
    const inner = find(field.typeName, fullName);
    if (inner) locations.messages.push({ name: field.name, locations: findEnumLocations(inner.fullName, find, known) });
  }
  return locations;
}

/** Returns JSON pointers of enum fields with unknown numbers, which the loader leaves as numbers. */
export function findUnknownEnums(message: object, locations: EnumLocations, path = ''): string[] {
  const found: string[] = [];
  const each = (name: string, visit: (value: unknown, at: string) => void): void => {
    const value = (message as Record<string, unknown>)[name];
    if (Array.isArray(value)) value.forEach((item, i) => visit(item, `${path}/${name}/${i}`));
    else visit(value, `${path}/${name}`);
  };
  for (const name of locations.enums) {
    each(name, (value, at) => {
      if (typeof value === 'number') found.push(at);
    });
  }
  for (const { name, locations: inner } of locations.messages) {
    each(name, (value, at) => {
      if (typeof value === 'object' && value !== null) found.push(...findUnknownEnums(value, inner, at));
    });
  }
  return found;
}
