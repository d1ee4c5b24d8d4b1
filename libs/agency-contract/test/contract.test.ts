import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import YAML from 'yaml';
import {
  CENTRE_HEADERS_SCHEMA,
  CHECKPOINT_HEADERS_SCHEMA,
  HEADERS_SCHEMA,
  REFERENCE_SCHEMAS,
  REFUSAL_HEADERS_SCHEMA,
} from '../src/schemas.ts';
import { findViolations } from '../src/violations.ts';
import {
  CENTRES_TOPIC,
  CHECKPOINTS_TOPIC,
  COPY_PATH,
  isReplyType,
  REFERENCE_TYPES,
  REPLY_TYPES,
  REQUEST_TYPES,
  SCHEMAS,
  toCentrePayload,
  toCheckpointPayload,
  toMessage,
  topicsOf,
  validateReply,
  validateRequest,
} from '../src/index.ts';
import type { AgencyEvent, CentreChanged, JournalCheckpoint, MessageType, ReferenceType } from '../src/index.ts';

const types: MessageType[] = [...Object.values(REQUEST_TYPES), ...Object.values(REPLY_TYPES)];
const referenceTypes: ReferenceType[] = Object.values(REFERENCE_TYPES);
const all = [...types, ...referenceTypes];
const fileOf = (type: MessageType | ReferenceType) => `${type.replace(/^md\.cups\./, '').replace(/\.v1$/, '')}.json`;
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const sampleOf = (type: MessageType | ReferenceType): unknown => JSON.parse(read(`samples/${fileOf(type)}`));

type Ref = { $ref: string };
type Channel = { address: string; messages: Record<string, Ref> };
type Trait = { headers: { schema: Ref }; bindings: { kafka: { key: { pattern: string } } } };
type Message = { name: string; traits: Ref[]; payload: { schema: Ref } };
type Document = {
  asyncapi: string;
  channels: Record<'requests' | 'replies' | 'centres' | 'checkpoints', Channel>;
  operations: Record<string, { action: string; channel: Ref; messages: Ref[] }>;
  components: {
    messages: Record<string, Message>;
    messageTraits: Record<'cloudEvent' | 'centreEvent' | 'checkpointEvent' | 'refusalEvent', Trait>;
  };
};
/** Header traits by type; all other messages are about a delivery. */
const TRAITS: Record<string, string> = {
  [REFERENCE_TYPES.centreChanged]: 'centreEvent',
  [REFERENCE_TYPES.journalCheckpoint]: 'checkpointEvent',
  [REQUEST_TYPES.replyRefused]: 'refusalEvent',
};
const asyncapi = YAML.parse(read('asyncapi.yaml')) as Document;
const resolve = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], asyncapi);

describe('the samples', () => {
  test('cover exactly the types of the contract', () => {
    const files = readdirSync(new URL('../samples', import.meta.url)).filter((file) => file.endsWith('.json'));
    expect(files.sort()).toEqual(all.map(fileOf).sort());
  });
  test.each(referenceTypes)('have a valid %s for writers', (type) => {
    expect(findViolations(REFERENCE_SCHEMAS[type], sampleOf(type), 'writer')).toEqual([]);
  });
  test.each(types)('have a valid %s', (type) => {
    const sample = sampleOf(type);
    expect(isReplyType(type) ? validateReply(type, sample) : validateRequest(type, sample)).toEqual({
      ok: true,
      data: sample,
    });
  });
});

describe('the AsyncAPI document', () => {
  const namesOf = (channel: Channel) =>
    Object.values(channel.messages).map((message) => (resolve(message.$ref) as Message).name);

  test('is AsyncAPI 3 with resolvable references', () => {
    expect(asyncapi.asyncapi).toMatch(/^3\./);
    const refs = [...read('asyncapi.yaml').matchAll(/\$ref: '?(#[^'\n]+)/g)].map((found) => found[1]!);
    expect(refs.length).toBeGreaterThan(20);
    for (const ref of refs) expect([ref, resolve(ref)]).toEqual([ref, expect.anything()]);
  });
  test('lists exactly the types in the code, each in its direction', () => {
    expect(namesOf(asyncapi.channels.requests).sort()).toEqual(Object.values(REQUEST_TYPES).sort());
    expect(namesOf(asyncapi.channels.replies).sort()).toEqual(Object.values(REPLY_TYPES).sort());
    const { centres, checkpoints } = asyncapi.channels;
    expect([...namesOf(centres), ...namesOf(checkpoints)]).toEqual(Object.values(REFERENCE_TYPES));
    expect(Object.keys(asyncapi.components.messages)).toHaveLength(all.length);
  });
  test('has one operation per channel, with all its messages', () => {
    const { receiveRequests, sendReplies, receiveCentres, receiveCheckpoints } = asyncapi.operations;
    expect(Object.keys(asyncapi.operations)).toHaveLength(4);
    const actions = [receiveRequests, sendReplies, receiveCentres, receiveCheckpoints].map((one) => one?.action);
    expect(actions).toEqual(['receive', 'send', 'receive', 'receive']);
    expect([receiveCentres, receiveCheckpoints].flatMap((one) => one?.messages)).toHaveLength(referenceTypes.length);
    expect(receiveRequests?.messages).toHaveLength(Object.keys(REQUEST_TYPES).length);
    expect(sendReplies?.messages).toHaveLength(Object.keys(REPLY_TYPES).length);
  });
  test('has the topics of the code', () => {
    const addresses = {
      requests: asyncapi.channels.requests.address.replace('{agency}', 'asp'),
      replies: asyncapi.channels.replies.address.replace('{agency}', 'asp'),
    };
    expect(addresses).toEqual(topicsOf('asp'));
    expect(asyncapi.channels.centres.address).toBe(CENTRES_TOPIC);
    expect(asyncapi.channels.checkpoints.address).toBe(CHECKPOINTS_TOPIC);
    expect(topicsOf('asp', 't1.').requests).toBe('t1.agency.asp.requests');
  });
  test('refers to the schema in ce_dataschema', () => {
    for (const message of Object.values(asyncapi.components.messages)) {
      const schema = JSON.parse(read(message.payload.schema.$ref)) as { $id: string };
      const known = { ...SCHEMAS, ...REFERENCE_SCHEMAS }[message.name as MessageType | ReferenceType];
      expect(schema.$id).toBe(known.$id);
      expect(message.traits).toEqual([{ $ref: `#/components/messageTraits/${TRAITS[message.name] ?? 'cloudEvent'}` }]);
    }
  });
  test('lists exactly the headers that the code writes', () => {
    const { schema } = asyncapi.components.messageTraits.cloudEvent.headers;
    const listed = JSON.parse(read(schema.$ref)) as { $id: string; properties: object; required: string[] };
    const event = {
      id: 'a',
      source: '/cups/agency-bridge',
      subject: 'deliveries/x',
      time: 't',
      type: types[0]!,
      data: {},
    };
    const complete = toMessage({
      ...event,
      correlationid: 'c',
      causationid: 'd',
      traceparent: 't',
    } as unknown as AgencyEvent);
    expect(listed.$id).toBe(HEADERS_SCHEMA.$id);
    expect(Object.keys(complete.headers).sort()).toEqual(Object.keys(listed.properties).sort());
    expect(Object.keys(toMessage(event as unknown as AgencyEvent).headers).sort()).toEqual(listed.required.sort());
  });
  test('has a separate header schema for centres', () => {
    const { schema } = asyncapi.components.messageTraits.centreEvent.headers;
    expect((JSON.parse(read(schema.$ref)) as { $id: string }).$id).toBe(CENTRE_HEADERS_SCHEMA.$id);
    const sample = sampleOf(REFERENCE_TYPES.centreChanged) as CentreChanged;
    const { pattern } = asyncapi.components.messageTraits.centreEvent.bindings.kafka.key;
    expect(toCentrePayload(sample).key).toMatch(new RegExp(pattern));
    expect('01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp').not.toMatch(new RegExp(pattern));
  });
  test('has a separate header schema for checkpoints', () => {
    const { headers, bindings } = asyncapi.components.messageTraits.checkpointEvent;
    expect((JSON.parse(read(headers.schema.$ref)) as { $id: string }).$id).toBe(CHECKPOINT_HEADERS_SCHEMA.$id);
    const sample = sampleOf(REFERENCE_TYPES.journalCheckpoint) as JournalCheckpoint;
    expect(toCheckpointPayload(sample).key).toMatch(new RegExp(bindings.kafka.key.pattern));
  });
  test('has a separate header schema for refusals, about a delivery or an agency', () => {
    const { headers, bindings } = asyncapi.components.messageTraits.refusalEvent;
    expect((JSON.parse(read(headers.schema.$ref)) as { $id: string }).$id).toBe(REFUSAL_HEADERS_SCHEMA.$id);
    const pattern = new RegExp(bindings.kafka.key.pattern);
    for (const key of ['01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp', 'asp']) expect(key).toMatch(pattern);
    for (const key of ['2900000000012', '-asp', 'deliveries/asp']) expect(key).not.toMatch(pattern);
  });
  test('has the key pattern of real keys', () => {
    const pattern = new RegExp(asyncapi.components.messageTraits.cloudEvent.bindings.kafka.key.pattern);
    expect('01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp').toMatch(pattern);
    expect('2900000000012').not.toMatch(pattern);
  });
});

describe('the OpenAPI document of the agency API', () => {
  const text = read('agency-api.yaml');
  const api = YAML.parse(text) as { info: { version: string }; paths: Record<string, unknown> };

  test('has the version of the contract', () => {
    expect(api.info.version).toBe((YAML.parse(read('asyncapi.yaml')) as typeof api).info.version);
  });
  test('has the path of copies, which requests name', () => {
    expect(Object.keys(api.paths)).toContain(`${COPY_PATH}{document}`);
    const { evidence } = sampleOf(REQUEST_TYPES.submitted) as { evidence: { copy?: string }[] };
    expect(evidence.some(({ copy }) => copy?.startsWith(COPY_PATH))).toBe(true);
  });
  test('has resolvable references', () => {
    const refs = [...text.matchAll(/\$ref: '?#\/([^'\n }]+)/g)].map((found) => found[1]!);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) {
      const found = ref.split('/').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], api);
      expect([ref, found]).toEqual([ref, expect.anything()]);
    }
  });
});

describe('the schemas', () => {
  test('have a unique $id, and are closed except where intended', () => {
    for (const type of all) {
      const schema = JSON.parse(read(`schemas/${fileOf(type)}`)) as Record<string, unknown>;
      expect(schema['$id']).toBe(`urn:cups:agency:v1:${fileOf(type).replace('.json', '')}`);
      expect(schema['additionalProperties']).toBe(false);
      expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    }
  });
  test('have the same properties for both kinds of submission', () => {
    const parts = (type: MessageType) =>
      Object.keys((JSON.parse(read(`schemas/${fileOf(type)}`)) as { properties: object }).properties);
    expect(parts(REQUEST_TYPES.documentsSupplied)).toEqual([
      ...parts(REQUEST_TYPES.submitted),
      'answersRequest',
      'unavailable',
    ]);
  });
});
