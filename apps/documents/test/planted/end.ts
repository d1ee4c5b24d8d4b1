/** Ends after it started to answer. */
process.stdout.write(Buffer.from([1, 0, 0, 0]));
export {};
