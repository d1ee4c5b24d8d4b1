import { hasOpenPlaceholder } from '@cups/application/placeholders';
import { Problem, violation } from '@cups/problem';

/** Texts of replies that clerks start from templates. */

/** Members of the agency contract that people read. */
const TEXT_MEMBERS = ['note', 'text', 'reason', 'message', 'appeal/how'];

/**
 * @param content JSON of the agency contract, not validated
 * @throws Problem INVALID_ARGUMENT with each text that has a place to fill in
 */
export function assertFilledIn(content: Buffer): void {
  const violations = textsOf(parse(content))
    .filter(([, text]) => hasOpenPlaceholder(text))
    .map(([field]) => violation(`/content/${field}`, 'OPEN_PLACEHOLDER'));
  if (violations.length === 0) return;
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'A text has an open placeholder.', violations });
}

/** Returns each text with its path. */
function textsOf(content: unknown): [field: string, text: string][] {
  const paths = [...TEXT_MEMBERS, ...indexesOf(memberOf(content, 'documents')).map((at) => `documents/${at}/note`)];
  return paths
    .flatMap((path): [string, unknown][] => {
      const value = path.split('/').reduce(memberOf, content);
      if (typeof value !== 'object' || value === null) return [[path, value]];
      return Object.entries(value).map(([language, text]) => [`${path}/${language}`, text]);
    })
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const indexesOf = (value: unknown): number[] => (Array.isArray(value) ? [...value.keys()] : []);

/** Returns undefined for anything but JSON, which the contract refuses. */
function parse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}
