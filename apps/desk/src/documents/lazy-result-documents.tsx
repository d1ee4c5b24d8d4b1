import { Suspense } from 'react';
import { lazyScreen } from '../lazy-screens.ts';
import type { ResultDocumentsProps } from './result-documents.tsx';

/** Loaded after the first screen: few rows of the queue have a result with documents. */
const LoadedResultDocuments = lazyScreen(() => import('./result-documents.tsx'));

export function ResultDocuments(props: ResultDocumentsProps) {
  const { documents = [], verificationUrl } = props.result;
  if (documents.length === 0 && !verificationUrl) return null;
  return (
    <Suspense fallback={null}>
      <LoadedResultDocuments {...props} />
    </Suspense>
  );
}
