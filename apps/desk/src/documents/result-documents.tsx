import { ExternalLink } from 'lucide-react';
import type { ApplicationDetails } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { DOCUMENTS, VIEWER } from '../texts/documents.ts';
import { DocumentList } from './document-list.tsx';
import type { ListedDocument } from './document-list.tsx';
import styles from './documents.module.css';

type Result = Pick<NonNullable<ApplicationDetails['application']['decision']>, 'documents' | 'verificationUrl'>;

/** The documents that the agency issued as the result, and the address where anybody can verify it. */
export function ResultDocuments({ result, isSuperseded = false }: { result: Result; isSuperseded?: boolean }) {
  const { t } = useLanguage();
  const { documents = [], verificationUrl } = result;
  if (documents.length === 0 && !verificationUrl) return null;
  const listed = documents.map(
    ({ document: name, mediaType, size, sha256, pages = 0, erased }, at): ListedDocument => ({
      title: documents.length > 1 ? `${t(DOCUMENTS.result)} ${at + 1}` : t(DOCUMENTS.result),
      name,
      kind: 'result',
      purpose: 'result',
      state: erased ? 'erased' : 'ready',
      uploadSize: size,
      mediaType,
      size,
      sha256,
      pages,
    }),
  );
  return (
    <section className={styles.results} aria-label={t(DOCUMENTS.results)}>
      {isSuperseded && <p className={styles.bad}>{t(VIEWER.superseded)}</p>}
      <DocumentList documents={listed} marks={isSuperseded ? [t(VIEWER.superseded)] : []} />
      {verificationUrl && (
        <p className={styles.quiet}>
          {/* The agency's own site: opened apart, without a way back to the desk. */}
          <a href={verificationUrl} target="_blank" rel="noopener noreferrer">
            {t(DOCUMENTS.verify)} <ExternalLink size={14} aria-hidden="true" />
          </a>
        </p>
      )}
    </section>
  );
}
