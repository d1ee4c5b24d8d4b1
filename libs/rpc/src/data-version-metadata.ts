import type { DataVersions } from '@cups/contracts';
import { Metadata } from '@grpc/grpc-js';

/** With each call, and at the end of each answer: which contents of data files its sender knows. */
const METADATA_KEY = 'cups-data-versions';

/** Takes in what the other side tells. */
export function readDataVersions(versions: DataVersions | undefined, metadata: Metadata): void {
  const [text] = metadata.get(METADATA_KEY);
  if (typeof text === 'string') versions?.merge(text);
}

/** @returns the metadata, with what is known here */
export function writeDataVersions(versions: DataVersions | undefined, metadata = new Metadata()): Metadata {
  const text = versions?.toText();
  if (text) metadata.set(METADATA_KEY, text);
  return metadata;
}
