import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBody } from '../src/http/json-body.ts';

const parse = (text: string) => parseBody(Buffer.from(text)).value;

describe('parseBody', () => {
  test('returns any JSON value without duplicate members', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1), (value, indent) => {
        expect(parse(JSON.stringify(value, null, indent))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  test('rejects a member that occurs twice, at any depth and with any values', () => {
    const values = fc.json({ maxDepth: 2 });
    const nesting = fc.array(fc.constantFrom('[1,%]', '{"x":%}', '[[],{},%]', '{"y":{"z":null},"x":%}'), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(values, values, nesting, (one, other, around) => {
        const inner = `{"a":${one},"b":[],"a":${other}}`;
        const text = around.reduce((nested, outer) => outer.replace('%', () => nested), inner);
        expect(() => parse(text)).toThrow(/duplicate/);
      }),
      { numRuns: 200 },
    );
  });

  test.each(['{"__proto__":1,"__proto__":2}', '{"":1,"":1}', '{"a":{},"a":{}}', '{"a":[],"\\u0061":[]}'])(
    'rejects %s',
    (text) => expect(() => parse(text)).toThrow(/duplicate/),
  );
});
