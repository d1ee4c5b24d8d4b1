import { isUtf8 } from 'node:buffer';
import { validateStorableAnswers, CONTENT_SCHEMA } from '@cups/application';
import type {
  Content,
  DeliveryChoice,
  Evidence,
  ForeignDocument,
  HandOver,
  HandOverGround,
  Mandate,
  Person,
} from '@cups/application';
import { fromProtoEnum, toProtoEnum } from '@cups/contracts/proto';
import type {
  ApplicationContent as ContentOut,
  ApplicationContent__Output as ContentIn,
} from '@cups/contracts/gen/cups/intake/v1/ApplicationContent.ts';
import type { Evidence__Output as EvidenceIn } from '@cups/contracts/gen/cups/intake/v1/Evidence.ts';
import type { HandOver__Output as HandOverIn } from '@cups/contracts/gen/cups/intake/v1/HandOver.ts';
import type { Person__Output as PersonIn } from '@cups/contracts/gen/cups/intake/v1/Person.ts';
import { Problem, violation } from '@cups/problem';
import { invalidField } from '../domain/problems.ts';
import { omitEmpty } from './omit-empty.ts';

/** Converts content between gRPC messages and the domain. */

/** Converts content to its message. Answers are encoded as JSON bytes. */
export function toContent(content: Content): ContentOut {
  const { applicant, contact, represented, mandate, answers, evidence, costOption, delivery } = content;
  return {
    applicant: applicant ?? null,
    contact: contact ?? null,
    represented: represented ?? null,
    mandate: mandate ? { ...mandate, kind: toProtoEnum('MANDATE_KIND_', mandate.kind) } : null,
    answers: answers ? Buffer.from(JSON.stringify(answers)) : Buffer.alloc(0),
    evidence: evidence ?? [],
    costOption: costOption ?? '',
    delivery: delivery ? { ...delivery, kind: toProtoEnum('DELIVERY_KIND_', delivery.kind) } : null,
  };
}

/** Converts content from its message; empty fields become absent. A missing kind stays empty and fails validation. */
export function fromContent(wire: ContentIn | null): Content {
  if (!wire) return {};
  const content: Content = {};
  if (wire.applicant) content.applicant = fromPerson(wire.applicant);
  if (wire.contact) {
    const { email, phone, none } = wire.contact;
    content.contact = omitEmpty({ email, phone, none: none || undefined });
  }
  if (wire.represented) content.represented = fromPerson(wire.represented);
  if (wire.mandate) {
    const { reference, date } = wire.mandate;
    const kind = fromProtoEnum('MANDATE_KIND_', wire.mandate.kind) as Mandate['kind'];
    content.mandate = { kind, ...omitEmpty({ reference, date }) };
  }
  if (wire.answers.length > 0) content.answers = fromAnswers(wire.answers);
  if (wire.evidence.length > 0) content.evidence = wire.evidence.map(fromEvidence);
  if (wire.costOption) content.costOption = wire.costOption;
  if (wire.delivery) {
    const kind = fromProtoEnum('DELIVERY_KIND_', wire.delivery.kind) as DeliveryChoice['kind'];
    content.delivery = { kind, ...omitEmpty({ note: wire.delivery.note }) };
  }
  return content;
}

function fromPerson({ foreignDocument, ...wire }: PersonIn): Person {
  const { idnp, givenName, familyName, birthDate, language } = wire;
  // Validation of the shape checks languages and kinds of documents.
  const person = omitEmpty({ idnp, givenName, familyName, birthDate, language }) as Person;
  if (foreignDocument) person.foreignDocument = foreignDocument as ForeignDocument;
  return person;
}

export function fromEvidence({ kind, originalSeen, ...rest }: EvidenceIn): Evidence {
  const { number, issueDate, copy, verificationCode } = rest;
  return { kind, originalSeen, ...omitEmpty({ number, issueDate, copy, verificationCode }) };
}

/** Content fields by the proto names that updates use. */
const FIELD_BY_PROTO_NAME = new Map(
  (Object.keys(CONTENT_SCHEMA.properties) as (keyof Content)[]).map((field) => [toSnakeCase(field), field]),
);

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Returns the content fields that an edit replaces.
 * @throws Problem INVALID_ARGUMENT if there are none or one is unknown
 */
export function fromUpdateFields(names: readonly string[]): (keyof Content)[] {
  if (names.length === 0) throw invalidField(violation('/updateFields', 'REQUIRED'));
  return names.map((name) => {
    const field = FIELD_BY_PROTO_NAME.get(name);
    if (!field) throw invalidField(violation('/updateFields', 'UNKNOWN_VALUE'));
    return field;
  });
}

const MAX_ANSWERS_BYTES = 64 * 1024;

/**
 * Parses the answers to a form from JSON bytes.
 * @throws Problem INVALID_ARGUMENT or ANSWERS_TOO_LARGE
 */
export function fromAnswers(bytes: Buffer): Record<string, unknown> {
  if (bytes.length > MAX_ANSWERS_BYTES) {
    throw new Problem({
      reason: 'ANSWERS_TOO_LARGE',
      message: 'Answers are over 64 KiB.',
      violations: [violation('/answers', 'TOO_LARGE', { maxKiB: MAX_ANSWERS_BYTES / 1024 })],
    });
  }
  const answers = parseObject(bytes);
  if (!answers) throw invalidField(violation('/answers', 'TYPE', { types: ['object'] }));
  // Rejects answers that a stored document cannot hold, whatever the caller.
  const invalid = validateStorableAnswers(answers);
  if (invalid) {
    const message = 'The answers cannot be kept as they are.';
    throw new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [invalid] });
  }
  return answers;
}

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = isUtf8(bytes) ? JSON.parse(bytes.toString('utf8')) : undefined;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Converts a hand-over from its message. A missing kind stays empty and fails validation. */
export function fromHandOver(wire: HandOverIn | null): HandOver {
  const { collectedBy = '', idDocumentKind = '', idDocumentNumber = '', collectorName = '', ground } = wire ?? {};
  const optional = omitEmpty({ idDocumentNumber, collectorName: collectorName.trim() });
  const handOver: HandOver = { collectedBy: collectedBy as HandOver['collectedBy'], idDocumentKind, ...optional };
  if (ground) {
    const { kind, reference } = ground;
    handOver.ground = { kind: kind as HandOverGround['kind'], ...omitEmpty({ reference }) };
  }
  return handOver;
}
