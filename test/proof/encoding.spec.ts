// Base 64 and decimals, each in one form only.
import fc from 'fast-check';
import { fromBase64, fromDecimal } from '../../src/proof/encoding.js';

describe('strict Base 64', () => {
  it('reads what it should', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    'A',
    'AA',
    'AAA',
    'AB==',
    'AAB=',
    'AAAA=',
    'AA-_',
    'AA AA',
    'AAAA\n',
    '!',
    'AAAA====',
    'AA=='.repeat(2),
  ])('does not read %j', (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });
});

describe('a strict decimal', () => {
  it('reads what it should', () => {
    expect(fromDecimal('0')).toBe(0);
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        expect(fromDecimal(String(number))).toBe(number);
      }),
    );
  });

  it.each(['', '00', '01', '-1', '+1', '1.0', '1e3', '0x1', ' 1', '1\n', '9007199254740992', '１'])(
    'does not read %j',
    (text) => {
      expect(fromDecimal(text)).toBeUndefined();
    },
  );
});
