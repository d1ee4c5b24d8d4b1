import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { userOf } from './rights.ts';

/** What the folder of a sandbox says of it: written by `broker`, read by the commands that play the platform. */
export type SandboxFile = {
  brokers: string;
  /** Files are absolute paths. */
  ca: string;
  /** Who plays the platform. */
  user: string;
  passwordFile: string;
  /** Before the names of topics. */
  prefix: string;
  /** Codes. */
  agencies: string[];
};

/** Where it lies. */
export const sandboxFilePath = (folder: string): string => join(resolve(folder), 'sandbox.json');

/** The user of an agency in a sandbox, with the files of its password and of the settings of a client of Java. */
export function filesOf(folder: string, agency: string): { user: string; password: string; properties: string } {
  const user = userOf(agency);
  const file = (ending: string) => join(resolve(folder), `${user}.${ending}`);
  return { user, password: file('password'), properties: file('properties') };
}

/** @returns undefined where there is none */
export function readSandbox(folder: string): SandboxFile | undefined {
  try {
    return JSON.parse(readFileSync(sandboxFilePath(folder), 'utf8')) as SandboxFile;
  } catch {
    return undefined;
  }
}
