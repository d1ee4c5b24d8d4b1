/** Bundles of records: each record after its length, two bytes, big-endian. */

const LENGTH_BYTES = 2;
/** Largest record. */
export const MAX_RECORD_BYTES = 65_535;

/** @throws RangeError for a record of more than 65,535 bytes */
export function toBundle(records: readonly Buffer[]): Buffer {
  return Buffer.concat(
    records.flatMap((record) => {
      if (record.length > MAX_RECORD_BYTES) throw new RangeError(`A record has more than ${MAX_RECORD_BYTES} bytes.`);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(record.length);
      return [length, record];
    }),
  );
}

/** Returns the whole records of a bundle, and whether it ends with the last of them. */
export function splitBundle(bundle: Buffer): { records: Buffer[]; isWhole: boolean } {
  const records: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    const start = at + LENGTH_BYTES;
    const end = start > bundle.length ? Infinity : start + bundle.readUInt16BE(at);
    if (end > bundle.length) return { records, isWhole: false };
    records.push(bundle.subarray(start, end));
    at = end;
  }
  return { records, isWhole: true };
}
