import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { REASONS } from '@cups/problem';
import { ACTIONS, STATES, NOTIFICATION_METHODS } from '@cups/application';
import { parse } from 'yaml';
import { readConfig } from '../src/config.ts';
import { readOpenapiDocument } from '../src/http/openapi-document.ts';

type Node = Record<string, unknown>;
const { openapiFile } = readConfig({ CUPS_ENV: 'development' });
const { document, operations } = readOpenapiDocument(openapiFile);
const paths = document['paths'] as Record<string, Node>;
const sources = operations.map((operation) => paths[operation.path]![operation.method] as Node);

function nodes(value: unknown, at = '#'): [string, Node][] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, item]) => nodes(item, `${at}/${key}`));
  return Array.isArray(value) ? inner : [[at, value as Node], ...inner];
}
function target(ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Node | undefined)?.[key], document);
}

describe('openapi.yaml', () => {
  test('states version 3.1, its author and licence', () => {
    expect(document['openapi']).toMatch(/^3\.1\./);
    expect(document['info']).toMatchObject({
      title: 'CUPS',
      version: expect.any(String),
      license: { name: 'Apache-2.0' },
    });
  });

  test('uses only fields of OpenAPI 3.1', () => {
    const known = {
      document: ['openapi', 'info', 'servers', 'tags', 'security', 'paths', 'components'],
      operation: [
        'operationId',
        'tags',
        'summary',
        'description',
        'parameters',
        'requestBody',
        'responses',
        'security',
        'x-cups-bypass-admission',
        'x-cups-ends-session',
        'x-cups-shared',
        'x-cups-limit',
        'x-cups-max-body-kib',
      ],
      components: ['securitySchemes', 'parameters', 'headers', 'responses', 'schemas'],
      tag: ['name', 'description'],
      response: ['description', 'headers', 'content'],
      parameter: ['name', 'in', 'description', 'required', 'schema', 'x-missing', 'x-malformed'],
    };
    const { components, tags } = document as { components: Record<string, Record<string, Node>>; tags: Node[] };
    const responses = [
      ...Object.values(components['responses']!),
      ...sources.flatMap((s) => Object.values(s['responses'] as Node)),
    ];
    const parameters = [
      ...Object.values(components['parameters']!),
      ...[...Object.values(paths), ...sources].flatMap((s) => (s['parameters'] as Node[] | undefined) ?? []),
    ];
    const strangers = (list: object[], fields: string[]) =>
      list
        .filter((item) => !('$ref' in item))
        .flatMap((item) => Object.keys(item).filter((key) => !fields.includes(key)));
    expect(strangers([document], known.document)).toEqual([]);
    expect(strangers([components], known.components)).toEqual([]);
    expect(strangers(tags, known.tag)).toEqual([]);
    expect(strangers(sources, known.operation)).toEqual([]);
    expect(strangers(responses as object[], known.response)).toEqual([]);
    expect(strangers(parameters, known.parameter)).toEqual([]);
  });

  test('has no broken references', () => {
    const refs = nodes(document)
      .map(([, node]) => node['$ref'])
      .filter((ref) => typeof ref === 'string');
    expect(refs.length).toBeGreaterThan(100);
    expect(refs.filter((ref) => target(ref) === undefined)).toEqual([]);
  });

  test('gives each operation a unique ID, an existing tag, a summary and a description', () => {
    const tags = (document['tags'] as { name: string }[]).map(({ name }) => name);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    for (const source of sources) {
      expect(tags).toContain((source['tags'] as string[])[0]);
      expect(source['summary']).toMatch(/[^.]$/);
      expect(source['description']).toMatch(/\.$/);
    }
  });

  test('lists the states and actions of the life cycle in order', () => {
    const { schemas } = document['components'] as { schemas: Record<string, { enum?: string[] }> };
    const { State, Action, NotificationMethod } = schemas;
    expect(State?.enum).toEqual(STATES);
    expect(Action?.enum).toEqual(ACTIONS);
    expect(NotificationMethod?.enum).toEqual(NOTIFICATION_METHODS);
  });

  test('declares exactly the errors that each operation can return', () => {
    const alone = ['getHealth', 'getReadiness', 'getOpenapi'];
    const named = [
      'listOperators',
      'getCatalog',
      'createApplication',
      'createUpload',
      'trackApplication',
      ...['createMandate', 'trackMandate', 'trackMandateApplications', 'endMandate'],
      ...[
        'setDocumentHold',
        'eraseApplication',
        'restrictProcessing',
        'assignAgency',
        'listQuarantinedActs',
        'listDevices',
      ],
      'receiveAgencyReply',
    ];
    const conflicting = [
      ...['createSession', 'switchCentre', 'deleteDocument', 'getDocumentContent', 'getDocumentPreview'],
      ...[
        'appendUpload',
        'deleteUpload',
        'getAgencyDocument',
        'getDeliveryDocumentContent',
        'releaseQuarantinedAct',
        'rejectQuarantinedAct',
      ],
      ...['printMandate', 'recordMandatePrinted', 'issueMandateCode', 'mailMandateCode', 'confirmMandateCode'],
      ...['listAgencyRequests', 'receiveAgencyReply'],
    ];
    for (const [index, operation] of operations.entries()) {
      const { id, path, isPublic: open, isForDevices, body } = operation;
      const isUpload = path.startsWith('/api/v1/uploads');
      const isContent = [
        ...['getDocumentContent', 'getDocumentPreview', 'getAgencyDocument', 'getDeliveryDocumentContent'],
      ].includes(id);
      const headers = JSON.stringify(sources[index]!['parameters'] ?? []);
      const expected = [
        ...['400', '429', '500', '503'],
        ...(alone.includes(id) ? [] : ['504']),
        // An offline grant that is not accepted is forbidden.
        ...((open && id !== 'createSession') || isForDevices ? [] : ['401']),
        // Because of roles or cross-site requests; probes are public.
        ...(path.startsWith('/api/') || path.startsWith('/agency/') ? ['403'] : []),
        ...(path.includes('{') || named.includes(id) ? ['404'] : []),
        // A reused request ID; a centre that accepts no sign-in.
        ...(headers.includes('IdempotencyKey') || conflicting.includes(id) ? ['409'] : []),
        ...(isContent || ['getUpload', 'appendUpload'].includes(id) ? ['410'] : []),
        ...(['getDocumentContent', 'getAgencyDocument', 'getDeliveryDocumentContent'].includes(id) ? ['416'] : []),
        // Another tus version, and a request that does not stop for the next one.
        ...(isUpload ? ['412', '423'] : []),
        ...(id === 'createUpload' ? ['413'] : []),
        ...(id === 'appendUpload' ? ['460'] : []),
        // A reply names in its body what the clerk saw.
        ...(headers.includes('IfMatch') || id === 'createReply' ? ['412'] : []),
        // Of a released edit.
        ...(headers.includes('IfMatchRequired') || id === 'releaseQuarantinedAct' ? ['428'] : []),
        ...(body === 'none' ? [] : ['413', '415']),
      ].sort();
      const declared = Object.keys(sources[index]!['responses'] as Node).filter((status) => status >= '400');
      expect([id, declared.sort()]).toEqual([id, expected]);
    }
  });

  test('declares exactly the parameters of each path, all paths in lower case', () => {
    for (const [path, item] of Object.entries(paths)) {
      expect(path).toMatch(/^\/([a-z0-9.-]+|\{\w+\}|\/)*$/);
      for (const { method } of operations.filter((operation) => operation.path === path)) {
        const own = (item[method] as Node)['parameters'] as Node[] | undefined;
        const all = [...((item['parameters'] as Node[] | undefined) ?? []), ...(own ?? [])]
          .map((p) => (p['$ref'] ? target(p['$ref'] as string) : p) as { name: string; in: string; required?: boolean })
          .filter((p) => p.in === 'path');
        expect(all.map(({ name }) => name).sort()).toEqual(
          [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(),
        );
        expect(all.every(({ required }) => required)).toBe(true);
      }
    }
  });

  test('contains only schemas that Ajv accepts in strict mode', () => {
    for (const [index, source] of sources.entries()) {
      for (const status of Object.keys(source['responses'] as Node)) {
        expect(() => operations[index]!.validateResponse(Number(status), 'application/json', {})).not.toThrow();
      }
    }
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = (document['components'] as { schemas: Node }).schemas;
    for (const [name, schema] of Object.entries(schemas))
      expect([name, ajv.validateSchema(schema as Node)]).toEqual([name, true]);
  });

  test('requires a key for each write of an application and an ETag for each edit', () => {
    const names = (source: Node) => JSON.stringify(source['parameters'] ?? []);
    const writes = operations.filter(
      ({ path, method, id }) =>
        path.includes('/applications') &&
        method !== 'get' &&
        !['searchApplications', 'trackMandateApplications'].includes(id),
    );
    expect(writes.length).toBeGreaterThan(12);
    for (const { path, method } of writes) expect(names(paths[path]![method] as Node)).toContain('IdempotencyKey');
    expect(names(paths['/api/v1/applications/{id}']!['patch'] as Node)).toContain('IfMatchRequired');
  });

  test('has no personal number in a path or a query', () => {
    const places = nodes(document).filter(([, node]) => node['in'] === 'query' || node['in'] === 'path');
    expect(places.length).toBeGreaterThan(10);
    expect(places.filter(([, node]) => /idnp|person|name$/i.test(String(node['name'])))).toEqual([]);
  });

  test('lists existing reasons only', () => {
    const named = nodes(document)
      .flatMap(([, node]) => [node['x-missing'], node['x-malformed']])
      .filter(Boolean);
    expect(named.length).toBeGreaterThan(2);
    for (const reason of named) expect(Object.keys(REASONS)).toContain(reason);
  });

  test('has valid examples', () => {
    const bodies = operations.flatMap((operation, index) => {
      const media = (sources[index]!['requestBody'] as { content: Record<string, Node> } | undefined)?.content[
        'application/json'
      ];
      return Object.values((media?.['examples'] as Record<string, { value: unknown }> | undefined) ?? {}).map(
        ({ value }) => ({ operation, value }),
      );
    });
    expect(bodies.length).toBeGreaterThan(5);
    const headers: Record<string, string> = {
      'If-Match': '"1"',
      'Idempotency-Key': '6f3b0c4e-8a7d-4c1e-9b2a-0d1e2f3a4b5c',
    };
    const header = (name: string) => headers[name];
    for (const { operation, value } of bodies) {
      const id = /operators|staff/.test(operation.path) ? 'ana' : '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6';
      const ids = { id, device: id, delivery: `${id}-asp`, noticeId: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z7', code: 'CU-001' };
      const params = Object.fromEntries(Object.entries(ids).filter(([name]) => operation.path.includes(`{${name}}`)));
      expect(() => operation.validateRequest({ params, query: {}, header, body: value, members: 1 })).not.toThrow();
    }
  });

  test('is equal as YAML and JSON', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(parse(readFileSync(openapiFile, 'utf8')));
  });
});

describe('gateway extensions of an operation', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cups-openapi-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Returns the operations of a document whose getOpenapi has these extra properties. */
  function withProperties(properties: Node) {
    const changed = structuredClone(document) as { paths: Record<string, Record<string, Node>> };
    Object.assign(changed.paths['/api/v1/openapi.json']!['get']!, properties);
    const file = join(folder, 'openapi.yaml');
    writeFileSync(file, JSON.stringify(changed));
    return readOpenapiDocument(file).operations.find(({ id }) => id === 'getOpenapi');
  }

  test('mark only probes and sign-out as open in an overload, and tracking as limited', () => {
    const operationIdsWhere = (has: (operation: (typeof operations)[number]) => unknown) =>
      operations.filter((operation) => has(operation)).map(({ id }) => id);
    expect(operationIdsWhere(({ bypassesAdmission: inOverload }) => inOverload)).toEqual([
      'getHealth',
      'getReadiness',
      'deleteCurrentSession',
    ]);
    expect(operationIdsWhere(({ endsSession }) => endsSession)).toEqual(['deleteCurrentSession']);
    expect(operationIdsWhere(({ limit }) => limit)).toEqual([
      'createApplication',
      'trackApplication',
      'trackMandate',
      'trackMandateApplications',
      'endMandate',
    ]);
  });

  test('are read from the document, without code per operation', () => {
    const marked = { 'x-cups-bypass-admission': true, 'x-cups-ends-session': true, 'x-cups-limit': 'tracking' };
    expect(withProperties({})).toMatchObject({
      bypassesAdmission: false,
      endsSession: false,
      limit: undefined,
      maxBodyBytes: 256 * 1024,
    });
    expect(withProperties({ 'x-cups-max-body-kib': 4 })).toMatchObject({ maxBodyBytes: 4096 });
    expect(withProperties(marked)).toMatchObject({ bypassesAdmission: true, endsSession: true, limit: 'tracking' });
  });

  test('stop the start of the gateway when misspelled', () => {
    expect(() => withProperties({ 'x-cups-bypass-admision': true })).toThrow('x-cups-bypass-admision');
    expect(() => withProperties({ 'x-cups-limit': 'traking' })).toThrow('unknown limit');
  });
});
