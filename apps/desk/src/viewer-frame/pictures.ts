import { getDocument, GlobalWorkerOptions, AnnotationMode } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { WorkerMessageHandler } from 'pdfjs-dist/legacy/build/pdf.worker.mjs';

/** The pages of a document, to be drawn. */
export interface Pictures {
  count: number;
  /**
   * Draws a page onto a new canvas.
   * @param page 1 to `count`
   * @param scale pixels per 1/96 inch
   * @param rotation clockwise, in degrees
   */
  draw(page: number, scale: number, rotation: number): Promise<HTMLCanvasElement>;
}

// The frame is a process of its own, and its policy allows no worker: pages are drawn here.
Object.assign(globalThis, { pdfjsWorker: { WorkerMessageHandler } });
GlobalWorkerOptions.workerSrc = 'unused';

/** Points of PDF per CSS pixel. */
const CSS_UNITS = 96 / 72;

/** @throws Error for content that cannot be drawn */
export function openPictures(bytes: ArrayBuffer, mediaType: string): Promise<Pictures> {
  return mediaType === 'application/pdf' ? openPdf(bytes) : openImage(new Blob([bytes], { type: mediaType }));
}

/** Scripts, forms, links and attachments of a PDF are not used: only its appearance is drawn. */
async function openPdf(bytes: ArrayBuffer): Promise<Pictures> {
  const pdf = await getDocument({
    data: bytes,
    enableXfa: false,
    // No network: fonts are those of the system, and decoders are scripts (see vite.config.ts).
    wasmUrl: new URL('/assets/', location.href).href,
    useWasm: false,
    useWorkerFetch: false,
    useSystemFonts: true,
    stopAtErrors: false,
    verbosity: 0,
  }).promise;
  return {
    count: pdf.numPages,
    async draw(number, scale, rotation) {
      const page = await pdf.getPage(number);
      const viewport = page.getViewport({ scale: scale * CSS_UNITS, rotation: (page.rotate + rotation) % 360 });
      const canvas = newCanvas(viewport.width, viewport.height);
      await page.render({ canvas, viewport, annotationMode: AnnotationMode.ENABLE }).promise;
      return canvas;
    },
  };
}

async function openImage(image: Blob): Promise<Pictures> {
  const bitmap = await createImageBitmap(image);
  return {
    count: 1,
    draw(_page, scale, rotation) {
      const isOnSide = rotation % 180 !== 0;
      const [width, height] = [bitmap.width * scale, bitmap.height * scale];
      const canvas = isOnSide ? newCanvas(height, width) : newCanvas(width, height);
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.translate(canvas.width / 2, canvas.height / 2);
      context.rotate((rotation * Math.PI) / 180);
      context.drawImage(bitmap, -width / 2, -height / 2, width, height);
      return Promise.resolve(canvas);
    },
  };
}

function newCanvas(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  return canvas;
}
