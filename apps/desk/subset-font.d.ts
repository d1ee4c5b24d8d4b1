/** The used part of subset-font, which has no types. */
declare module 'subset-font' {
  interface Options {
    targetFormat: 'woff2';
    variationAxes?: Record<string, { min: number; max: number }>;
  }
  export default function subset(font: Buffer, letters: string, options: Options): Promise<Buffer>;
}
