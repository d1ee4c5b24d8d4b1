import { useCallback, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import './print.css';

/**
 * Prints papers. A paper stands in a root of its own beside the page, while it is being printed and no longer; it takes all it says from
 * its properties.
 */

/** A letter of each alphabet: fonts are loaded by alphabet, and a paper may have another one than the screen. */
const FONT_SAMPLE = 'Aăж';

let sheet: { host: HTMLElement; root: Root } | undefined;
/** What Ctrl+P prints on this screen. */
let screenPrintout: (() => ReactNode) | undefined;

/** Prints a paper, once, when its letters are there. */
export async function printDocument(printout: ReactNode): Promise<void> {
  await loadFonts();
  render(printout);
  window.print();
}

/**
 * Makes a paper that of the screen, so that the browser's own command prints it.
 * @param printout makes it at the time of printing, always of what the screen knows then; undefined while there is none
 * @returns prints it, as soon as there is one
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
  // Without the font the paper is right too, in another hand.
  await Promise.allSettled(weights);
}

window.addEventListener('beforeprint', () => {
  if (screenPrintout && !sheet?.host.hasChildNodes()) render(screenPrintout());
});
window.addEventListener('afterprint', () => {
  if (sheet) render(null);
});
