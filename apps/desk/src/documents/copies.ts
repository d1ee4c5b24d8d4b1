/** Scans in the bodies of writes: `evidence[].copy` names the document. */

type Body = Readonly<Record<string, unknown>>;
interface EvidenceItem {
  copy?: string;
  originalSeen?: boolean;
  verificationCode?: string;
}

const evidenceOf = (body: Body): readonly EvidenceItem[] =>
  Array.isArray(body['evidence']) ? (body['evidence'] as EvidenceItem[]) : [];

/** Returns the documents that a body names. */
export const listCopies = (body: Body): string[] => evidenceOf(body).flatMap(({ copy }) => (copy ? [copy] : []));

/**
 * Returns a body with other names of its documents.
 * @param rename returns the new name, or undefined to leave the scan out; a document with no other proof goes with it
 */
export function renameCopies<B extends Body>(body: B, rename: (document: string) => string | undefined): B {
  if (listCopies(body).length === 0) return body;
  const evidence = evidenceOf(body).flatMap((item) => {
    const { copy, ...rest } = item;
    const name = copy && rename(copy);
    if (!copy || name === copy) return [item];
    if (name) return [Object.assign({}, item, { copy: name })];
    return rest.originalSeen || rest.verificationCode ? [rest] : [];
  });
  return Object.assign({}, body, { evidence });
}
