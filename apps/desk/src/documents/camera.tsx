import { useCallback, useEffect, useRef, useState } from 'react';
import { ArrowLeft, ArrowRight, Camera, RefreshCw, RotateCw, Trash2 } from 'lucide-react';
import { DOCUMENT_REFUSAL_TEXTS } from '@cups/application/texts';
import { useDialogKeys } from '../keys/use-dialog-keys.ts';
import { useLanguage } from '../language/language.tsx';
import { BlobImage } from '../parts/blob-image.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { FieldError } from '../parts/field.tsx';
import { CAMERA } from '../texts/camera.ts';
import { MAX_PAGES } from './file-rules.ts';
import { encodePage, takePicture } from './photo.ts';
import { movePage, newPage, rotatePage } from './pages.ts';
import type { PhotoPage } from './pages.ts';
import styles from './camera.module.css';

interface CameraDialogProps {
  onClose: () => void;
  /** Receives the pages as JPEG, in order. */
  onDone: (pages: readonly Blob[]) => void;
}

/** Photographs the pages of one document. Without a camera, photographs of the device become the pages. */
export default function CameraDialog({ onClose, onDone }: CameraDialogProps) {
  const { t } = useLanguage();
  const { state, take } = useCamera();
  const { pages, setPages, retaken, setRetaken, addImages, errorText, setErrorText } = usePages();
  const [isFinishing, setIsFinishing] = useState(false);
  const takePage = async () => addImages(await take());
  const finish = async () => {
    if (isFinishing) return;
    if (pages.length === 0) return setErrorText(t(CAMERA.needPage));
    setIsFinishing(true);
    try {
      onDone(await encodePages(pages));
    } catch {
      setErrorText(t(DOCUMENT_REFUSAL_TEXTS.DAMAGED));
    } finally {
      setIsFinishing(false);
    }
  };
  useDialogKeys((event) => {
    const last = pages.at(-1);
    const isOnButton = event.target instanceof HTMLButtonElement;
    if (event.code === 'Enter' && event.ctrlKey) void finish();
    else if (event.code === 'Space' && !isOnButton) void takePage();
    else if (event.code === 'KeyR' && last) setPages(rotatePage(pages, last.id));
    else if (event.code === 'Delete') setPages(pages.slice(0, -1));
    else return false;
    return true;
  });
  const hasPages = pages.length > 0;
  return (
    <Dialog title={t(CAMERA.title)} onClose={onClose} size="large">
      <div className={styles.camera}>
        {state.kind === 'none' ? <PhotoChooser onPhotos={addImages} /> : <CameraPicture state={state} />}
        <PageStrip pages={pages} onChange={setPages} retaken={retaken} onRetake={setRetaken} />
        {errorText && <FieldError>{errorText}</FieldError>}
        <div className={styles.buttons}>
          {state.kind !== 'none' && (
            <Button
              variant={hasPages ? 'outlined' : 'filled'}
              icon={Camera}
              focusOnMount
              onClick={() => void takePage()}
            >
              {t(CAMERA.take)}
            </Button>
          )}
          <Button
            variant={hasPages ? 'filled' : 'outlined'}
            cap="Ctrl+Enter"
            busy={isFinishing}
            onClick={() => void finish()}
          >
            {t(CAMERA.done)}
          </Button>
          {state.kind !== 'none' && <p className={styles.keys}>{t(CAMERA.keys)}</p>}
        </div>
      </div>
    </Dialog>
  );
}

/** The pages taken so far, and the one that the next picture replaces. */
function usePages() {
  const { t } = useLanguage();
  const [pages, setPages] = useState<readonly PhotoPage[]>([]);
  const [retaken, setRetaken] = useState<string>();
  const [errorText, setErrorText] = useState('');
  const addImages = (images: readonly Blob[]) => {
    const added = images.map(newPage);
    const next = retaken ? pages.flatMap((page) => (page.id === retaken ? added : [page])) : [...pages, ...added];
    setErrorText(next.length > MAX_PAGES ? t(CAMERA.full) : '');
    setPages(next.slice(0, MAX_PAGES));
    setRetaken(undefined);
  };
  return { pages, setPages, retaken, setRetaken, addImages, errorText, setErrorText };
}

/** One after another: an old PC has memory for one large picture. */
async function encodePages(pages: readonly PhotoPage[]): Promise<Blob[]> {
  const encoded: Blob[] = [];
  for (const { image, rotation } of pages) encoded.push(await encodePage(image, rotation));
  return encoded;
}

/** Asks for a camera that faces away from the user, with enough pixels for text on A4. */
const CAMERA_REQUEST: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: { ideal: 'environment' }, width: { ideal: 2560 }, height: { ideal: 1920 } },
};

type CameraState = { kind: 'starting' | 'none' } | { kind: 'ready'; stream: MediaStream };

/** Runs the camera while the dialog is open. */
function useCamera(): { state: CameraState; take: () => Promise<Blob[]> } {
  const [state, setState] = useState<CameraState>({ kind: 'starting' });
  useEffect(() => {
    let isOpen = true;
    let stream: MediaStream | undefined;
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    async function start() {
      // Browsers have no camera on plain HTTP of another host.
      stream = await navigator.mediaDevices.getUserMedia(CAMERA_REQUEST);
      if (isOpen) setState({ kind: 'ready', stream });
      else stop();
    }
    start().catch(() => isOpen && setState({ kind: 'none' }));
    return () => {
      isOpen = false;
      stop();
    };
  }, []);
  const take = async () => {
    const video = document.querySelector<HTMLVideoElement>('dialog video');
    return video && video.videoWidth > 0 ? [await takePicture(video)] : [];
  };
  return { state, take };
}

function CameraPicture({ state }: { state: CameraState }) {
  const { t } = useLanguage();
  const stream = state.kind === 'ready' ? state.stream : undefined;
  const play = useCallback(
    (video: HTMLVideoElement | null) => {
      if (!video || !stream) return;
      video.srcObject = stream;
      // A dialog that closes meanwhile interrupts the start.
      void video.play().catch(() => undefined);
    },
    [stream],
  );
  return (
    <div className={styles.picture}>
      <video ref={play} muted playsInline aria-label={t(CAMERA.title)} />
      {!stream && <p role="status">{t(CAMERA.starting)}</p>}
    </div>
  );
}

function PhotoChooser({ onPhotos }: { onPhotos: (photos: readonly Blob[]) => void }) {
  const { t } = useLanguage();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={styles.chooser}>
      <p role="status">{t(CAMERA.noCamera)}</p>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept="image/jpeg,image/png"
        capture="environment"
        onChange={({ target }) => {
          onPhotos([...(target.files ?? [])]);
          target.value = '';
        }}
      />
      <Button icon={Camera} onClick={() => input.current?.click()}>
        {t(CAMERA.choosePhotos)}
      </Button>
    </div>
  );
}

interface PageStripProps {
  pages: readonly PhotoPage[];
  onChange: (pages: readonly PhotoPage[]) => void;
  retaken: string | undefined;
  onRetake: (id: string | undefined) => void;
}

function PageStrip({ pages, onChange, retaken, onRetake }: PageStripProps) {
  const { t } = useLanguage();
  if (pages.length === 0) return <p className={styles.none}>{t(CAMERA.none)}</p>;
  return (
    <ol className={styles.pages}>
      {pages.map((page, at) => (
        <li key={page.id} data-retaken={page.id === retaken || undefined}>
          <span className={styles.name}>{t(CAMERA.page, { n: at + 1 })}</span>
          <div className={styles.shot}>
            <BlobImage image={page.image} style={{ transform: `rotate(${page.rotation}deg)` }} />
          </div>
          <div className={styles.tools}>
            <Tool icon={ArrowLeft} label={t(CAMERA.earlier)} n={at} onPress={() => onChange(movePage(pages, at, -1))} />
            <Tool
              icon={RotateCw}
              label={t(CAMERA.rotate)}
              n={at}
              onPress={() => onChange(rotatePage(pages, page.id))}
            />
            <Tool icon={RefreshCw} label={t(CAMERA.retake)} n={at} onPress={() => onRetake(page.id)} />
            <Tool
              icon={Trash2}
              label={t(CAMERA.remove)}
              n={at}
              onPress={() => onChange(pages.filter(({ id }) => id !== page.id))}
            />
            <Tool icon={ArrowRight} label={t(CAMERA.later)} n={at} onPress={() => onChange(movePage(pages, at, 1))} />
          </div>
        </li>
      ))}
    </ol>
  );
}

interface ToolProps {
  icon: typeof RotateCw;
  label: string;
  /** Index of the page. */
  n: number;
  onPress: () => void;
}

function Tool({ icon: Icon, label, n, onPress }: ToolProps) {
  const { t } = useLanguage();
  return (
    <button type="button" aria-label={`${label}: ${t(CAMERA.page, { n: n + 1 })}`} title={label} onClick={onPress}>
      <Icon size={18} aria-hidden="true" />
    </button>
  );
}
