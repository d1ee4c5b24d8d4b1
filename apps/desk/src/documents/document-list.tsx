import { FileText } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import type { ResultCoverFacts } from '../print/result-cover.ts';
import { describeScan } from './scan-state.ts';
import type { StoredDocument } from './types.ts';
import { ViewDocument } from './view-document.tsx';
import styles from './documents.module.css';

export interface ListedDocument extends StoredDocument {
  title: string;
}

interface DocumentListProps {
  documents: readonly ListedDocument[];
  /** Says why a document is no longer valid. */
  warning?: string | undefined;
  /** Creates the sheet that is printed before a document. */
  coverOf?: ((document: ListedDocument) => ResultCoverFacts) | undefined;
}

/** Documents that the platform has, each with its state and the viewer. */
export function DocumentList({ documents, warning, coverOf }: DocumentListProps) {
  const { language } = useLanguage();
  return (
    <ul className={styles.list}>
      {documents.map((document) => {
        const state = describeScan({ upload: undefined, stored: document, isNamed: true }, language);
        return (
          <li key={document.name}>
            <FileText size={18} aria-hidden="true" />
            <div>
              <span>{document.title}</span>
              {state && (
                <p className={state.tone === 'bad' ? styles.bad : styles.quiet}>
                  {state.isReady ? state.more : state.text}
                </p>
              )}
            </div>
            {state?.isReady && (
              <ViewDocument
                document={document}
                title={document.title}
                warning={warning}
                readCoverFacts={coverOf && (() => coverOf(document))}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
