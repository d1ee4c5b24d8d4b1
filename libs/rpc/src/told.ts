import type { DataVersions } from '@cups/contracts';
import { Metadata } from '@grpc/grpc-js';

/** With each call, and at the end of each answer: which contents of data files its sender knows. */
const KEY = 'cups-data-versions';

/** Takes in what the other side tells. */
export function hearIn(versions: DataVersions | undefined, metadata: Metadata): void {
  const [text] = metadata.get(KEY);
  if (typeof text === 'string') versions?.hear(text);
}

/** @returns the metadata, with what is known here */
export function tellIn(versions: DataVersions | undefined, metadata = new Metadata()): Metadata {
  const text = versions?.toText();
  if (text) metadata.set(KEY, text);
  return metadata;
}
