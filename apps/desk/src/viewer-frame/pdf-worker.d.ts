/** The package has no types for this file. */
declare module 'pdfjs-dist/legacy/build/pdf.worker.mjs' {
  /** Parses PDFs; pdfjs-dist takes it from `globalThis.pdfjsWorker`. */
  export const WorkerMessageHandler: unknown;
}
