/** Encodes content by the filters of PDF that Node does not have. */

export const toHex = (bytes: Buffer): string => `${bytes.toString('hex')}>`;

export function toBase85(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const part = bytes.subarray(at, at + 4);
    let number = Buffer.concat([part, Buffer.alloc(4 - part.length)]).readUInt32BE();
    let digits = '';
    for (let digit = 0; digit < 5; digit++) {
      digits = String.fromCharCode(0x21 + (number % 85)) + digits;
      number = Math.floor(number / 85);
    }
    text += part.length === 4 && digits === '!!!!!' ? 'z' : digits.slice(0, part.length + 1);
  }
  return `${text}~>`;
}

/** Literal runs only. */
export function toRuns(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 128) {
    const part = bytes.subarray(at, at + 128);
    parts.push(Buffer.from([part.length - 1]), part);
  }
  return Buffer.concat([...parts, Buffer.from([128])]);
}

/** Codes of LZW, whose width is that of a decoder of PDF. */
export function toLzw(bytes: Buffer): Buffer {
  const bits: string[] = [];
  let table = new Map<string, number>();
  let next = 258;
  let width = 9;
  const put = (code: number) => bits.push(code.toString(2).padStart(width, '0'));
  const clear = () => {
    put(256);
    table = new Map();
    [next, width] = [258, 9];
  };
  const codeOf = (text: string): number => (text.length === 1 ? text.charCodeAt(0) : table.get(text)!);
  clear();
  let word = '';
  for (const char of bytes.toString('latin1')) {
    if (word === '' || table.has(word + char)) {
      word += char;
      continue;
    }
    put(codeOf(word));
    table.set(word + char, next++);
    // The decoder is one code behind, and readers change the width one code early.
    width = Math.min(12, next.toString(2).length);
    word = char;
    if (next === 4094) clear();
  }
  if (word !== '') put(codeOf(word));
  next++;
  width = Math.min(12, next.toString(2).length);
  put(257);
  const all = bits.join('');
  return Buffer.from(all.match(/.{1,8}/g)!.map((byte) => parseInt(byte.padEnd(8, '0'), 2)));
}
