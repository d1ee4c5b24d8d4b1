import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadSync } from '@grpc/proto-loader';
import type { MessageTypeDefinition, MethodDefinition, PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import type { Timestamp, Timestamp__Output } from '../gen/google/protobuf/Timestamp.ts';
import { findEnumLocations, findUnknownEnums } from './enum-locations.ts';
import type { ProtoField } from './enum-locations.ts';

/** The options that tools/gen.ts makes the types for; the two must agree. */
const OPTIONS = { longs: String, enums: String, defaults: true, oneofs: true } as const;

let foundDir: string | undefined;

/**
 * The folder that proto imports are relative to: CUPS_PROTO, or `proto/` found upward from this file.
 * @throws Error when there is none
 */
export function protoDir(): string {
  if (process.env['CUPS_PROTO']) return process.env['CUPS_PROTO'];
  if (foundDir) return foundDir;
  for (let dir = import.meta.dirname; dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, 'proto', 'cups'))) return (foundDir = join(dir, 'proto'));
  }
  throw new Error('No folder proto/ was found; set CUPS_PROTO to it.');
}

const packages = new Map<string, PackageDefinition>();

/** All files of one package: it lies in the folder of its name. Loaded once, and only when asked for. */
function loadPackage(fullName: string): PackageDefinition {
  const folder = fullName.split('.').slice(0, -1).join('/');
  const dir = protoDir();
  const key = `${dir}:${folder}`;
  let loaded = packages.get(key);
  if (!loaded) {
    const files = readdirSync(join(dir, folder)).filter((file) => file.endsWith('.proto'));
    loaded = loadSync(
      files.map((file) => `${folder}/${file}`),
      { ...OPTIONS, includeDirs: [dir] },
    );
    packages.set(key, loaded);
  }
  return loaded;
}

/**
 * A service as gRPC wants it. Name the generated type to have it typed:
 * `loadService<IntakeServiceDefinition>('cups.intake.v1.IntakeService')`.
 * @throws Error when there is no such service
 */
export function loadService<Definition = ServiceDefinition>(fullName: string): Definition {
  const found = loadPackage(fullName)[fullName];
  if (!found || 'format' in found) throw new Error(`There is no service ${fullName} in ${protoDir()}.`);
  return found as Definition;
}

/** How one message is written and read. */
export interface MessageType<Value, Output> {
  encode(value: Value): Buffer;
  decode(bytes: Uint8Array): Output;
}

const messageTypes = new Map<string, MessageType<never, unknown>>();

/**
 * The encoder of a message: `messageType<ApplicationSubmitted, ApplicationSubmitted__Output>('cups.intake.v1.ApplicationSubmitted')`.
 * An unknown enum word or a malformed int64 is written as zero without a word: the generated types are what prevents it.
 * @throws Error when there is no such message; `decode` throws on bytes that are no such message
 */
export function messageType<Value = object, Output = Value>(fullName: string): MessageType<Value, Output> {
  let type = messageTypes.get(fullName);
  if (!type) {
    const found = loadPackage(fullName)[fullName] as MessageTypeDefinition<object, object> | undefined;
    if (!found || typeof found.serialize !== 'function') throw new Error(`There is no message ${fullName}.`);
    type = {
      encode: (value) => found.serialize(value),
      decode: (bytes) => found.deserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    };
    messageTypes.set(fullName, type);
  }
  return type as unknown as MessageType<Value, Output>;
}

/** What tools/gen.ts makes for a package with events, such as `IntakeEvents` of gen/events/cups.intake.v1.ts. */
export interface EventPackage {
  package: string;
  written: { type: string; data: object };
  read: { type: string; data: object };
}

/** How the events of a package are written and read. */
export interface EventCodec<Events extends EventPackage> {
  encode(event: Events['written']): Buffer;
  /**
   * Of a type that this release does not know: `{ type: 'unknown' }` with the fields that all events have, so that it can be
   * counted. Undefined for what is no event of this package.
   */
  decode(event: { type: string; data: Uint8Array }): Events['read'] | undefined;
}

/**
 * The events of a package, typed by their union: whoever reads them by `switch` on `type` does not compile when one is forgotten.
 * `eventCodec<IntakeEvents>('cups.intake.v1')`; nothing is loaded before the first event.
 */
export function eventCodec<Events extends EventPackage>(name: Events['package']): EventCodec<Events> {
  let known: ReadonlySet<string> | undefined;
  return {
    encode: ({ type, data }) => messageType(type).encode(data),
    decode({ type, data }) {
      if (!type.startsWith(`${name}.`)) return undefined;
      known ??= findEventTypes(name);
      const read = known.has(type) ? type : 'unknown';
      try {
        return { type: read, data: messageType(read === 'unknown' ? `${name}.AnyEvent` : type).decode(data) };
      } catch {
        return undefined;
      }
    },
  };
}

/** The events of a package: its messages whose field 1 is that of its AnyEvent. */
function findEventTypes(name: string): Set<string> {
  const any = `${name}.AnyEvent`;
  const loaded = loadPackage(any);
  const beginsAs = firstField(loaded[any]);
  if (!beginsAs) throw new Error(`There are no events in ${name}.`);
  const types = Object.keys(loaded).filter(
    (type) => type.startsWith(`${name}.`) && firstField(loaded[type]) === beginsAs,
  );
  return new Set(types.filter((type) => type !== any));
}

/** Name and type of field 1 of a message; undefined for what is none. */
function firstField(definition: PackageDefinition[string] | undefined): string | undefined {
  const { field } = (definition as { type?: { field?: (ProtoField & { number: number })[] } } | undefined)?.type ?? {};
  const first = field?.find(({ number }) => number === 1);
  return first && `${first.name} ${first.typeName}`;
}

/**
 * What tells the paths of enum fields in a request of `method` whose number has no word here; the loader leaves it a number,
 * and whoever reads a word would stumble over it.
 * @param method of a loaded definition; its request type stands in the package of its service
 */
export function createEnumValidator(method: { path: string }): (request: object) => string[] {
  const service = method.path.split('/')[1] ?? '';
  const loaded = loadPackage(service);
  const scopeOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const find = (typeName: string, scope: string): { fullName: string; fields: ProtoField[] } | undefined => {
    for (let within = scope; ; within = scopeOf(within)) {
      const fullName = within ? `${within}.${typeName}` : typeName;
      const found = loaded[fullName] as MessageTypeDefinition<object, object> | undefined;
      if (found) return { fullName, fields: (found.type as { field: ProtoField[] }).field };
      // The loader makes no message of the entries of a map, which hold texts and no enums.
      if (!within) return undefined;
    }
  };
  const { name } = (method as unknown as { requestType: { type: { name: string } } }).requestType.type;
  const locations = findEnumLocations(`${scopeOf(service)}.${name}`, find);
  return (request) => findUnknownEnums(request, locations);
}

/** An instant for the wire; null when there is none. */
export function toTimestamp(date: Date | null | undefined): Timestamp__Output | null {
  if (!date) return null;
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}

/** An instant from the wire; undefined when there is none. What is finer than a millisecond is cut off. */
export function fromTimestamp(timestamp: Timestamp | null | undefined): Date | undefined {
  if (!timestamp) return undefined;
  return new Date(Number(timestamp.seconds ?? 0) * 1000 + Math.floor((timestamp.nanos ?? 0) / 1_000_000));
}

type ToUnderscores<Word extends string> = Word extends `${infer Head}-${infer Tail}`
  ? `${Head}_${ToUnderscores<Tail>}`
  : Word;
type ToHyphens<Word extends string> = Word extends `${infer Head}_${infer Tail}` ? `${Head}-${ToHyphens<Tail>}` : Word;

/** `EnumWord<'STATE_', 'in-progress'>` is `'STATE_IN_PROGRESS'`. */
export type ProtoEnumName<Prefix extends string, Value extends string> = Value extends ''
  ? `${Prefix}UNSPECIFIED`
  : `${Prefix}${Uppercase<ToUnderscores<Value>>}`;

/** `EnumValue<'STATE_', 'STATE_IN_PROGRESS'>` is `'in-progress'`; '' for the zero value. */
export type DomainEnumValue<Prefix extends string, Word extends string> = Word extends `${Prefix}UNSPECIFIED`
  ? ''
  : Word extends `${Prefix}${infer Rest}`
    ? Lowercase<ToHyphens<Rest>>
    : never;

/** The proto word of one of our values: `enumWord('STATE_', 'in-progress')` is `'STATE_IN_PROGRESS'`; '' and undefined give the zero value. */
export function toProtoEnum<const Prefix extends string, const Value extends string = ''>(
  prefix: Prefix,
  value: Value | undefined,
): ProtoEnumName<Prefix, Value> {
  return `${prefix}${value ? value.toUpperCase().replaceAll('-', '_') : 'UNSPECIFIED'}` as ProtoEnumName<Prefix, Value>;
}

/**
 * Our value of a proto word: `enumValue('STATE_', 'STATE_IN_PROGRESS')` is `'in-progress'`; '' for the zero value, and for the
 * number of a later release that has no word here.
 */
export function fromProtoEnum<const Prefix extends string, const Word extends string>(
  prefix: Prefix,
  word: Word,
): DomainEnumValue<Prefix, Word> {
  const rest = typeof word === 'string' && word.startsWith(prefix) ? word.slice(prefix.length) : 'UNSPECIFIED';
  return (rest === 'UNSPECIFIED' ? '' : rest.toLowerCase().replaceAll('_', '-')) as DomainEnumValue<Prefix, Word>;
}

/** What a method of a generated definition takes, as the server sees it. */
export type RequestOf<Method> =
  Method extends MethodDefinition<object, object, infer Request, object> ? Request : never;
/** What a client may send. */
export type SentRequestOf<Method> =
  Method extends MethodDefinition<infer Request, object, object, object> ? Request : never;
/** What a server may answer. */
export type SentResponseOf<Method> =
  Method extends MethodDefinition<object, infer Response, object, object> ? Response : never;
/** What a client gets. */
export type ResponseOf<Method> =
  Method extends MethodDefinition<object, object, object, infer Response> ? Response : never;

/** One async method per RPC of a generated definition. */
export type RpcsOf<Definition, Context> = {
  [Method in keyof Definition]: (
    request: RequestOf<Definition[Method]>,
    context: Context,
  ) => Promise<SentResponseOf<Definition[Method]>>;
};
