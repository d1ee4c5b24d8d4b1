import { useEffect, useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, Clock, FileText, TriangleAlert } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import { BlobImage } from '../parts/blob-image.tsx';
import { Button } from '../parts/button.tsx';
import { useSignedIn } from '../session/session.tsx';
import { DOCUMENTS } from '../texts/documents.ts';
import { SCAN_PANEL } from '../texts/scan-panel.ts';
import { documentsQuery, previewPath } from './documents-api.ts';
import { describeScan } from './scan-state.ts';
import type { ScanState } from './scan-state.ts';
import type { StoredDocument } from './types.ts';
import type { UploadStatus } from './uploads.ts';
import { ViewDocument } from './view-document.tsx';
import styles from './documents.module.css';

const TONE_ICONS = { busy: Clock, good: CircleCheck, bad: TriangleAlert };

interface ScanRowProps {
  application: string;
  title: string;
  /** documents/{id}, once named. */
  document: string | undefined;
  upload: UploadStatus | undefined;
  onReplace: () => void;
  onPhotograph: () => void;
  onRemove: () => void;
}

/** A scan with its thumbnail, its state and what can be done with it. */
export function ScanRow(props: ScanRowProps) {
  const { application, title, document, upload } = props;
  const { t, language } = useLanguage();
  const stored = useStoredDocument(application, upload, document);
  const state = describeScan({ upload, stored, isNamed: document !== undefined }, language);
  if (!state) return null;
  const Icon = TONE_ICONS[state.tone];
  return (
    <div className={styles.scan}>
      <Thumbnail upload={upload} stored={stored} />
      <div className={styles.state}>
        {/* Only the state is announced, not each percent. */}
        <p role="status" className={styles[state.tone]}>
          <Icon size={16} aria-hidden="true" />
          <span>{state.text}</span>
        </p>
        {state.more && <p className={styles.quiet}>{state.more}</p>}
        {state.isElsewhere && <p className={styles.quiet}>{t(SCAN_PANEL.continueHere)}</p>}
        {state.progress !== undefined && (
          <progress aria-label={`${t(DOCUMENTS.sending)}: ${title}`} value={state.progress} max={1} />
        )}
        <div className={styles.actions}>
          {state.isReady && stored && <ViewDocument document={stored} title={title} />}
          <ScanActions {...props} state={state} />
        </div>
      </div>
    </div>
  );
}

function ScanActions({ title, upload, state, onReplace, onPhotograph, onRemove }: ScanRowProps & { state: ScanState }) {
  const { t } = useLanguage();
  const { uploads } = useSignedIn();
  const id = upload?.record.id ?? '';
  const isComplete = !upload || upload.state === 'complete';
  const isStopped = upload?.state === 'paused' || upload?.state === 'rejected';
  const of = <span className="heard">{title}</span>;
  return (
    <>
      {!isComplete && !isStopped && (
        <Button variant="text" onClick={() => uploads.pause(id)}>
          {t(SCAN_PANEL.pause)} {of}
        </Button>
      )}
      {isStopped && (
        <Button variant="text" onClick={() => uploads.resume(id)}>
          {t(upload.state === 'rejected' ? SCAN_PANEL.retry : SCAN_PANEL.resume)} {of}
        </Button>
      )}
      {isComplete && (
        <Button variant="text" onClick={onReplace}>
          {t(state.isElsewhere ? SCAN_PANEL.choose : state.tone === 'bad' ? SCAN_PANEL.again : SCAN_PANEL.replace)} {of}
        </Button>
      )}
      {state.tone === 'bad' && (
        <Button variant="text" onClick={onPhotograph}>
          {t(SCAN_PANEL.photograph)} {of}
        </Button>
      )}
      <Button variant="text" onClick={onRemove}>
        {t(isComplete ? SCAN_PANEL.remove : SCAN_PANEL.cancel)} {of}
      </Button>
    </>
  );
}

/** The document as the platform knows it; read only where this page does not know more. */
function useStoredDocument(
  application: string,
  upload: UploadStatus | undefined,
  document: string | undefined,
): StoredDocument | undefined {
  const name = upload?.record.document ?? document;
  const isSent = !upload || upload.state === 'complete';
  const { data, refetch } = useQuery(
    Object.assign({ enabled: name !== undefined && isSent }, documentsQuery(application)),
  );
  const stored = data?.find((one) => one.name === name);
  // A list from before the upload lacks its document.
  const isMissing = isSent && name !== undefined && data !== undefined && !stored;
  useEffect(() => {
    if (isMissing && upload) void refetch();
  }, [isMissing, upload, refetch]);
  return isSent ? stored : undefined;
}

/** The first page: from the bytes in this browser while they are here, else from the platform. */
function Thumbnail({ upload, stored }: { upload: UploadStatus | undefined; stored: StoredDocument | undefined }) {
  const first = useFirstPage(upload);
  const [isWithout, setIsWithout] = useState(false);
  const hasPreview = stored?.state === 'ready' && !isWithout;
  return (
    <div className={styles.thumbnail} aria-hidden="true">
      {/* Behind the preview, which takes a while or does not exist. */}
      {!first && <FileText size={28} />}
      {first ? (
        <BlobImage image={first} />
      ) : (
        hasPreview && <img src={previewPath(stored.name)} alt="" onError={() => setIsWithout(true)} />
      )}
    </div>
  );
}

/** Returns the first page of an image or a photographed document that this page still has. */
function useFirstPage(upload: UploadStatus | undefined): Blob | undefined {
  const { uploads } = useSignedIn();
  const { id, mediaType = '', pageSizes } = upload?.record ?? {};
  const content = id === undefined ? undefined : uploads.contentOf(id);
  return useMemo(() => {
    if (!content || !['image/jpeg', 'image/png'].includes(mediaType)) return undefined;
    return content.slice(0, pageSizes?.[0] ?? content.size, mediaType);
  }, [content, mediaType, pageSizes]);
}
