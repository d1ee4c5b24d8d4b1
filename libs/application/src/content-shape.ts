import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { createShapeValidator } from './validator.ts';
import type { Content } from './content.ts';
import { CONTENT_SCHEMA } from './content-schema.ts';
import { isEmailAddress } from './email.ts';
import type { Schema } from './schema-violations.ts';

/** The check of what the desk fills in, at every save: the shape of what is there, whether complete or not. */

/** Content of one application without scanned files, as JSON in UTF-8: what is accepted must be publishable. */
export const MAX_CONTENT_BYTES = 64 * 1024;
/** What an agency asked for fits in also where the file was full when it was filed. */
export const MAX_SUPPLIED_BYTES = 96 * 1024;

const validateShape = createShapeValidator(inlineReferences(CONTENT_SCHEMA));
const utf8 = new TextEncoder();

/**
 * What is wrong with the shape of content. Values are never echoed.
 * @param maxBytes bytes of all content as JSON
 */
export function validateContentShape(content: Content, maxBytes = MAX_CONTENT_BYTES): Violation[] {
  const json = JSON.stringify(content);
  // By way of JSON, where a member that is undefined is not there.
  const violations = validateShape(JSON.parse(json));
  const { none, email, phone } = content.contact ?? {};
  // What a pattern cannot say: the length of the part before the @.
  if (violations.length === 0 && email && !isEmailAddress(email)) violations.push(violation('/contact/email', 'EMAIL'));
  if (none === true && (email || phone)) {
    violations.push(
      violation('/contact/none', 'CONTRADICTION', { other: email ? '/contact/email' : '/contact/phone' }),
    );
  }
  if (utf8.encode(json).length > maxBytes) {
    violations.push(violation('/answers', 'TOO_LARGE', { mostKiB: maxBytes / 1024 }));
  }
  return violations;
}

/** UTF-8 bytes of the content as JSON. */
export function measureContentBytes(content: Content): number {
  return utf8.encode(JSON.stringify(content)).length;
}

/** The schema with what its references lead to in their place: quicker to check by. */
function inlineReferences(schema: Schema): Schema {
  const { $defs, ...rest } = schema as { $defs: Record<string, Schema> };
  const filled = JSON.stringify(rest, (_key, node: Schema | null) => {
    const { $ref, ...beside } = (node ?? {}) as { $ref?: string };
    return $ref === undefined ? node : Object.assign({}, $defs[$ref.slice('#/$defs/'.length)], beside);
  });
  return JSON.parse(filled) as Schema;
}
