import './viewer.css';
import { createCoverSheet } from './cover-sheet.ts';
import { openPictures } from './pictures.ts';
import type { Pictures } from './pictures.ts';
import type { CoverSheet, FrameCommand, FrameEvent } from './protocol.ts';

/** The frame that draws a document of a stranger: without the desk's origin, session and network. */

const ZOOM_STEP = 1.25;
const MIN_ZOOM = 0.25;
const MAX_ZOOM = 4;
/** Maximum side of a canvas, in px: larger ones stay blank in old browsers. */
const MAX_CANVAS = 8_000;
/** Resolution of a printed page, in px per CSS px: about 190 dpi. */
const PRINT_SCALE = 2;
/** Keys that the desk handles while the frame has the focus. */
const FORWARDED_KEYS = ['Escape', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Equal', 'Minus', 'KeyR', 'KeyP'];

const area = document.getElementById('pages') as HTMLElement;
let pictures: Pictures | undefined;
let page = 1;
let zoom = 1;
let rotation = 0;
/** Only the newest drawing is shown. */
let drawing = 0;
/** Before the pages, on paper only. */
let cover: HTMLElement[] = [];
let isPrinting = false;

const report = (event: FrameEvent): void => window.parent.postMessage(event, '*');

async function show({ bytes, mediaType, sheet }: Extract<FrameCommand, { type: 'show' }>): Promise<void> {
  setCover(sheet);
  pictures = await openPictures(bytes, mediaType);
  page = 1;
  await redraw();
}

async function redraw(): Promise<void> {
  if (!pictures) return;
  const current = ++drawing;
  const density = window.devicePixelRatio || 1;
  const fit = await fitScale(pictures);
  const canvas = await pictures.draw(page, fit * zoom * density, rotation);
  if (current !== drawing) return;
  canvas.style.width = `${canvas.width / density}px`;
  canvas.style.height = `${canvas.height / density}px`;
  area.replaceChildren(...cover, canvas);
  window.scrollTo(0, 0);
  report({ type: 'shown', page, pages: pictures.count });
}

/** Returns the scale at which a page fills the width of the frame. */
async function fitScale({ draw }: Pictures): Promise<number> {
  const { width, height } = await draw(page, 0.1, rotation);
  const widest = (area.clientWidth - 16) / (width * 10);
  return Math.min(widest, MAX_CANVAS / (Math.max(width, height) * 10 * zoom * (window.devicePixelRatio || 1)));
}

/** The browser's own print command prints the sheet too, before the page that is shown. */
function setCover(sheet: CoverSheet | undefined): void {
  cover = sheet ? [createCoverSheet(sheet)] : [];
}

async function print(sheet: CoverSheet | undefined): Promise<void> {
  if (!pictures) return;
  setCover(sheet);
  const pages: HTMLElement[] = [];
  for (let number = 1; number <= pictures.count; number += 1) {
    const { width, height } = await pictures.draw(number, 0.1, 0);
    const scale = Math.min(PRINT_SCALE, MAX_CANVAS / (Math.max(width, height) * 10));
    const canvas = await pictures.draw(number, scale, 0);
    canvas.className = 'page';
    // The size of the document itself, as far as the paper has it.
    canvas.style.width = `${canvas.width / scale}px`;
    pages.push(canvas);
  }
  // A drawing that is still under way must not replace the pages.
  drawing += 1;
  isPrinting = true;
  area.replaceChildren(...cover, ...pages);
  window.print();
}

async function run(command: FrameCommand): Promise<void> {
  switch (command.type) {
    case 'show':
      return show(command);
    case 'page':
      page = Math.min(Math.max(1, page + command.by), pictures?.count ?? 1);
      return redraw();
    case 'zoom':
      zoom = Math.min(Math.max(MIN_ZOOM, zoom * ZOOM_STEP ** command.by), MAX_ZOOM);
      return redraw();
    case 'rotate':
      rotation = (rotation + 90) % 360;
      return redraw();
    case 'print':
      return print(command.sheet);
  }
}

window.addEventListener('message', ({ source, data }: MessageEvent<FrameCommand>) => {
  if (source === window.parent) run(data).catch(() => report({ type: 'failed' }));
});
window.addEventListener('afterprint', () => {
  if (isPrinting) void redraw();
  isPrinting = false;
});
window.addEventListener('keydown', (event) => {
  if (event.ctrlKey || !FORWARDED_KEYS.includes(event.code)) return;
  event.preventDefault();
  report({ type: 'key', code: event.code });
});
report({ type: 'started' });
