/** Answers with HTML that claims to be an image. */
const content = Buffer.from('<script>alert(1)</script>');
const sizes = { content: content.length, preview: 0 };
const header = Buffer.from(
  JSON.stringify({ accepted: { mediaType: 'image/jpeg', pages: 1, unchanged: false, sizes } }),
);
const length = Buffer.alloc(4);
length.writeUInt32BE(header.length);
process.stdout.end(Buffer.concat([Buffer.from([1]), length, header, content]));
export {};
