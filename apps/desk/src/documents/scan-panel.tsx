import { Suspense, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Camera, FileUp } from 'lucide-react';
import { DOCUMENT_REFUSAL_TEXTS } from '@cups/application/texts';
import { useLanguage } from '../language/language.tsx';
import { lazyScreen } from '../lazy-screens.ts';
import { Button } from '../parts/button.tsx';
import { FieldError } from '../parts/field.tsx';
import { workplace } from '../session/workplace.ts';
import { useSignedIn } from '../session/session.tsx';
import { SCAN_PANEL } from '../texts/scan-panel.ts';
import { documentsQuery } from './documents-api.ts';
import { MAX_FILES } from './file-rules.ts';
import { FileRejected, prepareFiles, preparePages } from './prepare-file.ts';
import type { PreparedFile } from './prepare-file.ts';
import { ScanRow } from './scan-row.tsx';
import type { StoredDocument } from './types.ts';
import { StorageFullError } from './uploads.ts';
import type { UploadStatus } from './uploads.ts';
import { useAllUploads, useUpload } from './use-uploads.ts';
import styles from './documents.module.css';

/** Prefetched as a screen, so that it opens without a line. */
const CameraDialog = lazyScreen(() => import('./camera.tsx'));

const ACCEPTED = '.pdf,.jpg,.jpeg,.png,.tif,.tiff,.heic,application/pdf,image/*';

interface ScanPanelProps {
  /** ID of the application. */
  application: string;
  kind: string;
  /** Name of the document, for screen readers. */
  title: string;
  /** documents/{id} that the draft or the answer names. */
  document: string | undefined;
  onDocument: (document: string | undefined) => void;
  /** Runs before a file is added, so that the platform knows the application. */
  onAdd?: (() => void) | undefined;
}

/**
 * The scan of one document: choose, drop, paste or photograph it, and follow it to the platform. The upload continues
 * on every screen.
 */
export function ScanPanel(props: ScanPanelProps) {
  const { application, kind, title, document: named } = props;
  const { t } = useLanguage();
  const upload = useUpload(application, kind, named);
  const scan = useScanFile(props, upload);
  const panel = useRef<HTMLDivElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [isCameraOpen, setIsCameraOpen] = useState(false);
  const [isOver, setIsOver] = useState(false);
  const choose = () => files.current?.click();
  usePaste(panel, scan.add);
  return (
    <div
      ref={panel}
      className={styles.panel}
      data-scan={kind}
      data-over={isOver || undefined}
      role="group"
      aria-label={`${t(SCAN_PANEL.scan)}: ${title}`}
      onDragOver={(event) => (event.preventDefault(), setIsOver(true))}
      onDragLeave={() => setIsOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        scan.add([...event.dataTransfer.files]);
      }}
    >
      <FileInput input={files} onFiles={scan.add} />
      {upload || named ? (
        <ScanRow
          application={application}
          title={title}
          document={named}
          upload={upload}
          onReplace={choose}
          onPhotograph={() => setIsCameraOpen(true)}
          onRemove={scan.remove}
        />
      ) : (
        <div className={styles.empty}>
          <span data-press="choose">
            <Button icon={FileUp} busy={scan.isPreparing} busyText={t(SCAN_PANEL.preparing)} onClick={choose}>
              {t(SCAN_PANEL.choose)}
            </Button>
          </span>
          <span data-press="photograph">
            <Button icon={Camera} onClick={() => setIsCameraOpen(true)}>
              {t(SCAN_PANEL.photograph)}
            </Button>
          </span>
          <p className={styles.hint}>
            <span>{t(SCAN_PANEL.hint)}</span>
            <span>{t(SCAN_PANEL.formats)}</span>
          </p>
        </div>
      )}
      {scan.errorText && <FieldError>{scan.errorText}</FieldError>}
      {isCameraOpen && (
        <Suspense fallback={null}>
          <CameraDialog
            onClose={() => setIsCameraOpen(false)}
            onDone={(pages) => (setIsCameraOpen(false), scan.addPages(pages))}
          />
        </Suspense>
      )}
    </div>
  );
}

interface FileInputProps {
  input: RefObject<HTMLInputElement | null>;
  onFiles: (files: readonly File[]) => void;
}

/** Opened by a button, which looks like the others. */
function FileInput({ input, onFiles }: FileInputProps) {
  return (
    <input
      ref={input}
      type="file"
      hidden
      multiple
      accept={ACCEPTED}
      onChange={({ target }) => {
        onFiles([...(target.files ?? [])]);
        // The same file can be chosen again.
        target.value = '';
      }}
    />
  );
}

/** Prepares files and gives them to the uploads; a former file of the same document is replaced. */
function useScanFile(
  { application, kind, document: named, onDocument, onAdd }: ScanPanelProps,
  current: UploadStatus | undefined,
) {
  const { t } = useLanguage();
  const { uploads } = useSignedIn();
  const all = useAllUploads();
  const queries = useQueryClient();
  const storedDocument = (name: string) =>
    queries.getQueryData(documentsQuery(application).queryKey)?.find((one) => one.name === name);
  const [error, setError] = useState<FileRejected | 'full' | 'disk'>();
  const errorText = (): string => {
    if (!error) return '';
    if (error === 'disk') return t(SCAN_PANEL.diskFull);
    return error === 'full' ? t(SCAN_PANEL.tooMany) : t(DOCUMENT_REFUSAL_TEXTS[error.cause]);
  };
  const [isPreparing, setIsPreparing] = useState(false);
  const remove = () => {
    // An incomplete upload is deleted with its record.
    if (current) uploads.remove(current.record.id);
    if (named && (!current || current.state === 'complete')) uploads.deletions.add(named);
    if (named) onDocument(undefined);
  };
  const upload = async (prepare: () => Promise<PreparedFile>) => {
    setError(undefined);
    setIsPreparing(true);
    try {
      const count = all.filter(({ record }) => record.application === application && record.kind !== kind).length;
      if (count >= MAX_FILES) return setError('full');
      const file = await prepare();
      if (named && !current && isUploadOf(file, storedDocument(named)))
        return await uploads.add(file, { application, kind, centre: workplace.centre(), document: named });
      remove();
      onAdd?.();
      await uploads.add(file, { application, kind, centre: workplace.centre() });
    } catch (failure) {
      if (failure instanceof StorageFullError) return setError('disk');
      if (!(failure instanceof FileRejected)) throw failure;
      setError(failure);
    } finally {
      setIsPreparing(false);
    }
  };
  return {
    add: (files: readonly File[]) => {
      if (files.length > 0) void upload(() => prepareFiles(files));
    },
    addPages: (pages: readonly Blob[]) => void upload(() => preparePages(pages)),
    remove: () => (setError(undefined), remove()),
    isPreparing,
    errorText: errorText(),
  };
}

/** Whether a file is what another browser began to upload. */
const isUploadOf = ({ sha256 }: PreparedFile, stored: StoredDocument | undefined): boolean =>
  stored?.state === 'uploading' && stored.uploadSha256 === sha256;

/** Takes pasted files: into the panel around the focus, or into the only panel of the screen. */
function usePaste(panel: RefObject<HTMLElement | null>, add: (files: readonly File[]) => void): void {
  const latest = useRef(add);
  useEffect(() => {
    latest.current = add;
  });
  useEffect(() => {
    const onPaste = ({ clipboardData }: ClipboardEvent) => {
      const files = [...(clipboardData?.files ?? [])];
      const isHere = panel.current?.parentElement?.contains(document.activeElement) ?? false;
      const isOnly = document.querySelectorAll('[data-scan]').length === 1;
      if (files.length > 0 && (isHere || isOnly)) latest.current(files);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, [panel]);
}
