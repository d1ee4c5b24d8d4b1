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
const LETTERS = 'Aăж';

let sheet: { host: HTMLElement; root: Root } | undefined;
/** What Ctrl+P prints on this screen. */
let screenPaper: (() => ReactNode) | undefined;

/** Prints a paper, once, when its letters are there. */
export async function printPaper(paper: ReactNode): Promise<void> {
  await lettersReady();
  show(paper);
  window.print();
}

/**
 * Makes a paper that of the screen, so that the browser's own command prints it.
 * @param paper makes it at the time of printing, always of what the screen knows then; undefined while there is none
 * @returns prints it, as soon as there is one
 */
export function usePaper(paper: (() => ReactNode) | undefined): () => void {
  const wanted = useRef(false);
  useEffect(() => {
    if (!paper) return undefined;
    screenPaper = paper;
    void lettersReady();
    if (wanted.current) void printPaper(paper());
    wanted.current = false;
    return () => {
      if (screenPaper === paper) screenPaper = undefined;
    };
  }, [paper]);
  return useCallback(() => {
    if (paper) void printPaper(paper());
    else wanted.current = true;
  }, [paper]);
}

function show(paper: ReactNode): void {
  sheet ??= openSheet();
  const { host, root } = sheet;
  flushSync(() => root.render(paper));
  document.body.classList.toggle('paper', host.hasChildNodes());
}

function openSheet() {
  const host = document.createElement('div');
  host.id = 'paper';
  host.lang = 'ro';
  document.body.append(host);
  return { host, root: createRoot(host) };
}

async function lettersReady(): Promise<void> {
  const weights = [400, 600].map((weight) => document.fonts.load(`${weight} 11pt 'Onest Variable'`, LETTERS));
  // Without the font the paper is right too, in another hand.
  await Promise.allSettled(weights);
}

window.addEventListener('beforeprint', () => {
  if (screenPaper && !sheet?.host.hasChildNodes()) show(screenPaper());
});
window.addEventListener('afterprint', () => {
  if (sheet) show(null);
});
