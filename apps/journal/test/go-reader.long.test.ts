import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { commandOf, testRequiring } from '@cups/testing/programs';
import { LogFolder } from '../src/log/log-folder.ts';
import { createNoteSigner, formatNoteVerifier } from '../src/log/signed-note.ts';

/** The log as the transparency log packages of the Go project read it. They share no code with the platform. */

const ORIGIN = 'cups.example/journal';
const BUILD_MS = 300_000;
const { dir, remove } = temporaryDir();
afterAll(remove);

testRequiring('go')(
  'packages of Go verify checkpoint, tiles, entries and consistency, and find a changed entry',
  async () => {
    const reader = join(dir, 'reader');
    execFileSync(commandOf('go'), ['build', '-o', reader, '.'], {
      cwd: join(import.meta.dirname, 'reader'),
      stdio: 'inherit',
    });
    const signer = createNoteSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey);
    const folder = join(dir, 'log');
    const log = await LogFolder.open({ folder, origin: ORIGIN, verifiers: () => [signer] });
    const earlier: string[] = [];
    for (const count of [1, 200, 100, 700]) {
      const records = Array.from({ length: count }, () => randomBytes(80));
      await log.append(records, { signers: [signer], time: new Date('2026-11-29T10:00:00.000Z') });
      const file = join(dir, `checkpoint-${log.size}`);
      writeFileSync(file, log.note!);
      earlier.push(file);
    }
    const run = () => spawnSync(reader, [folder, formatNoteVerifier(signer), ...earlier], { encoding: 'utf8' });
    expect(run()).toMatchObject({ status: 0, stdout: 'verified 1001 entries\n' });
    const bundle = join(folder, 'records/002');
    const bytes = readFileSync(bundle);
    bytes[50]! ^= 1;
    writeFileSync(bundle, bytes);
    expect(run()).toMatchObject({ status: 1, stderr: 'entry 512 was altered\n' });
  },
  BUILD_MS,
);
