/** snappyjs comes without types. */
declare module 'snappyjs' {
  /** @throws Error when the bytes are no block of Snappy, or say that they are longer than `maxLength` */
  export function uncompress(compressed: Buffer, maxLength: number): Buffer;
  export function compress(bytes: Buffer): Buffer;
}
