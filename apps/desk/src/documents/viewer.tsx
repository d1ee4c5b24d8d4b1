import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { ChevronLeft, ChevronRight, Download, Printer, RotateCw, ZoomIn, ZoomOut } from 'lucide-react';
import { useDialogKeys } from '../keys/use-dialog-keys.ts';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { buildResultCover } from '../print/result-cover.ts';
import type { ResultCoverFacts } from '../print/result-cover.ts';
import { VIEWER } from '../texts/viewer.ts';
import type { CoverSheet, FrameCommand, FrameEvent } from '../viewer-frame/protocol.ts';
import { fetchContent } from './documents-api.ts';
import { documentIdOf } from './types.ts';
import type { StoredDocument } from './types.ts';
import styles from './viewer.module.css';

/** Media types that the frame draws; anything else is a download. */
const SHOWN_TYPES = ['application/pdf', 'image/jpeg', 'image/png'];
const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/tiff': 'tif',
};

export interface ViewerProps {
  document: Pick<StoredDocument, 'name' | 'mediaType'>;
  title: string;
  /** Path of its content. @default that of a desk */
  path?: string | undefined;
  onClose: () => void;
  /** Says why the document is no longer valid. It then cannot be downloaded, which would lose its cover sheet. */
  warning?: string | undefined;
  /** Returns what the sheet says that is printed before the document. */
  readCoverFacts?: (() => ResultCoverFacts) | undefined;
}

/** Shows a document in a frame of another origin, which draws it and can do nothing else. */
export default function ViewerDialog({ document: stored, title, path, onClose, warning, readCoverFacts }: ViewerProps) {
  const { t } = useLanguage();
  const createCover = useCallback(() => readCoverFacts && buildResultCover(readCoverFacts()), [readCoverFacts]);
  // For the browser's own print command; "Print" renews it, for the time that it states.
  const [firstCover] = useState(createCover);
  const frame = useRef<HTMLIFrameElement>(null);
  const content = useContent(stored.name, path);
  const send = useCallback((command: FrameCommand) => frame.current?.contentWindow?.postMessage(command, '*'), []);
  const run = useCallback(
    (code: string) => {
      const command = KEY_COMMANDS[code];
      if (code === 'Escape') onClose();
      else if (code === 'KeyP') send({ type: 'print', sheet: createCover() });
      else if (command) send(command);
    },
    [onClose, send, createCover],
  );
  const isShown = SHOWN_TYPES.includes(stored.mediaType ?? '');
  const mediaType = stored.mediaType ?? '';
  const view = useFrame(frame, { content: isShown ? content : undefined, mediaType, sheet: firstCover }, run);
  const hasFailed = content === 'failed' || view === 'failed' || !isShown;
  useDialogKeys((event) => {
    const isUsed = !event.ctrlKey && (event.code in KEY_COMMANDS || event.code === 'KeyP');
    if (isUsed) run(event.code);
    return isUsed;
  });
  return (
    <Dialog title={title} onClose={onClose} size="full">
      <div className={styles.viewer}>
        {warning && (
          <p role="note" className={styles.mark}>
            {warning}
          </p>
        )}
        <div className={styles.bar}>
          {view && view !== 'failed' && <ViewerTools view={view} send={send} onPrint={() => run('KeyP')} />}
          {content instanceof Blob && !warning && (
            <Button icon={Download} onClick={() => download(content, stored)}>
              {t(VIEWER.download)}
            </Button>
          )}
        </div>
        {hasFailed ? (
          <p role="alert">{t(content === 'failed' ? VIEWER.notRead : VIEWER.failed)}</p>
        ) : (
          <>
            {!view && <p role="status">{t(VIEWER.loading)}</p>}
            <iframe
              ref={frame}
              className={styles.frame}
              title={t(VIEWER.frame)}
              sandbox="allow-scripts allow-modals"
              src="/viewer"
            />
          </>
        )}
      </div>
    </Dialog>
  );
}

interface ViewerToolsProps {
  view: View;
  send: (command: FrameCommand) => void;
  onPrint: () => void;
}

function ViewerTools({ view: { page, pages }, send, onPrint }: ViewerToolsProps) {
  const { t } = useLanguage();
  const tool = (icon: typeof ZoomIn, label: Text, command: FrameCommand) => (
    <Button icon={icon} labelHidden onClick={() => send(command)}>
      {t(label)}
    </Button>
  );
  return (
    <>
      {pages > 1 && (
        <>
          {tool(ChevronLeft, VIEWER.previous, { type: 'page', by: -1 })}
          <span role="status">{t(VIEWER.pageOf, { n: page, all: pages })}</span>
          {tool(ChevronRight, VIEWER.next, { type: 'page', by: 1 })}
        </>
      )}
      {tool(ZoomOut, VIEWER.zoomOut, { type: 'zoom', by: -1 })}
      {tool(ZoomIn, VIEWER.zoomIn, { type: 'zoom', by: 1 })}
      {tool(RotateCw, VIEWER.rotate, { type: 'rotate' })}
      <Button icon={Printer} cap="KeyP" onClick={onPrint}>
        {t(VIEWER.print)}
      </Button>
    </>
  );
}

const KEY_COMMANDS: Readonly<Record<string, FrameCommand>> = {
  ArrowLeft: { type: 'page', by: -1 },
  PageUp: { type: 'page', by: -1 },
  ArrowRight: { type: 'page', by: 1 },
  PageDown: { type: 'page', by: 1 },
  Equal: { type: 'zoom', by: 1 },
  Minus: { type: 'zoom', by: -1 },
  KeyR: { type: 'rotate' },
};

type Content = Blob | 'failed' | undefined;

/** Reads the content while the viewer is open. It stays in memory only. */
function useContent(document: string, path: string | undefined): Content {
  const [content, setContent] = useState<Content>();
  useEffect(() => {
    const closing = new AbortController();
    fetchContent(document, closing.signal, path).then(setContent, () => {
      if (!closing.signal.aborted) setContent('failed');
    });
    return () => closing.abort();
  }, [document, path]);
  return content;
}

interface View {
  page: number;
  pages: number;
}

interface FrameInput {
  content: Content;
  mediaType: string;
  sheet: CoverSheet | undefined;
}

/** Passes the bytes to the frame once both are ready, and returns what the frame shows. */
function useFrame(
  frame: RefObject<HTMLIFrameElement | null>,
  { content, mediaType, sheet }: FrameInput,
  onKey: (code: string) => void,
): View | 'failed' | undefined {
  const [isStarted, setIsStarted] = useState(false);
  const [view, setView] = useState<View | 'failed'>();
  useEffect(() => {
    const onMessage = ({ source, data }: MessageEvent<FrameEvent>) => {
      if (source === null || source !== frame.current?.contentWindow) return;
      if (data.type === 'started') setIsStarted(true);
      if (data.type === 'failed') setView('failed');
      if (data.type === 'shown') setView({ page: Number(data.page), pages: Number(data.pages) });
      if (data.type === 'key') onKey(String(data.code));
    };
    window.addEventListener('message', onMessage);
    return () => window.removeEventListener('message', onMessage);
  }, [frame, onKey]);
  useEffect(() => {
    if (!isStarted || !(content instanceof Blob)) return;
    void content.arrayBuffer().then((bytes) => {
      const command: FrameCommand = { type: 'show', bytes, mediaType, sheet };
      frame.current?.contentWindow?.postMessage(command, '*', [bytes]);
    });
  }, [isStarted, content, mediaType, sheet, frame]);
  return view;
}

/** Saves the bytes unchanged. The name tells nothing about the person. */
function download(content: Blob, { name, mediaType = '' }: ViewerProps['document']): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = `document-${documentIdOf(name)}.${EXTENSIONS[mediaType] ?? 'bin'}`;
  link.click();
  URL.revokeObjectURL(url);
}
