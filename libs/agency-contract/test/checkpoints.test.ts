import { describe, expect, test } from '@jest/globals';
import sample from '../samples/journal.checkpoint.json' with { type: 'json' };
import { CHECKPOINT_SOURCE, fromCheckpointMessage, toCheckpointPayload } from '../src/index.ts';
import type { IncomingMessage, JournalCheckpoint } from '../src/index.ts';
import { referenceMessage } from './reference-message.ts';

const checkpoint: JournalCheckpoint = sample;

/** Creates a message of the journal. @param headers overrides; undefined removes a header */
const message = (content: object, headers: Record<string, string | undefined> = {}): IncomingMessage =>
  referenceMessage(toCheckpointPayload(content as JournalCheckpoint), CHECKPOINT_SOURCE, headers);

describe('fromCheckpointMessage', () => {
  test('reads a checkpoint as written', () => {
    expect(fromCheckpointMessage(message(checkpoint))).toEqual({ ok: true, checkpoint });
  });

  test('reads a first checkpoint, without a proof, and ignores unknown properties', () => {
    const { previousSize: _size, consistency: _proof, ...first } = { ...checkpoint, witnesses: 2 };
    expect(fromCheckpointMessage(message(first))).toEqual({ ok: true, checkpoint: first });
  });

  test.each<[string, IncomingMessage, string, ...string[]]>([
    ['of another service', message(checkpoint, { ce_source: '/cups/intake' }), 'NOT_CLOUDEVENTS', 'ce_source'],
    ['of an unknown type', message(checkpoint, { ce_type: 'md.cups.journal.entry.v1' }), 'UNKNOWN_TYPE'],
    ['under another key', { ...message(checkpoint), key: 'cups.md/other' }, 'KEY_MISMATCH'],
    ['of another log', message({ ...checkpoint, origin: 'x' }, { ce_subject: checkpoint.origin }), 'KEY_MISMATCH'],
    ['that is empty', { ...message(checkpoint), value: null }, 'NOT_JSON'],
    ['without a note', message({ ...checkpoint, note: undefined }), 'CONTENT_INVALID', 'note'],
    ['with a short root', message({ ...checkpoint, root: 'AAAA' }), 'CONTENT_INVALID', 'root'],
    ['with a negative size', message({ ...checkpoint, size: -1 }), 'CONTENT_INVALID', 'size'],
  ])('rejects a message %s', (_name, given, cause, ...fields) => {
    const read = fromCheckpointMessage(given);
    expect(read).toMatchObject({ ok: false, cause });
    if (!read.ok) expect(read.violations.map(({ field }) => field)).toEqual(expect.arrayContaining(fields));
  });
});
