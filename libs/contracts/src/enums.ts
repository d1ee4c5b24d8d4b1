/** Where a message of one type may hold enums: in itself, and in the messages inside it. */
export interface EnumPlaces {
  enums: string[];
  messages: { name: string; places: EnumPlaces }[];
}
/** A field as a DescriptorProto says it. */
export interface Field {
  name: string;
  type: string;
  typeName: string;
}
/** The message type that `typeName` means inside `scope`, the full name of a message; undefined for the entries of a map. */
type Find = (typeName: string, scope: string) => { fullName: string; fields: Field[] } | undefined;

/** The places of a message type; types that hold each other are walked once. */
export function enumPlaces(fullName: string, find: Find, known = new Map<string, EnumPlaces>()): EnumPlaces {
  const before = known.get(fullName);
  if (before) return before;
  const places: EnumPlaces = { enums: [], messages: [] };
  known.set(fullName, places);
  for (const field of find(fullName, '')?.fields ?? []) {
    if (field.type === 'TYPE_ENUM') places.enums.push(field.name);
    if (field.type !== 'TYPE_MESSAGE') continue;
    const inner = find(field.typeName, fullName);
    if (inner) places.messages.push({ name: field.name, places: enumPlaces(inner.fullName, find, known) });
  }
  return places;
}

/** JSON pointers of enum fields whose number has no word here: the loader leaves those as numbers. */
export function unknownEnums(message: object, places: EnumPlaces, path = ''): string[] {
  const found: string[] = [];
  const each = (name: string, look: (value: unknown, at: string) => void): void => {
    const value = (message as Record<string, unknown>)[name];
    if (Array.isArray(value)) value.forEach((item, i) => look(item, `${path}/${name}/${i}`));
    else look(value, `${path}/${name}`);
  };
  for (const name of places.enums) {
    each(name, (value, at) => {
      if (typeof value === 'number') found.push(at);
    });
  }
  for (const { name, places: inner } of places.messages) {
    each(name, (value, at) => {
      if (typeof value === 'object' && value !== null) found.push(...unknownEnums(value, inner, at));
    });
  }
  return found;
}
