import type { DataVersions } from '@cups/contracts';
import { Metadata } from '@grpc/grpc-js';

/** Each call and response carries the versions of data files that its sender knows. */
const METADATA_KEY = 'cups-data-versions';

/** Merges the versions of the other side. */
export function readDataVersions(versions: DataVersions | undefined, metadata: Pick<Metadata, 'get'>): void {
  const [text] = metadata.get(METADATA_KEY);
  if (typeof text === 'string') versions?.merge(text);
}

/** @returns the metadata with the known versions */
export function writeDataVersions(versions: DataVersions | undefined, metadata = new Metadata()): Metadata {
  const text = versions?.toText();
  if (text) metadata.set(METADATA_KEY, text);
  return metadata;
}
