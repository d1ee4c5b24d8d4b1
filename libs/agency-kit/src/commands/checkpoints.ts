import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { CHECKPOINTS_TOPIC, fromCheckpointMessage } from '@cups/agency-contract';
import type { JournalCheckpoint } from '@cups/agency-contract';
import type { KafkaMessage } from 'kafkajs';
import { CheckpointMonitor } from '../checkpoints/checkpoint-monitor.ts';
import type { CheckpointResult } from '../checkpoints/checkpoint-monitor.ts';
import { fetchVerifierKeys, proofsOf } from '../checkpoints/platform-proofs.ts';
import { parseVerifierKey } from '../checkpoints/signed-checkpoint.ts';
import type { VerifierKey } from '../checkpoints/signed-checkpoint.ts';
import { Connection } from '../connection.ts';
import { parseTarget, TARGET_HELP, TARGET_OPTIONS } from './broker-target.ts';
import { UsageError } from './command.ts';
import type { Command, OptionValues } from './command.ts';

const POLL_INTERVAL_MS = 50;

export const checkpoints: Command = {
  about: 'reads, verifies and keeps the checkpoints of the journal',
  help: `checkpoints [options]

Reads cups.checkpoints from its beginning. Verifies the signature of each checkpoint, and that its tree begins with the
tree of the one before. Signs in as your agency, and commits no position. Runs until Ctrl-C.
Exit codes: 0 all consistent, 1 a fault: keep both checkpoints and report them.

  --key <verifier key>    <name>+<id>+<base64>, from the platform administrator; once for each key
  --platform <url>        address of the platform, for proofs that a message lacks, and for its keys without --key
  --keep <file>           verified checkpoints are appended, one JSON object a line; the next run continues from there
  --once                  ends after the newest checkpoint
  --json                  prints a JSON object per checkpoint
${TARGET_HELP}`,
  options: {
    ...TARGET_OPTIONS,
    'system-user': { type: 'string' },
    'system-password-file': { type: 'string' },
    key: { type: 'string', multiple: true },
    platform: { type: 'string' },
    keep: { type: 'string' },
    once: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(values, _words, { print, showProgress, signal }) {
    const { brokers, access, systemAccess = access, prefix, agency } = parseTarget(values);
    const platform = typeof values['platform'] === 'string' ? values['platform'] : undefined;
    const keys = await readKeys(values, platform);
    const monitor = new CheckpointMonitor(keys, platform ? proofsOf(platform) : undefined);
    const keep = typeof values['keep'] === 'string' ? values['keep'] : undefined;
    const newestKept = keep === undefined ? -1 : resumeFrom(keep, monitor);
    const queue = new MessageQueue();
    const connection = new Connection({
      brokers,
      access: systemAccess,
      clientId: 'cups-agency-checkpoints',
      groupId: `${prefix}${agency}.checkpoints-${process.pid}`,
      reads: prefix + CHECKPOINTS_TOPIC,
      writes: undefined,
      onBatch: (_partition, messages) => queue.push(...messages),
      log: (level, event, fields) => {
        if (level === 'warn') showProgress(`… ${event}${fields?.reason ? `: ${fields.reason}` : ''}`);
      },
    });
    connection.start();
    try {
      const end = await connection.nextOffset();
      // A topic that ends before the newest kept message was created again: everything on it counts.
      const start = end > newestKept ? newestKept + 1 : 0;
      for await (const message of queue.read(start, values['once'] ? end : Infinity, signal)) {
        const read = fromCheckpointMessage(message);
        // A type of a later version is not for this reader.
        if (!read.ok && read.cause === 'UNKNOWN_TYPE') continue;
        // The topic keeps the last checkpoint of a log that another one replaced.
        if (read.ok && !keys.some(({ name }) => name === read.checkpoint.origin)) {
          showProgress(`… skipped a checkpoint of another log: ${read.checkpoint.origin}`);
          continue;
        }
        const result: CheckpointResult = read.ok
          ? await monitor.accept(read.checkpoint)
          : { outcome: 'fault', previous: monitor.newest, reason: `The message is not valid: ${read.cause}.` };
        print(values['json'] ? toJson(result) : formatResult(result));
        if (result.outcome === 'fault') return 1;
        if (keep !== undefined && read.ok && isNew(result))
          keepCheckpoint(keep, { offset: Number(message.offset), checkpoint: read.checkpoint });
      }
    } finally {
      await connection.stop();
    }
    return 0;
  },
};

const isNew = ({ outcome }: CheckpointResult): boolean => outcome === 'first' || outcome === 'consistent';

/** @throws UsageError for a malformed key or without any */
async function readKeys({ key }: OptionValues, platform: string | undefined): Promise<VerifierKey[]> {
  const given = Array.isArray(key) ? key.map(String) : [];
  if (given.length === 0 && platform === undefined) throw new UsageError('checkpoints requires --key or --platform.');
  if (given.length === 0) return fetchVerifierKeys(platform!);
  try {
    return given.map(parseVerifierKey);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A line of the file of kept checkpoints. */
interface KeptCheckpoint {
  /** Offset of its message. */
  offset: number;
  checkpoint: JournalCheckpoint;
}

/**
 * Continues from the kept checkpoints.
 * @returns the offset of the newest one, -1 without any
 * @throws Error, one sentence, if the file is damaged or contradicts itself
 */
function resumeFrom(file: string, monitor: CheckpointMonitor): number {
  if (!existsSync(file)) return -1;
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  let newest = -1;
  for (const [index, line] of lines.entries()) {
    try {
      const { offset, checkpoint } = JSON.parse(line) as KeptCheckpoint;
      monitor.resume(checkpoint);
      newest = offset;
    } catch (error) {
      const reason = error instanceof SyntaxError ? 'It is not JSON.' : (error as Error).message;
      throw new Error(`${file}, line ${index + 1}: ${reason}`, { cause: error });
    }
  }
  return newest;
}

const keepCheckpoint = (file: string, kept: KeptCheckpoint): void =>
  appendFileSync(file, `${JSON.stringify(kept)}\n`, { mode: 0o600, flush: true });

/** Messages in the order of arrival, read by one reader. */
class MessageQueue {
  readonly #messages: KafkaMessage[] = [];

  push(...messages: KafkaMessage[]): void {
    this.#messages.push(...messages);
  }

  /** Yields messages from an offset up to the one before `end`, or until the signal aborts. */
  async *read(start: number, end: number, signal: AbortSignal): AsyncGenerator<KafkaMessage> {
    for (let next = start; next < end && !signal.aborted;) {
      const message = this.#messages.shift();
      if (!message) {
        await pause(POLL_INTERVAL_MS, undefined, { signal }).catch(() => {});
        continue;
      }
      if (Number(message.offset) >= next) yield message;
      next = Math.max(next, Number(message.offset) + 1);
    }
  }
}

const describe = (checkpoint: CheckpointResult['checkpoint']): string =>
  checkpoint ? `size ${checkpoint.size}, root ${checkpoint.root.toString('base64')}` : 'a checkpoint';

function formatResult({ outcome, checkpoint, previous, reason }: CheckpointResult): string {
  const line = `${outcome}: ${describe(checkpoint)}`;
  if (outcome === 'fault') return [line, `  ${reason}`, `  Verified before: ${describe(previous)}`].join('\n');
  return reason === undefined ? line : `${line}\n  ${reason}`;
}

function toJson({ outcome, checkpoint, previous, reason }: CheckpointResult): string {
  const toObject = (one: CheckpointResult['checkpoint']) =>
    one && { origin: one.origin, size: one.size, root: one.root.toString('base64'), keys: one.signers };
  return JSON.stringify({ outcome, checkpoint: toObject(checkpoint), previous: toObject(previous), reason });
}
