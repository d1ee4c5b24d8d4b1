import { useCallback, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import './print.css';

/** Prints documents. A printout is rendered into its own root beside the page, only while printing. */

/** A letter of each alphabet: fonts load by alphabet, and a printout may use another one than the screen. */
const FONT_SAMPLE = 'Aăж';

let sheet: { host: HTMLElement; root: Root } | undefined;
/** The document that Ctrl+P prints on this screen. */
let screenPrintout: (() => ReactNode) | undefined;

/** Prints a document once its fonts are loaded. */
export async function printDocument(printout: ReactNode): Promise<void> {
  await loadFonts();
  render(printout);
  window.print();
}

/**
 * Sets the document that the browser's print command prints on this screen.
 * @param printout renders the document with current data; undefined while there is none
 * @returns a function that prints it, as soon as it exists
 */
export function usePrintout(printout: (() => ReactNode) | undefined): () => void {
  const isRequested = useRef(false);
  useEffect(() => {
    if (!printout) return undefined;
    screenPrintout = printout;
    void loadFonts();
    if (isRequested.current) void printDocument(printout());
    isRequested.current = false;
    return () => {
      if (screenPrintout === printout) screenPrintout = undefined;
    };
  }, [printout]);
  return useCallback(() => {
    if (printout) void printDocument(printout());
    else isRequested.current = true;
  }, [printout]);
}

function render(printout: ReactNode): void {
  sheet ??= openSheet();
  const { host, root } = sheet;
  flushSync(() => root.render(printout));
  document.body.classList.toggle('paper', host.hasChildNodes());
}

function openSheet() {
  const host = document.createElement('div');
  host.id = 'paper';
  host.lang = 'ro';
  document.body.append(host);
  return { host, root: createRoot(host) };
}

async function loadFonts(): Promise<void> {
  const weights = [400, 600].map((weight) => document.fonts.load(`${weight} 11pt 'Onest Variable'`, FONT_SAMPLE));
  // A fallback font is acceptable.
  await Promise.allSettled(weights);
}

window.addEventListener('beforeprint', () => {
  if (screenPrintout && !sheet?.host.hasChildNodes()) render(screenPrintout());
});
window.addEventListener('afterprint', () => {
  if (sheet) render(null);
});
