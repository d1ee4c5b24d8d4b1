import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type * as Protobuf from 'protobufjs';

/**
 * Writes the table of former names of events, methods, members and enum values, from the descriptors of before
 * (`proto/former.binpb`), today's proto files and `proto/renamed-events.json`. `--check` writes nothing. Numbers of
 * fields and enum values and the order of methods never change, so they identify what was renamed.
 */

const root = join(import.meta.dirname, '../..');
const FILE = join(root, 'libs/contracts/src/former-names.ts');
const { values: options } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const require = createRequire(import.meta.url);
const protobuf = require('protobufjs') as typeof Protobuf & { Root: { fromDescriptor(bytes: Buffer): Protobuf.Root } };
require('protobufjs/ext/descriptor');

function parseDescriptors(bytes: Buffer): Protobuf.Root {
  const parsed = protobuf.Root.fromDescriptor(bytes);
  parsed.resolveAll();
  return parsed;
}

const former = parseDescriptors(readFileSync(join(root, 'proto/former.binpb')));
const current = parseDescriptors(
  execFileSync(
    join(root, 'node_modules/.bin/buf'),
    ['build', 'proto', '--exclude-source-info', '-o', '-#format=binpb'],
    {
      cwd: root,
      maxBuffer: 64 << 20,
    },
  ),
);
const renamedEvents = JSON.parse(readFileSync(join(root, 'proto/renamed-events.json'), 'utf8')) as Record<
  string,
  string
>;

const nameOf = ({ fullName }: { fullName: string }): string => fullName.replace(/^\./, '');
const memberOf = (name: string): string =>
  name.replace(/(?!^)_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

interface MessageNames {
  members: Record<string, string>;
  added: string[];
  oneofs: string[];
  messages: Record<string, string>;
  enums: Record<string, string>;
}

const messages = new Map<string, MessageNames>();
const enums = new Map<string, Record<string, string>>();

/** Compares the enum values of equal numbers. */
function pairEnum(before: Protobuf.Enum, after: Protobuf.Enum): void {
  const renamed: Record<string, string> = {};
  for (const [name, number] of Object.entries(after.values)) {
    const known = before.valuesById[number];
    if (known !== undefined && known !== name) renamed[name] = known;
  }
  enums.set(nameOf(after), renamed);
}

/** Compares the fields of equal numbers, also of the messages within. */
function pairMessage(before: Protobuf.Type, after: Protobuf.Type): void {
  if (messages.has(nameOf(after))) return;
  const names: MessageNames = { members: {}, added: [], oneofs: [], messages: {}, enums: {} };
  messages.set(nameOf(after), names);
  for (const field of after.fieldsArray) {
    const member = memberOf(field.name);
    const known = before.fieldsById[field.id];
    if (!known) {
      names.added.push(member);
      continue;
    }
    if (known.name !== field.name) names.members[member] = memberOf(known.name);
    pairType(names, member, known.resolvedType, field.resolvedType);
  }
  for (const oneof of after.oneofsArray) {
    const first = before.fieldsById[oneof.fieldsArray[0]?.id ?? 0];
    if (!first?.partOf) continue;
    names.oneofs.push(memberOf(oneof.name));
    if (first.partOf.name !== oneof.name) names.members[memberOf(oneof.name)] = memberOf(first.partOf.name);
  }
}

function pairType(
  names: MessageNames,
  member: string,
  before: Protobuf.Type | Protobuf.Enum | null,
  after: Protobuf.Type | Protobuf.Enum | null,
): void {
  if (before instanceof protobuf.Enum && after instanceof protobuf.Enum) {
    pairEnum(before, after);
    names.enums[member] = nameOf(after);
  } else if (before instanceof protobuf.Type && after instanceof protobuf.Type) {
    pairMessage(before, after);
    names.messages[member] = nameOf(after);
  }
}

/** Yields the namespaces, messages and services below an object. */
function* descendants(parent: Protobuf.NamespaceBase): Generator<Protobuf.ReflectionObject> {
  for (const nested of parent.nestedArray) {
    yield nested;
    if (nested instanceof protobuf.Namespace) yield* descendants(nested);
  }
}

const methods: Record<string, string> = {};
const requests: Record<string, string> = {};
for (const after of descendants(current)) {
  if (!(after instanceof protobuf.Service) || !nameOf(after).startsWith('cups.')) continue;
  const before = former.lookup(after.fullName);
  if (!(before instanceof protobuf.Service)) continue;
  for (const [at, known] of before.methodsArray.entries()) {
    const method = after.methodsArray[at];
    if (!method) throw new Error(`${after.name} has lost a method after ${known.name}.`);
    const name = `${after.name}.${method.name}`;
    if (method.name !== known.name) methods[name] = `${after.name}.${known.name}`;
    pairMessage(known.resolvedRequestType!, method.resolvedRequestType!);
    requests[name] = nameOf(method.resolvedRequestType!);
  }
}

/** Returns the former names of events, and refuses an event that is neither there nor renamed. */
function findFormerEvents(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const before of descendants(former)) {
    if (!(before instanceof protobuf.Type) || !isEvent(before)) continue;
    const name = nameOf(before);
    const target = current.lookup(name) ? name : (renamedEvents[name] ?? name);
    const after = current.lookup(target);
    if (!(after instanceof protobuf.Type)) {
      throw new Error(`The event ${name} has no message any more: name its new one in proto/renamed-events.json.`);
    }
    for (const { id, type } of before.fieldsArray) {
      const known = after.fieldsById[id];
      if (!known || (known.resolvedType === null && known.type !== type)) {
        throw new Error(`${target} cannot read field ${id} of ${name}.`);
      }
    }
    if (target !== name) found[name] = target;
  }
  return found;
}

/** Whether a message begins as the AnyEvent of its package. */
function isEvent(type: Protobuf.Type): boolean {
  const any = type.parent?.get('AnyEvent');
  if (!(any instanceof protobuf.Type) || any === type) return false;
  const [first, expected] = [type.fieldsById[1], any.fieldsById[1]];
  return first !== undefined && first.name === expected?.name && first.type === expected.type;
}

/** Removes what has no former name in it, also not further within. */
function prune(): void {
  for (const [name, renamed] of enums) if (Object.keys(renamed).length === 0) enums.delete(name);
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, one] of messages) {
      for (const [member, inner] of Object.entries(one.messages)) if (!messages.has(inner)) delete one.messages[member];
      for (const [member, inner] of Object.entries(one.enums)) if (!enums.has(inner)) delete one.enums[member];
      const isSame =
        Object.keys({ ...one.members, ...one.enums }).length === 0 &&
        one.added.length === 0 &&
        Object.keys(one.messages).every((member) => one.messages[member] === name);
      if (isSame) changed = messages.delete(name) || changed;
    }
  }
  for (const [method, request] of Object.entries(requests)) if (!messages.has(request)) delete requests[method];
}

/** Removes empty parts. */
const compact = (one: MessageNames): object =>
  Object.fromEntries(Object.entries(one).filter(([, part]) => Object.keys(part as object).length > 0));

const sorted = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));

const events = findFormerEvents();
prune();
const table = (name: string, type: string, comment: string, record: Record<string, unknown>): string =>
  `/** ${comment} */\nexport const ${name}: ${type} = ${JSON.stringify(sorted(record), null, 2)};\n`;
const text = [
  `/** Former names, until Kafka and the stores no longer hold them. Written by tools/generate/former-names.ts; do not edit. */

export interface FormerMessage {
  /** Former names of members and oneofs by their names now. */
  members?: Readonly<Record<string, string>>;
  /** Members that did not exist. */
  added?: readonly string[];
  /** Oneofs, whose value is the name of a member. */
  oneofs?: readonly string[];
  /** Messages and enums of members with former names of their own. */
  messages?: Readonly<Record<string, string>>;
  enums?: Readonly<Record<string, string>>;
}
`,
  table('EVENT_TYPES', 'Readonly<Record<string, string>>', 'Event types now, by their former names.', events),
  table('FORMER_METHODS', 'Readonly<Record<string, string>>', 'Former names of methods, by their names now.', methods),
  table('REQUESTS', 'Readonly<Record<string, string>>', 'Request messages with former names, by method.', requests),
  table(
    'FORMER_MESSAGES',
    'Readonly<Record<string, FormerMessage>>',
    'Messages with former names.',
    Object.fromEntries([...messages].map(([name, one]) => [name, compact(one)])),
  ),
  table(
    'FORMER_ENUMS',
    'Readonly<Record<string, Readonly<Record<string, string>>>>',
    'Former names of enum values, by their names now.',
    Object.fromEntries(enums),
  ),
].join('\n');
const formatted = execFileSync(join(root, 'node_modules/.bin/prettier'), ['--stdin-filepath', FILE], {
  cwd: root,
  input: text,
  encoding: 'utf8',
});
const stored = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
if (formatted !== stored) {
  if (options.check) {
    console.error('libs/contracts/src/former-names.ts is not current: run node tools/generate/former-names.ts.');
    process.exitCode = 1;
  } else writeFileSync(FILE, formatted);
}
console.log(
  `former names: ${Object.keys(events).length} events, ${Object.keys(methods).length} methods, ${messages.size} messages, ${enums.size} enums`,
);
