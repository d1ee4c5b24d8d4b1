import { ExternalLink } from 'lucide-react';
import { CHISINAU_TIME_ZONE, sanitizeCode } from '@cups/application';
import type { Application } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import type { LanguageContextValue } from '../language/language.tsx';
import { isVerificationLink } from '../print/catalog-lookups.ts';
import { formatInstant } from '../print/format-instant.ts';
import type { ResultCoverFacts, ResultSubject } from '../print/result-cover.ts';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { DOCUMENTS } from '../texts/documents.ts';
import { PRINT } from '../texts/print.ts';
import { VIEWER } from '../texts/viewer.ts';
import { DocumentList } from './document-list.tsx';
import type { ListedDocument } from './document-list.tsx';
import type { Replacement } from './replacement.ts';
import styles from './documents.module.css';

type Result = Pick<NonNullable<Application['decision']>, 'documents' | 'verificationUrl'>;

export interface ResultDocumentsProps {
  application: ResultSubject;
  result: Result;
  /** The agency's number of this result. */
  number: string | undefined;
  /** What replaced the result: it is then shown and printed with that mark only. */
  replacement?: Replacement | undefined;
}

/** The documents that the agency issued as the result, and the address where anybody can verify it. */
export default function ResultDocuments(props: ResultDocumentsProps) {
  const { t } = useLanguage();
  const coverOf = useCoverFacts(props);
  const { documents = [], verificationUrl } = props.result;
  const warning = props.replacement && warningText(props.replacement, t);
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
      {warning && <p className={styles.bad}>{warning}</p>}
      <DocumentList documents={listed} warning={warning} coverOf={coverOf} />
      {verificationUrl && <VerificationAddress agency={props.application.agency} url={verificationUrl} />}
    </section>
  );
}

/** A link to a host that the agency's file lists. Any other address is text. */
function VerificationAddress({ agency, url }: { agency: string | undefined; url: string }) {
  const { t } = useLanguage();
  const isLink = isVerificationLink(useCatalog(), { agency, url });
  if (!isLink)
    return (
      <p className={styles.quiet}>
        {t(PRINT.statedAddress)}: {sanitizeCode(url)}
      </p>
    );
  return (
    <p className={styles.quiet}>
      {/* The agency's own site: opened apart, without a way back to the desk. */}
      <a href={url} target="_blank" rel="noopener noreferrer">
        {t(DOCUMENTS.verify)} <ExternalLink size={14} aria-hidden="true" />
      </a>
    </p>
  );
}

function warningText({ kind, time, number }: Replacement, t: LanguageContextValue['t']): string {
  const when = formatInstant(time, CHISINAU_TIME_ZONE);
  if (kind === 'revoked') return t(VIEWER.revoked, { when });
  const replaced = t(VIEWER.replaced, { when });
  return number ? `${replaced} ${t(VIEWER.validNumber, { number: sanitizeCode(number) })}` : replaced;
}

/** Returns a function that collects what the cover sheet of a document says. The viewer builds the sheet when it opens. */
function useCoverFacts({ application, result, number, replacement }: ResultDocumentsProps) {
  const catalog = useCatalog();
  const { session } = useSignedIn();
  return ({ sha256 = '', pages = 0 }: ListedDocument): ResultCoverFacts => ({
    application,
    catalog,
    specialist: session.operator.displayName,
    document: { sha256, pages },
    number,
    verificationUrl: result.verificationUrl,
    replacement,
    now: new Date().toISOString(),
  });
}
