/** Photographs as small JPEG pages: upright, without metadata. */

/** Aim for the size of a page, in bytes. */
const PAGE_BYTES = 300_000;
/** Longest side of a page, in px: 170 dpi on A4. */
const LONGEST_SIDE = 2_000;
/** Tried in order, until a page is small enough. Text stays readable at the last one. */
const QUALITIES = [0.82, 0.72, 0.6, 0.5];

export type Rotation = 0 | 90 | 180 | 270;

/**
 * Draws an image as a JPEG page of about 300 KB. Drawing honours the orientation of a photograph and drops all else
 * that a camera records, such as the place.
 * @throws Error if the browser cannot decode the image
 */
export async function encodePage(image: Blob, rotation: Rotation = 0): Promise<Blob> {
  const bitmap = await createImageBitmap(image);
  try {
    const canvas = drawRotated(bitmap, rotation);
    let page = await toJpeg(canvas, QUALITIES[0] as number);
    for (const quality of QUALITIES.slice(1)) {
      if (page.size <= PAGE_BYTES) break;
      page = await toJpeg(canvas, quality);
    }
    return page;
  } finally {
    bitmap.close();
  }
}

/** Takes the current picture of a camera. */
export async function takePicture(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  contextOf(canvas).drawImage(video, 0, 0);
  // The page is encoded once more when it is used, so this copy keeps its quality.
  return toJpeg(canvas, 0.95);
}

function drawRotated(bitmap: ImageBitmap, rotation: Rotation): HTMLCanvasElement {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  const isOnSide = rotation === 90 || rotation === 270;
  const canvas = document.createElement('canvas');
  canvas.width = isOnSide ? height : width;
  canvas.height = isOnSide ? width : height;
  const context = contextOf(canvas);
  // A transparent image would become black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((rotation * Math.PI) / 180);
  context.drawImage(bitmap, -width / 2, -height / 2, width, height);
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser draws no images.');
  return context;
}

function toJpeg(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('No JPEG.'))), 'image/jpeg', quality),
  );
}
