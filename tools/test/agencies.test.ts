import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- an app gives away its wiring only; this compares its default
import { readConfig as readBridge } from '../../apps/agency-bridge/src/config.ts';
import { AGENCIES } from '../platform.ts';

const files = readdirSync(join(import.meta.dirname, '../../data/agencies')).map((file) => file.replace('.yaml', ''));

test.each([
  ['topics of the local default', AGENCIES],
  ['bridge', readBridge({ CUPS_ENV: 'development' }).agencies],
])('every agency of data/agencies is known: %s', (_name, known) => {
  expect([...known].sort()).toEqual(files.sort());
});
