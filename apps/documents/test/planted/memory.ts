/** Takes memory outside of the heap until a limit ends it. */
process.stdout.write(Buffer.from([1]));
const kept: Buffer[] = [];
for (;;) kept.push(Buffer.alloc(64 * 1024 * 1024, 1));
