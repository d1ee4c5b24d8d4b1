import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { NODE, USER } from './apps.ts';
import { entryOf, textEntry } from './files.ts';
import { listSharedObjects } from './natives.ts';
import type { Entry } from './tar.ts';

/** The base of images that are built from local parts. A distroless base contains at least the same. */
export interface Base {
  entries: Entry[];
  parts: BasePart[];
}

/** Origin of a part of the base. */
export interface BasePart {
  name: string;
  version: string;
  license: string | undefined;
  /** Package URL; undefined without a package manager. */
  purl: string | undefined;
}

/** Licences of the Debian packages that Node and native packages need. */
const LICENSES: Record<string, string> = {
  libc6: 'LGPL-2.1-or-later',
  'libgcc-s1': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  'libstdc++6': 'GPL-3.0-or-later WITH GCC-exception-3.1',
};

/**
 * Reads the base: Node of the package `node`, trusted certificates, one user, and the C libraries of Node and of native
 * packages, which need some that Node does not.
 * @param natives packages with native code of all images
 * @throws Error when this machine has no `ldd`
 */
export function readBase(root: string, natives: readonly string[]): Base {
  const node = join(root, 'node_modules/node/bin/node');
  const programs = [node, ...listSharedObjects(root, natives)];
  // The packages themselves lie beside the bundle.
  const libraries = [...new Set(programs.flatMap(findLibraries))].filter((file) => !file.startsWith(`${root}/`)).sort();
  const origins = libraries.map(findPackage);
  const copyrights = origins
    .flatMap(({ name }) => `/usr/share/doc/${name}/copyright`)
    .filter((file) => existsSync(file));
  return {
    entries: [
      entryOf(node, NODE.slice(1)),
      ...[...libraries, ...new Set(copyrights)].map((file) => entryOf(file, file.slice(1))),
      textEntry('etc/passwd', `root:x:0:0:root:/:/sbin/nologin\ncups:x:${USER}:${USER}:cups:/app:/sbin/nologin\n`),
      textEntry('etc/group', `root:x:0:\ncups:x:${USER}:\n`),
      textEntry('etc/nsswitch.conf', 'hosts: files dns\n'),
      textEntry('etc/ssl/certs/ca-certificates.crt', `${rootCertificates.join('\n')}\n`),
    ],
    parts: distinct([readNodePart(), ...origins]),
  };
}

/** Returns the absolute paths of the shared libraries of a program or library, the loader included. */
function findLibraries(program: string): string[] {
  let listed: string;
  try {
    listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  } catch (cause) {
    throw new Error('The C library of this machine cannot be listed: `ldd` is needed.', { cause });
  }
  return [...listed.matchAll(/\/\S+/g)].map(([path]) => path);
}

function readNodePart(): BasePart {
  const version = process.versions.node;
  return { name: 'node', version, license: 'MIT', purl: `pkg:generic/node@${version}` };
}

/** Returns the Debian package of a file, or the file itself without one. */
function findPackage(file: string): BasePart {
  // If /lib links to /usr/lib, the package may list either path.
  for (const path of [file, `/usr${file}`]) {
    const name = dpkg(['-S', path])?.split(':')[0];
    const found = name && dpkg(['-W', '-f', '${Version} ${Architecture}\n', name])?.split('\n')[0];
    if (!name || !found) continue;
    const [version, architecture] = found.split(' ') as [string, string];
    const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
    return { name, version, license: LICENSES[name], purl };
  }
  return { name: basename(file), version: 'unknown', license: undefined, purl: undefined };
}

function dpkg(args: string[]): string | undefined {
  try {
    return execFileSync('dpkg-query', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

const distinct = (parts: BasePart[]): BasePart[] => [...new Map(parts.map((part) => [part.name, part])).values()];
