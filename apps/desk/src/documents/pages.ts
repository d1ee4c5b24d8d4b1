import type { Rotation } from './photo.ts';

/** The pages of a document that is being photographed. */

export interface PhotoPage {
  id: string;
  image: Blob;
  /** Clockwise, in degrees. */
  rotation: Rotation;
}

export const newPage = (image: Blob): PhotoPage => ({ id: crypto.randomUUID(), image, rotation: 0 });

/** Turns a page clockwise by 90 degrees. */
export function rotatePage(pages: readonly PhotoPage[], id: string): readonly PhotoPage[] {
  return pages.map((page) =>
    page.id === id ? Object.assign({}, page, { rotation: ((page.rotation + 90) % 360) as Rotation }) : page,
  );
}

/** Moves a page by one place; the first and the last stay at their ends. */
export function movePage(pages: readonly PhotoPage[], from: number, by: 1 | -1): readonly PhotoPage[] {
  const to = from + by;
  const [page, other] = [pages[from], pages[to]];
  if (!page || !other) return pages;
  const moved = [...pages];
  moved[from] = other;
  moved[to] = page;
  return moved;
}
