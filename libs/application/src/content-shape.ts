import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { createShapeValidator } from './validator.ts';
import type { Content } from './content.ts';
import { CONTENT_SCHEMA } from './content-schema.ts';
import { isEmailAddress } from './email.ts';
import type { Schema } from './schema-violations.ts';

/** Validates the shape of content at every save, whether it is complete or not. */

/** Maximum size of content as JSON in UTF-8, without scanned files. Accepted content must fit into a message. */
export const MAX_CONTENT_BYTES = 64 * 1024;
/** Higher limit for supplied documents, so that they fit even if the filed content reached its limit. */
export const MAX_SUPPLIED_BYTES = 96 * 1024;

const validateShape = createShapeValidator(inlineReferences(CONTENT_SCHEMA));
const utf8 = new TextEncoder();

/**
 * Returns the violations of the shape of content. Values are never included.
 * @param maxBytes maximum size of all content as JSON
 */
export function validateContentShape(content: Content, maxBytes = MAX_CONTENT_BYTES): Violation[] {
  const violations = validateShape(content);
  const { none, email, phone } = content.contact ?? {};
  // A pattern cannot limit the part before the @.
  if (violations.length === 0 && email && !isEmailAddress(email)) violations.push(violation('/contact/email', 'EMAIL'));
  if (none === true && (email || phone)) {
    violations.push(
      violation('/contact/none', 'CONTRADICTION', { other: email ? '/contact/email' : '/contact/phone' }),
    );
  }
  if (isLarger(JSON.stringify(content), maxBytes)) {
    violations.push(violation('/answers', 'TOO_LARGE', { maxKiB: maxBytes / 1024 }));
  }
  return violations;
}

/** UTF-8 has at most three bytes for each UTF-16 unit. */
const isLarger = (json: string, maxBytes: number): boolean =>
  json.length * 3 > maxBytes && utf8.encode(json).length > maxBytes;

export function measureContentBytes(content: Content): number {
  return utf8.encode(JSON.stringify(content)).length;
}

/** Returns the schema with references replaced by their targets, which is faster to validate against. */
function inlineReferences(schema: Schema): Schema {
  const { $defs, ...rest } = schema as { $defs: Record<string, Schema> };
  const filled = JSON.stringify(rest, (_key, node: Schema | null) => {
    const { $ref, ...beside } = (node ?? {}) as { $ref?: string };
    return $ref === undefined ? node : Object.assign({}, $defs[$ref.slice('#/$defs/'.length)], beside);
  });
  return JSON.parse(filled) as Schema;
}
