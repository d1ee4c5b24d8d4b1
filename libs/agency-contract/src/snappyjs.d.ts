/** snappyjs comes without types. */
declare module 'snappyjs' {
  /** @throws Error if the bytes are not a Snappy block, or declare a length over `maxLength` */
  export function uncompress(compressed: Buffer, maxLength: number): Buffer;
  export function compress(bytes: Buffer): Buffer;
}
