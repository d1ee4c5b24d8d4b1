import { useQueries } from '@tanstack/react-query';
import { FileText } from 'lucide-react';
import { DOCUMENT_REFUSAL_TEXTS } from '@cups/application/texts';
import type { DocumentRefusal } from '@cups/application/texts';
import type { Submission } from '../api/types.ts';
import documentStyles from '../documents/documents.module.css';
import { formatBytes } from '../documents/scan-state.ts';
import { documentIdOf } from '../documents/types.ts';
import { useLanguage } from '../language/language.tsx';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { AGENCY_DOCUMENTS } from '../texts/agency-documents.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import { agencyDocumentQuery } from './agency-documents-api.ts';
import { OpenDocument } from './open-document.tsx';
import { useAgencyCatalog } from './queries.ts';
import { findCopies } from './submissions.ts';

const COPY_NAME = /^documents\/[0-9A-Z]{26}$/;

interface FiledCopiesProps {
  /** Last part of deliveries/{id}. */
  delivery: string;
  submissions: readonly Submission[];
}

/** The scanned copies that were filed, as the platform released them to the agency. */
export function FiledCopies({ delivery, submissions }: FiledCopiesProps) {
  const { t, language } = useLanguage();
  const catalog = useAgencyCatalog();
  const copies = findCopies(submissions).flatMap(({ kind, copy }) =>
    COPY_NAME.test(copy) ? [{ kind, id: documentIdOf(copy) }] : [],
  );
  const queries = useQueries({ queries: copies.map(({ id }) => agencyDocumentQuery(delivery, id)) });
  if (copies.length === 0) return null;
  return (
    <section>
      <h2>{t(AGENCY_DOCUMENTS.copies)}</h2>
      <ul className={documentStyles.list}>
        {copies.map(({ kind, id }, at) => {
          const document = queries[at]?.data;
          const title = t(evidenceTitle(catalog, kind));
          const refusal = document?.refusal as DocumentRefusal | undefined;
          return (
            <li key={id}>
              <FileText size={18} aria-hidden="true" />
              <div>
                <span>{title}</span>
                <p className={document?.state === 'refused' ? documentStyles.bad : documentStyles.quiet}>
                  {document?.state === 'coming' && t(DOCUMENTS.checking)}
                  {document?.state === 'available' && formatBytes(document.bytes ?? 0, language)}
                  {document?.state === 'refused' &&
                    t((refusal && DOCUMENT_REFUSAL_TEXTS[refusal]) ?? DOCUMENTS.refused)}
                </p>
              </div>
              {document?.state === 'available' && (
                <OpenDocument delivery={delivery} document={document} title={title} />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
