import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';

/**
 * Replaces the child that opens a file, and does what hostile code would do there. The file is the list
 * of its targets; the answer is a JPEG by its first bytes that contains what succeeded.
 */

interface Targets {
  keyFile: string;
  newFile: string;
  parent: number;
  tcpPort: number;
  udpPort: number;
}

const parts: Buffer[] = [];
for await (const part of process.stdin) parts.push(part as Buffer);
const input = Buffer.concat(parts);
const targets = JSON.parse(input.toString('utf8', 4 + input.readUInt32BE())) as Targets;

const attacks: Record<string, () => unknown> = {
  'read a key': () => readFileSync(targets.keyFile, 'utf8'),
  'list the folders of the service': () => readdirSync(process.cwd()).includes('proc') || undefined,
  'write a file': () => writeFileSync(targets.newFile, 'x') ?? true,
  'read the environment': () => Object.keys(process.env).join(),
  'read the environment of the service': () => readFileSync(`/proc/${targets.parent}/environ`, 'latin1'),
  'signal the service': () => process.kill(targets.parent, 0),
  'open a connection': async () => {
    const socket = connect(targets.tcpPort, '127.0.0.1');
    await once(socket, 'connect');
    return socket.destroy() !== undefined;
  },
  'send a datagram': async () => {
    const socket = dgram.createSocket('udp4');
    const error = await new Promise((done) => socket.send('x', targets.udpPort, '127.0.0.1', done));
    socket.close();
    return error ? undefined : true;
  },
  'resolve a name': () => {
    const resolver = new dns.promises.Resolver({ timeout: 300, tries: 1 });
    resolver.setServers([`127.0.0.1:${targets.udpPort}`]);
    return resolver.resolve4('cups.example');
  },
  'start a program': () => spawnSync('/bin/true').status === 0 || undefined,
};

const succeeded: string[] = [];
for (const [name, attack] of Object.entries(attacks)) {
  try {
    if (await attack()) succeeded.push(name);
  } catch {
    // Refused, as it must be.
  }
}
const content = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(JSON.stringify(succeeded))]);
const header = Buffer.from(
  JSON.stringify({
    accepted: { mediaType: 'image/jpeg', pages: 1, unchanged: false, sizes: { content: content.length, preview: 0 } },
  }),
);
const length = Buffer.alloc(4);
length.writeUInt32BE(header.length);
process.stdout.end(Buffer.concat([Buffer.from([1]), length, header, content]));
