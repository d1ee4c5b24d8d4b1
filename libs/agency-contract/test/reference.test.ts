import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { REFUSALS } from '../src/index.ts';
import type { ApplicationSubmitted, DocumentsRequested, DocumentsSupplied } from '../src/index.ts';

const folder = join(import.meta.dirname, '..');
const read = <Value>(file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Value;
const filesUnder = (place: string) =>
  readdirSync(join(folder, 'reference', place), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.json'),
  );
type LocalizedName = { ro: string; ru: string; en: string };
type Services = {
  agency: string;
  publicServices: {
    code: string;
    versions: { version: string; title: LocalizedName; answers?: string; papers: { kind: string }[] }[];
  }[];
};

const documentKinds = read<{ kind: string; name: LocalizedName }[]>('reference/document-kinds.json');
const lists = filesUnder('public-services').map((file) => read<Services>(`reference/public-services/${file}`));
const versions = lists.flatMap(({ publicServices }) => publicServices.flatMap((service) => service.versions));
// Ignore the platform's own keywords and formats, which JSON Schema does not define.
const validator = () => new Ajv2020({ strict: false, validateFormats: false });

describe('the code lists', () => {
  test('name each document kind in three languages, including those of the samples', () => {
    for (const { kind, name } of documentKinds)
      expect([kind, name.ro && name.ru && name.en]).toEqual([kind, expect.stringMatching(/\S/)]);
    const known = documentKinds.map(({ kind }) => kind);
    const requested = read<DocumentsRequested>('samples/reply.documents-requested.json').documents;
    const { evidence, unavailable = [] } = read<DocumentsSupplied>('samples/application.documents-supplied.json');
    const used = [...requested, ...evidence, ...unavailable, ...versions.flatMap((version) => version.papers)];
    expect(used.map(({ kind }) => kind).filter((kind) => !known.includes(kind))).toEqual([]);
  });

  test('have the document kinds under the name of 1.1 too', () => {
    expect(read('reference/paper-kinds.json')).toEqual(documentKinds);
  });

  test('have exactly the answer schemas of versions with a form', () => {
    const named = versions.flatMap(({ answers = [] }) => answers);
    expect(named.map((file) => file.replace('answers/', '')).sort()).toEqual(filesUnder('answers').sort());
    for (const file of named) {
      const schema = read<{ $id: string }>(`reference/${file}`);
      expect(file).toBe(`${schema.$id.replace('urn:cups:agency:v1:', '').replaceAll(':', '/')}.json`);
      expect([file, validator().validateSchema(schema)]).toEqual([file, true]);
      expect(JSON.stringify(schema)).not.toContain('"additionalProperties":false');
    }
  });

  test.each(['submitted', 'submitted.v2', 'documents-supplied', 'documents-supplied.v2'])(
    'fit the sample application.%s: its service, version, answers and centre',
    (name) => {
      const sample = read<ApplicationSubmitted>(`samples/application.${name}.json`);
      const { code, version, title } = sample.publicService;
      const validate = validator().compile(read<object>(`reference/answers/${code}/${version}.json`));
      expect([validate(sample.answers), validate.errors]).toEqual([true, null]);
      expect(validate({})).toBe(false);
      const asp = lists.find(({ agency }) => agency === 'asp')!;
      const service = asp.publicServices.find((service) => service.code === code);
      expect(service?.versions.find(({ version: candidate }) => candidate === version)?.title).toEqual(title);
      expect(read<string[]>('reference/centre-kinds.json')).toContain(sample.centre.kind);
    },
  );

  test('contain the table of refusals', () => {
    const listed = read<{ cause: string; mend: string; remedy: string }[]>('reference/refusals.json');
    expect(listed.map(({ cause }) => cause)).toEqual(Object.keys(REFUSALS));
    for (const { cause, mend, remedy } of listed) expect([cause, mend]).toEqual([cause, remedy]);
  });
});
