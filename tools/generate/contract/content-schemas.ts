import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENCY_MEMBERS, CONTENT_MEMBERS, CONTENT_SCHEMA } from '@cups/application';
import { format, resolveConfig } from 'prettier';
import type { Json } from './publish.ts';
import { formatTypes } from './content-types.ts';

/**
 * Writes the content into the agency contract: its definitions, the content members of the requests with an
 * application, and their types. What only agencies need, such as required members and texts, is in the tables here.
 */

const FOLDER = 'libs/agency-contract';
const TYPES_FILE = `${FOLDER}/src/content-types.ts`;
const URN = 'urn:cups:agency:v1:definitions#/$defs/';

/** A definition of the contract, generated from a definition of CONTENT_SCHEMA. */
interface Definition {
  source: keyof typeof CONTENT_SCHEMA.$defs;
  /** Members that agencies always receive; default: those of the source. */
  required?: readonly string[];
  /** Members of the source that this definition lacks. */
  omitted?: readonly string[];
  description?: string;
  /** Texts and references that differ from the source; null removes a description. */
  members?: Readonly<Record<string, { $ref?: string; description?: string | null }>>;
  /** Members that the source lacks: the bridge adds them. */
  added?: Readonly<Record<string, Json>>;
  extra?: Json;
}

const LANGUAGE = {
  description: 'Language of the person; always present for the applicant.',
};

/** State and facts of a scanned copy. Facts of the content are present once it is checked. */
const COPY_MEMBERS: Readonly<Record<string, Json>> = {
  copyState: {
    type: 'string',
    enum: ['available', 'coming', 'refused'],
    description:
      'When this message was built: available can be fetched; coming is still being uploaded or checked; refused will never exist.',
  },
  copySha256: {
    type: 'string',
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of the content in lower-case hexadecimal. Verify it after the fetch.',
  },
  copyBytes: { type: 'integer', minimum: 1, maximum: 104857600, description: 'Size of the content in bytes.' },
  copyMediaType: {
    type: 'string',
    minLength: 1,
    maxLength: 100,
    description: 'Media type by content: application/pdf, image/jpeg or image/png.',
  },
  copyPages: { type: 'integer', minimum: 1, maximum: 1000, description: 'Number of pages.' },
  copyScan: {
    type: 'string',
    enum: ['not-scanned', 'clean'],
    description: 'Outcome of the malware scan. Scan a copy that is not-scanned yourself.',
  },
};

/** Facts of the mandate that the person granted to the centre; all present, or none. */
const MANDATE_MEMBERS: Readonly<Record<string, Json>> = {
  id: {
    type: 'string',
    pattern: '^mandates/[0-7][0-9A-HJKMNP-TV-Z]{25}$',
    description: 'The mandate at the centre. Quote it in questions about the mandate.',
  },
  granted: { type: 'string', format: 'date-time', maxLength: 30, description: 'When the person granted it.' },
  expires: {
    type: 'string',
    format: 'date-time',
    maxLength: 30,
    description: 'End of its term. A later revocation does not change requests that were sent.',
  },
  textVersion: {
    type: 'string',
    minLength: 1,
    maxLength: 100,
    description: 'Version of the text that the person was shown.',
  },
  textSha256: {
    type: 'string',
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of that text in UTF-8, lower-case hexadecimal. The centre keeps the text.',
  },
};

const DEFINITIONS: Readonly<Record<string, Definition>> = {
  person: {
    source: 'Person',
    required: ['idnp', 'givenName', 'familyName', 'birthDate'],
    omitted: ['foreignDocument'],
    members: {
      idnp: {
        description:
          'Personal number: 13 digits. The last is the sum of the first twelve, weighted 7,3,1,…, modulo 10.',
      },
      language: LANGUAGE,
    },
  },
  foreignDocument: {
    source: 'ForeignDocument',
    description: 'A foreign document that identifies a person without IDNP.',
    members: { number: { description: null } },
  },
  anyPerson: {
    source: 'Person',
    required: ['givenName', 'familyName', 'birthDate'],
    description: 'A person identified by an IDNP or by a foreign document.',
    members: {
      idnp: { description: 'Personal number, as in person; absent if the person has none.' },
      foreignDocument: { description: null },
      language: LANGUAGE,
    },
    extra: { anyOf: [{ required: ['idnp'] }, { required: ['foreignDocument'] }] },
  },
  contact: { source: 'Contact' },
  mandate: {
    source: 'Mandate',
    description: 'The legal basis on which the applicant acts.',
    // The bridge sends the name as `id`.
    omitted: ['name'],
    members: { reference: { description: 'Number of the power of attorney or of the act.' } },
    added: MANDATE_MEMBERS,
  },
  evidenceItem: {
    source: 'Evidence',
    required: ['kind', 'originalSeen'],
    members: {
      originalSeen: { description: 'Whether the specialist has checked the original.' },
      copy: {
        description:
          'The scanned copy: the path of GET /agency/v1/documents/{id} if copyState is present, otherwise a mark of the centre.',
      },
      verificationCode: { description: 'Verification code of the electronic document.' },
    },
    added: COPY_MEMBERS,
  },
  delivery: {
    source: 'DeliveryChoice',
    description: 'How the person wants to receive the result.',
    members: { note: { $ref: `${URN}note`, description: null } },
  },
};

/** Definitions of the contract that stand for a definition of CONTENT_SCHEMA. */
const REFERENCES: Readonly<Record<string, string>> = {
  CivilDate: 'civilDate',
  Language: 'language',
  EvidenceKind: 'code',
  ForeignDocument: 'foreignDocument',
};

/** The requests with an application, and the definition of a person in each. */
const REQUESTS = {
  'application.submitted.json': 'person',
  'application.submitted.v2.json': 'anyPerson',
  'application.documents-supplied.json': 'person',
  'application.documents-supplied.v2.json': 'anyPerson',
  'application.corrected.json': 'anyPerson',
} as const;

/** Writes the generated parts, or with `check` only compares. @returns findings */
export async function writeAgencySchemas(folder: string, { check }: { check: boolean }): Promise<string[]> {
  const definitions = Object.fromEntries(Object.entries(DEFINITIONS).map(([name, made]) => [name, toDefinition(made)]));
  const parts = selectDefinitions(definitions);
  const files: [string, string][] = [
    edit(folder, 'definitions.json', (whole) => setDefinitions(whole, parts)),
    ...Object.entries(REQUESTS).map(([file, person]) => edit(folder, file, (whole) => setMembers(whole, person))),
    [TYPES_FILE, formatTypes(definitions, isSent('contact'))],
  ];
  const findings: string[] = [];
  const style = await resolveConfig(import.meta.filename);
  for (const [file, text] of files) {
    const path = join(folder, file);
    const wanted = await format(text, Object.assign({}, style, { filepath: path }));
    if (wanted === readOrEmpty(path)) continue;
    if (check) findings.push(`${file} is stale: run \`node tools/generate/openapi/content.ts\``);
    else writeFileSync(path, wanted);
  }
  return findings;
}

const isSent = (member: keyof typeof AGENCY_MEMBERS): boolean => AGENCY_MEMBERS[member].length > 0;

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function edit(folder: string, name: string, change: (whole: Json) => Json): [string, string] {
  const file = `${FOLDER}/schemas/${name}`;
  return [file, JSON.stringify(change(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json), null, 2)];
}

/** Returns a definition as agencies receive it: texts are never empty, absent members are left out. */
function toDefinition({ source, required, omitted = [], description, members = {}, added, extra }: Definition): Json {
  const schema = CONTENT_SCHEMA.$defs[source] as unknown as Json & { properties: Record<string, Json> };
  const parts = source === 'Contact' ? AGENCY_MEMBERS.contact : 'whole';
  const properties = Object.entries(schema.properties)
    .filter(([name]) => !omitted.includes(name) && (parts === 'whole' || parts.includes(name)))
    .map(([name, property]) => [name, toProperty(property, members[name])] as const);
  const always = required ?? (schema['required'] as string[] | undefined) ?? [];
  return {
    type: 'object',
    properties: { ...Object.fromEntries(properties), ...added },
    ...(always.length > 0 ? { required: always } : {}),
    ...extra,
    additionalProperties: false,
    ...(description ? { description } : {}),
  };
}

function toProperty(property: Json, { $ref, description }: { $ref?: string; description?: string | null } = {}): Json {
  const name = String(property['$ref'] ?? '').slice('#/$defs/'.length);
  const text = description === undefined ? property['description'] : description;
  const described = text ? { description: text } : {};
  const reference = $ref ?? (REFERENCES[name] && URN + REFERENCES[name]);
  if (reference) return { $ref: reference, ...described };
  const target = name === '' ? property : (CONTENT_SCHEMA.$defs as unknown as Record<string, Json>)[name]!;
  if (target['type'] !== 'string') return { type: target['type'], ...described };
  if (target['enum']) return { type: 'string', enum: target['enum'], ...described };
  const { pattern, maxLength } = target;
  // Patterns of free text only exclude control characters.
  const isFreeText = ['CONTROL_CHARACTERS', 'PERSON_NAME'].includes(String(target['x-rule']));
  const limits = isFreeText ? { minLength: 1, maxLength } : { pattern, maxLength };
  if (name === 'Idnp') return { type: 'string', pattern, ...described };
  return { type: 'string', ...limits, ...described };
}

/** Returns the definitions by their names in the contract. */
function selectDefinitions({ evidenceItem, contact, ...others }: Record<string, Json>): Record<string, Json> {
  const { maxItems } = CONTENT_SCHEMA.$defs.EvidenceList;
  const evidence = { type: 'array', maxItems, items: evidenceItem };
  return { ...others, evidence, ...(isSent('contact') ? { contact: contact! } : {}) };
}

function setDefinitions(whole: Json, parts: Record<string, Json>): Json {
  const $defs = whole['$defs'] as Record<string, Json>;
  return { ...whole, $defs: { ...$defs, ...parts } };
}

/** Replaces the content members of a request, and keeps the others before and after them. */
function setMembers(whole: Json, person: string): Json {
  const properties = Object.entries(whole['properties'] as Record<string, Json>);
  const first = properties.findIndex(([name]) => isMember(name));
  const others = properties.filter(([name]) => !isMember(name));
  const sent = CONTENT_MEMBERS.filter(isSent).map((name) => [name, toMember(name, person)] as const);
  return { ...whole, properties: Object.fromEntries([...others.slice(0, first), ...sent, ...others.slice(first)]) };
}

const isMember = (name: string): boolean => (CONTENT_MEMBERS as string[]).includes(name);

function toMember(name: keyof typeof AGENCY_MEMBERS, person: string): Json {
  if (name === 'applicant') return { $ref: URN + person, type: 'object', required: ['language'] };
  if (name === 'represented') return { $ref: URN + person, description: 'The person for whom the applicant acts.' };
  return { $ref: URN + name };
}
