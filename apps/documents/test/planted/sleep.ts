/** Reads nothing and answers nothing. */
process.stdout.write(Buffer.from([1]));
setInterval(() => {}, 1000);
export {};
