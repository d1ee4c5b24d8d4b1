import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { userOf } from './rights.ts';

/** Description of a sandbox in its folder, written by `broker` and read by the other commands. */
export type SandboxFile = {
  brokers: string;
  /** Absolute path, as is `passwordFile`. */
  ca: string;
  /** User that plays the platform. */
  user: string;
  passwordFile: string;
  /** Topic prefix. */
  prefix: string;
  /** Agency codes. */
  agencies: string[];
};

/** Returns the path of the description. */
export const sandboxFilePath = (folder: string): string => join(resolve(folder), 'sandbox.json');

/** Returns an agency's user, its password file and its properties file for Java clients. */
export function filesOf(folder: string, agency: string): { user: string; password: string; properties: string } {
  const user = userOf(agency);
  const file = (ending: string) => join(resolve(folder), `${user}.${ending}`);
  return { user, password: file('password'), properties: file('properties') };
}

/** Returns the description of a sandbox, or undefined if the folder has none. */
export function readSandbox(folder: string): SandboxFile | undefined {
  try {
    return JSON.parse(readFileSync(sandboxFilePath(folder), 'utf8')) as SandboxFile;
  } catch {
    return undefined;
  }
}
