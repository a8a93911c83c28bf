import fc from 'fast-check';
import { readJson, UnkeepableJson } from '../../src/runtime/json-text.js';

const limits = { levelsMax: 10, partsMax: 100, membersMax: 20 };
const read = (text: string): unknown => readJson(Buffer.from(text), limits);
const wide = { levelsMax: 1_000, partsMax: 1e6, membersMax: 1e6 };

const refusalOf = (text: string): UnkeepableJson => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UnkeepableJson) return error;
    throw error;
  }
  throw new Error(`It was read: ${text}`);
};

it('reads whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(3), (value, spaces) => {
      const text = JSON.stringify(value, undefined, spaces);
      expect(readJson(Buffer.from(text), wide)).toEqual(JSON.parse(text));
    }),
  );
});

it.each([
  '9007199254740991',
  '-9007199254740992',
  '123456789012345680000',
  '1.7976931348623157e308',
  '5e-324',
  '0.10000000000000000555',
  '-0',
  '0e500',
  '[0.0E+1,1e22]',
])('keeps the number %s', (text) => {
  expect(read(text)).toEqual(JSON.parse(text));
});

it.each([
  ['9007199254740993', '', 'is an integer that would be kept as 9007199254740992: send it as text'],
  ['[1, -12345678901234567890]', '/1', /kept as -12345678901234567000/],
  ['{"a": {"b": [0, 1e400]}}', '/a/b/1', 'is a number too large to be kept'],
  ['[[1], {"a/b~": -1E999}]', '/1/a~1b~0', 'is a number too large to be kept'],
  ['{"\\u0061\\"": 1e-400}', '/a"', 'is a number too small to be kept'],
  ['{"a": 1, "b": [{"c": 1, "c": 1}]}', '', 'has an object that names the same member twice'],
  ['{"a": 1, "\\u0061": 1}', '', 'has an object that names the same member twice'],
  [`{"a": [1, ${'['.repeat(10)}]}`, '/a', 'must not be nested deeper than 10 levels'],
  [`[${'{},'.repeat(100)}{}]`, '', /more than 100 lists, objects and members/],
  [`[{${'"a": 1,'.repeat(20)}"a": 1}]`, '/0', 'has an object of more than 20 members'],
])('refuses %s and names the place', (text, pointer, message) => {
  const refusal = refusalOf(text);
  expect(refusal.pointer).toBe(pointer);
  expect(refusal.message).toMatch(message);
});

it.each(['', '{', ']', '[}', '{"a"', '"', '"\\', '-', '1.2.3', '[1,]', '{"a":1,}', ',', ':', 'NaN', '01'])(
  'leaves it to JSON to refuse %j',
  (text) => {
    expect(() => read(text)).toThrow(SyntaxError);
  },
);

it('takes nothing that is not UTF-8', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc3, 0x22],
    [0xff, 0xfe, 0x31, 0x00],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ])
    expect(() => readJson(Buffer.from(bytes), limits)).toThrow('not valid for encoding utf-8');
});
