/** Documents as the gateway describes them. */

export type DocumentState = 'uploading' | 'checking' | 'ready' | 'refused' | 'erased';

/** A document of an application, without its content. */
export interface StoredDocument {
  /** documents/{id}. */
  name: string;
  kind: string;
  purpose: 'evidence' | 'result';
  state: DocumentState;
  /** Of the uploaded bytes. */
  uploadSize: number;
  /** SHA-256 of the uploaded bytes; absent in a list of references. */
  uploadSha256?: string;
  /** Where an interrupted upload continues; absent in a list of references. */
  committedSize?: number;
  /** Of the checked content: absent before the check. */
  mediaType?: string;
  size?: number;
  sha256?: string;
  pages?: number;
  scan?: 'not-scanned' | 'clean';
  /** Why it was refused, a code such as PDF_SCRIPT. */
  refusal?: string;
}

/** Returns the ID in a name such as documents/01J…. */
export const documentIdOf = (name: string): string => name.slice(name.indexOf('/') + 1);
