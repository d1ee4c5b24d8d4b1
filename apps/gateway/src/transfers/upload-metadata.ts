import type { Upload } from '@tus/server';
import { pointer, Problem, violation, withLocation } from '@cups/problem';
import type { Rule } from '@cups/problem';

/** What a client declares of an upload in Upload-Length and Upload-Metadata. */
export interface UploadDeclaration {
  /** applications/{id}. */
  application: string;
  /** Kind of evidence, a code of the catalog. */
  kind: string;
  /** SHA-256 of the upload in lower-case hexadecimal. */
  sha256: string;
  /** Sizes of the pages of a photographed document in bytes; empty for a single file. */
  pageSizes: number[];
  /** ULID of the document, set by the client; empty if the platform generates it. */
  documentId: string;
}

const MAX_PAGES = 30;
const FORMATS: Readonly<Record<string, RegExp>> = {
  application: /^(applications\/)?[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  kind: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  sha256: /^[0-9a-f]{64}$/,
  id: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  pages: /^[1-9][0-9]{0,7}(,[1-9][0-9]{0,7})*$/,
};
const REQUIRED = ['application', 'kind', 'sha256'];

/** @throws Problem INVALID_ARGUMENT with the first invalid member */
export function parseUploadMetadata({ size = 0, metadata = {} }: Pick<Upload, 'size' | 'metadata'>): UploadDeclaration {
  if (size < 1) throw invalid('Upload-Length', 'PATTERN');
  for (const [name, format] of Object.entries(FORMATS)) {
    const value = metadata[name] ?? '';
    if (value === '' && REQUIRED.includes(name)) throw invalid(name, 'REQUIRED');
    if (value !== '' && !format.test(value)) throw invalid(name, 'PATTERN');
  }
  const { application = '', kind = '', sha256 = '', id = '', pages } = metadata as Record<string, string | undefined>;
  const pageSizes = pages ? pages.split(',').map(Number) : [];
  const total = pageSizes.reduce((sum, pageSize) => sum + pageSize, 0);
  if (pageSizes.length > MAX_PAGES || (pageSizes.length > 0 && total !== size))
    throw invalid('pages', 'FORBIDDEN_VALUE');
  return {
    application: application.includes('/') ? application : `applications/${application}`,
    kind,
    sha256,
    pageSizes,
    documentId: id,
  };
}

type PlainUploadRule = Extract<Rule, 'REQUIRED' | 'PATTERN' | 'FORBIDDEN_VALUE'>;

function invalid(member: string, rule: PlainUploadRule): Problem {
  const field = member === 'Upload-Length' ? pointer([member]) : pointer(['Upload-Metadata', member]);
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The upload is not declared completely.',
    violations: [withLocation('header', violation(field, rule))],
  });
}
