import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import YAML from 'yaml';
import { HEADERS_SCHEMA } from '../src/schemas.ts';
import {
  isReplyType,
  REPLY_TYPES,
  REQUEST_TYPES,
  SCHEMAS,
  toMessage,
  topicsOf,
  validateReply,
  validateRequest,
} from '../src/index.ts';
import type { AgencyEvent, MessageType } from '../src/index.ts';

const types: MessageType[] = [...Object.values(REQUEST_TYPES), ...Object.values(REPLY_TYPES)];
const fileOf = (type: MessageType) => `${type.replace(/^md\.cups\./, '').replace(/\.v1$/, '')}.json`;
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const sampleOf = (type: MessageType): unknown => JSON.parse(read(`samples/${fileOf(type)}`));

type Ref = { $ref: string };
type Channel = { address: string; messages: Record<string, Ref> };
type Message = { name: string; traits: Ref[]; payload: { schema: Ref } };
type Document = {
  asyncapi: string;
  channels: Record<'requests' | 'replies', Channel>;
  operations: Record<string, { action: string; channel: Ref; messages: Ref[] }>;
  components: {
    messages: Record<string, Message>;
    messageTraits: { cloudEvent: { headers: { schema: Ref }; bindings: { kafka: { key: { pattern: string } } } } };
  };
};
const asyncapi = YAML.parse(read('asyncapi.yaml')) as Document;
const resolve = (ref: string): unknown =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], asyncapi);

describe('samples', () => {
  test('there is one for each type and no other', () => {
    expect(readdirSync(new URL('../samples', import.meta.url)).sort()).toEqual(types.map(fileOf).sort());
  });
  test.each(types)('%s validates', (type) => {
    const sample = sampleOf(type);
    expect(isReplyType(type) ? validateReply(type, sample) : validateRequest(type, sample)).toEqual({
      ok: true,
      data: sample,
    });
  });
});

describe('asyncapi.yaml', () => {
  const namesOf = (channel: Channel) =>
    Object.values(channel.messages).map((message) => (resolve(message.$ref) as Message).name);

  test('is AsyncAPI 3 and every inner reference leads somewhere', () => {
    expect(asyncapi.asyncapi).toMatch(/^3\./);
    const refs = [...read('asyncapi.yaml').matchAll(/\$ref: '?(#[^'\n]+)/g)].map((found) => found[1]!);
    expect(refs.length).toBeGreaterThan(20);
    for (const ref of refs) expect([ref, resolve(ref)]).toEqual([ref, expect.anything()]);
  });
  test('lists exactly the types that the code knows, each in its direction', () => {
    expect(namesOf(asyncapi.channels.requests).sort()).toEqual(Object.values(REQUEST_TYPES).sort());
    expect(namesOf(asyncapi.channels.replies).sort()).toEqual(Object.values(REPLY_TYPES).sort());
    expect(Object.keys(asyncapi.components.messages)).toHaveLength(types.length);
  });
  test('has one operation for each channel, with all its messages', () => {
    const { receiveRequests, sendReplies } = asyncapi.operations;
    expect(Object.keys(asyncapi.operations)).toHaveLength(2);
    expect([receiveRequests?.action, sendReplies?.action]).toEqual(['receive', 'send']);
    expect(receiveRequests?.messages).toHaveLength(Object.keys(REQUEST_TYPES).length);
    expect(sendReplies?.messages).toHaveLength(Object.keys(REPLY_TYPES).length);
  });
  test('has the topics that the code uses', () => {
    const addresses = {
      requests: asyncapi.channels.requests.address.replace('{agency}', 'asp'),
      replies: asyncapi.channels.replies.address.replace('{agency}', 'asp'),
    };
    expect(addresses).toEqual(topicsOf('asp'));
    expect(topicsOf('asp', 't1.').requests).toBe('t1.agency.asp.requests');
  });
  test('points at the schema that ce_dataschema names', () => {
    for (const message of Object.values(asyncapi.components.messages)) {
      const schema = JSON.parse(read(message.payload.schema.$ref)) as { $id: string };
      expect(schema.$id).toBe(SCHEMAS[message.name as MessageType].$id);
      expect(message.traits).toEqual([{ $ref: '#/components/messageTraits/cloudEvent' }]);
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
    const all = toMessage({ ...event, correlationid: 'c', causationid: 'd' } as unknown as AgencyEvent);
    expect(listed.$id).toBe(HEADERS_SCHEMA.$id);
    expect(Object.keys(all.headers).sort()).toEqual(Object.keys(listed.properties).sort());
    expect(Object.keys(toMessage(event as unknown as AgencyEvent).headers).sort()).toEqual(listed.required.sort());
  });
  test('gives the key rule that real keys follow', () => {
    const pattern = new RegExp(asyncapi.components.messageTraits.cloudEvent.bindings.kafka.key.pattern);
    expect('01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp').toMatch(pattern);
    expect('2900000000012').not.toMatch(pattern);
  });
});

describe('schemas', () => {
  test('have one $id each and nothing that is left open by accident', () => {
    for (const type of types) {
      const schema = JSON.parse(read(`schemas/${fileOf(type)}`)) as Record<string, unknown>;
      expect(schema['$id']).toBe(`urn:cups:agency:v1:${fileOf(type).replace('.json', '')}`);
      expect(schema['additionalProperties']).toBe(false);
      expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    }
  });
  test('both kinds of submission have the same parts', () => {
    const parts = (type: MessageType) =>
      Object.keys((JSON.parse(read(`schemas/${fileOf(type)}`)) as { properties: object }).properties);
    expect(parts(REQUEST_TYPES.documentsSupplied)).toEqual([...parts(REQUEST_TYPES.submitted), 'answersRequest']);
  });
});
