import { EMAIL_PATTERN, MAX_EMAIL_LENGTH } from './email.ts';

/**
 * The content of an application as JSON Schema 2020-12, the single source of its shape. Derived from it: the types
 * (content.ts), the validation at every save (content-shape.ts) and the columns of the store. `tools/generate/openapi/content.ts`
 * copies it into the OpenAPI document and checks the agency contract and the proto against it.
 *
 * Every member is optional, since a draft is saved at any time; completeness.ts checks complete content. `x-rule`
 * is the rule (libs/problem) for a text that does not match the pattern beside it.
 */

const MANDATE_KINDS = ['own-presence', 'mpower', 'notarial', 'kinship', 'guardianship'] as const;

const DELIVERY_CHOICES = ['at-centre', 'electronic', 'post'] as const;

/** Foreign documents that identify a person without IDNP. */
const FOREIGN_DOCUMENT_KINDS = ['passport', 'identity-card', 'birth-certificate', 'residence-permit'] as const;

/** Languages of texts for and by people. */
export const LANGUAGES = ['ro', 'ru', 'en'] as const;

/** Maximum number of documents of an application. */
export const MAX_EVIDENCE = 50;

/** Text without control characters. */
const LINE = '^[^\\x00-\\x1F\\x7F-\\x9F]*$';
const line = (maxLength: number, description: string) =>
  ({
    type: 'string',
    pattern: LINE,
    maxLength,
    description,
    'x-rule': 'CONTROL_CHARACTERS',
  }) as const;

export const CONTENT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Content of an application',
  type: 'object',
  additionalProperties: false,
  properties: {
    applicant: { $ref: '#/$defs/Person' },
    contact: { $ref: '#/$defs/Contact' },
    represented: { $ref: '#/$defs/Person' },
    mandate: { $ref: '#/$defs/Mandate' },
    answers: { $ref: '#/$defs/Answers' },
    evidence: { $ref: '#/$defs/EvidenceList' },
    costOption: { $ref: '#/$defs/CostOptionCode' },
    delivery: { $ref: '#/$defs/DeliveryChoice' },
  },
  $defs: {
    Line: line(500, 'One line, without control characters.'),
    ShortLine: line(100, 'As Line.'),
    ReferenceLine: line(200, 'As Line.'),
    PersonName: {
      type: 'string',
      format: 'person-name',
      pattern: LINE,
      maxLength: 100,
      description: 'Letters of any script with their marks, hyphens, apostrophes and spaces.',
      'x-rule': 'PERSON_NAME',
    },
    CivilDate: {
      type: 'string',
      format: 'date',
      maxLength: 10,
      description: 'yyyy-MM-dd.',
    },
    Idnp: {
      type: 'string',
      format: 'idnp',
      pattern: '^[02][0-9]{12}$',
      maxLength: 13,
      description: '13 digits, the last of which is a check digit.',
      'x-rule': 'IDNP',
    },
    Language: {
      type: 'string',
      enum: LANGUAGES,
    },
    EvidenceKind: {
      type: 'string',
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      maxLength: 64,
      description: "A code of the catalog or of an agency's request, such as identity-document.",
      'x-rule': 'CODE',
    },
    CostOptionCode: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9-]*$',
      maxLength: 64,
      'x-rule': 'CODE',
    },
    Answers: {
      type: 'object',
      maxProperties: 500,
      description: "Described by the form of the public service's version; at most 64 KiB.",
    },
    Person: {
      type: 'object',
      additionalProperties: false,
      properties: {
        idnp: { $ref: '#/$defs/Idnp' },
        foreignDocument: {
          $ref: '#/$defs/ForeignDocument',
          description: 'Instead of an IDNP, for who has none; taken by some agencies only.',
        },
        givenName: { $ref: '#/$defs/PersonName' },
        familyName: { $ref: '#/$defs/PersonName' },
        birthDate: { $ref: '#/$defs/CivilDate' },
        language: { $ref: '#/$defs/Language', description: 'Language of notices.' },
      },
    },
    ForeignDocument: {
      type: 'object',
      additionalProperties: false,
      required: ['country', 'kind', 'number'],
      description: 'A document of another state by which a person is known who has no IDNP.',
      properties: {
        country: {
          type: 'string',
          format: 'country',
          pattern: '^[A-Z]{2}$',
          maxLength: 2,
          'x-rule': 'COUNTRY',
          description: 'The issuing state, ISO 3166-1 alpha-2.',
        },
        kind: { type: 'string', enum: FOREIGN_DOCUMENT_KINDS },
        number: {
          type: 'string',
          pattern: LINE,
          minLength: 1,
          maxLength: 100,
          description: 'Its series and number.',
          'x-rule': 'CONTROL_CHARACTERS',
        },
      },
    },
    Contact: {
      type: 'object',
      additionalProperties: false,
      properties: {
        email: {
          type: 'string',
          maxLength: MAX_EMAIL_LENGTH,
          pattern: EMAIL_PATTERN,
          'x-rule': 'EMAIL',
        },
        phone: {
          type: 'string',
          maxLength: 30,
          pattern: '^(\\+?[0-9][0-9 ()-]{4,24})?$',
          'x-rule': 'PHONE',
        },
        none: { type: 'boolean', description: 'True when the person has neither: slips are printed.' },
      },
    },
    Mandate: {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: {
        kind: {
          type: 'string',
          enum: MANDATE_KINDS,
        },
        reference: { $ref: '#/$defs/ReferenceLine', description: 'Needed for every kind but own-presence.' },
        date: { $ref: '#/$defs/CivilDate' },
        name: { $ref: '#/$defs/MandateName' },
      },
    },
    MandateName: {
      type: 'string',
      pattern: '^mandates/[0-7][0-9A-HJKMNP-TV-Z]{25}$',
      maxLength: 35,
      description: 'The mandate that the person granted to the centre: mandates/{ULID}.',
      'x-rule': 'MANDATE_UNKNOWN',
    },
    Evidence: {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: {
        kind: { $ref: '#/$defs/EvidenceKind' },
        number: { $ref: '#/$defs/ShortLine' },
        issueDate: { $ref: '#/$defs/CivilDate' },
        originalSeen: { type: 'boolean', description: 'False when left out.' },
        copy: { $ref: '#/$defs/ReferenceLine', description: 'Name of the document with the scanned copy.' },
        verificationCode: {
          $ref: '#/$defs/ShortLine',
          description: 'The code by which an electronic document is verified; nobody has it in hand.',
        },
      },
    },
    EvidenceList: {
      type: 'array',
      maxItems: MAX_EVIDENCE,
      items: { $ref: '#/$defs/Evidence' },
    },
    DeliveryChoice: {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: {
        kind: {
          type: 'string',
          enum: DELIVERY_CHOICES,
        },
        note: { $ref: '#/$defs/Line', description: 'An address or a remark.' },
      },
    },
  },
} as const;

type ContentMember = keyof typeof CONTENT_SCHEMA.properties;

/** Names of the members of the content. */
export const CONTENT_MEMBERS = Object.keys(CONTENT_SCHEMA.properties) as ContentMember[];

/**
 * The members that a correction may change after filing. A person, their identifier and the cost option, on which fee
 * and term depend, need another application.
 */
export const CORRECTABLE_MEMBERS = ['mandate', 'answers', 'evidence', 'delivery'] as const satisfies ContentMember[];

/**
 * The content that agencies receive: a whole member, or only the named parts of it. agency-bridge sends nothing else,
 * and the check `content` compares the agency contract with it.
 */
export const AGENCY_MEMBERS: Readonly<Record<ContentMember, 'whole' | readonly string[]>> = {
  applicant: 'whole',
  contact: [],
  represented: 'whole',
  mandate: 'whole',
  answers: 'whole',
  evidence: 'whole',
  costOption: 'whole',
  delivery: 'whole',
};
