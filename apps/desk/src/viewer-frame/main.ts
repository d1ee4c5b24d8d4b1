import './viewer.css';
import { openPictures } from './pictures.ts';
import type { Pictures } from './pictures.ts';
import type { FrameCommand, FrameEvent } from './protocol.ts';

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

const report = (event: FrameEvent): void => window.parent.postMessage(event, '*');

async function show({ bytes, mediaType }: Extract<FrameCommand, { type: 'show' }>): Promise<void> {
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
  area.replaceChildren(canvas);
  window.scrollTo(0, 0);
  report({ type: 'shown', page, pages: pictures.count });
}

/** Returns the scale at which a page fills the width of the frame. */
async function fitScale({ draw }: Pictures): Promise<number> {
  const { width, height } = await draw(page, 0.1, rotation);
  const widest = (area.clientWidth - 16) / (width * 10);
  return Math.min(widest, MAX_CANVAS / (Math.max(width, height) * 10 * zoom * (window.devicePixelRatio || 1)));
}

async function print(marks: readonly string[]): Promise<void> {
  if (!pictures) return;
  const sheets: HTMLElement[] = [];
  if (marks.length > 0) sheets.push(markSheet(marks));
  for (let number = 1; number <= pictures.count; number += 1) {
    const { width, height } = await pictures.draw(number, 0.1, 0);
    const scale = Math.min(PRINT_SCALE, MAX_CANVAS / (Math.max(width, height) * 10));
    const canvas = await pictures.draw(number, scale, 0);
    canvas.className = 'sheet';
    sheets.push(canvas);
  }
  area.replaceChildren(...sheets);
  window.print();
  await redraw();
}

/** Marks are a sheet of their own: the document itself is printed as it is. */
function markSheet(marks: readonly string[]): HTMLElement {
  const sheet = document.createElement('section');
  sheet.className = 'sheet marks';
  for (const mark of marks) {
    const line = document.createElement('p');
    line.textContent = mark;
    sheet.append(line);
  }
  return sheet;
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
      return print(command.marks);
  }
}

window.addEventListener('message', ({ source, data }: MessageEvent<FrameCommand>) => {
  if (source === window.parent) run(data).catch(() => report({ type: 'failed' }));
});
window.addEventListener('keydown', (event) => {
  if (event.ctrlKey || !FORWARDED_KEYS.includes(event.code)) return;
  event.preventDefault();
  report({ type: 'key', code: event.code });
});
report({ type: 'started' });
