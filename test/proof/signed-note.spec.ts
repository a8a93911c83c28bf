// Signed notes: the published ones open, ours is the published one, and what is not of the form is refused.
import fc from 'fast-check';
import { openNote, signNote } from '../../src/proof/signed-note.js';
import { parseVerifierKey, signerOf, type VerifierKey } from '../../src/proof/verifier-key.js';
import { enochRoot, peterNeumann, specificationExample } from './known-notes.js';
import { privateKeyOf, testSigner } from './test-signer.js';

const peter = parseVerifierKey(peterNeumann.verifierKey);
const enoch = parseVerifierKey(enochRoot.verifierKey);
const { text } = peterNeumann;
const peterSigned = `${text}\n${peterNeumann.signature}`;
const names = (keys: readonly VerifierKey[]): string[] => keys.map(({ name }) => name);

describe('signing a note', () => {
  it('makes the published note of the published key', () => {
    const signer = signerOf('PeterNeumann', privateKeyOf(Buffer.from(peterNeumann.seed, 'base64')));
    expect(signNote(text, signer)).toBe(peterSigned);
  });

  it.each(['abc', '', 'tab\there\n', 'bell\u0007\n', 'return\r\n', 'lone \ud800\n'])(
    'refuses the text %j',
    (bad) => {
      expect(() => signNote(bad, testSigner('name'))).toThrow(
        /must end in a newline|without control characters/,
      );
    },
  );
});

describe('opening a note', () => {
  it('tells the text and who signed it', () => {
    expect(openNote(peterSigned, [peter])).toEqual({ text, signedBy: [peter] });
    const key = parseVerifierKey(specificationExample.verifierKey);
    expect(openNote(specificationExample.note, [key]).text).toBe('This is an example message.\n');
  });

  it('passes over signatures of unknown keys', () => {
    const note = peterSigned + enochRoot.signature;
    expect(names(openNote(note, [peter]).signedBy)).toEqual(['PeterNeumann']);
    expect(names(openNote(note, [enoch]).signedBy)).toEqual(['EnochRoot']);
    expect(names(openNote(note, [enoch, peter]).signedBy)).toEqual(['PeterNeumann', 'EnochRoot']);
    const sameName = `${peterSigned}— PeterNeumann ${Buffer.alloc(68, 9).toString('base64')}\n`;
    expect(names(openNote(sameName, [peter]).signedBy)).toEqual(['PeterNeumann']);
  });

  it('counts a signature that stands there twice once', () => {
    expect(names(openNote(peterSigned + peterNeumann.signature, [peter]).signedBy)).toEqual(['PeterNeumann']);
  });

  it('wants a signature of a known key', () => {
    expect(() => openNote(peterSigned, [enoch])).toThrow('The note is not signed by EnochRoot+af0cfe78.');
    expect(() => openNote(peterSigned, [])).toThrow('The note is not signed by any known key.');
  });

  it('refuses a bad signature of a known key, even beside a good one', () => {
    const bad = peterNeumann.signature.replace('ZJku', 'ZJkv');
    const message = 'The signature of PeterNeumann+c74f20a3 is not one of this text.';
    for (const signatures of [
      bad,
      bad + enochRoot.signature,
      enochRoot.signature + bad,
      peterNeumann.signature + bad,
    ]) {
      expect(() => openNote(`${text}\n${signatures}`, [peter, enoch])).toThrow(message);
    }
    const short = `— PeterNeumann ${Buffer.from('c74f20a3ff', 'hex').toString('base64')}\n`;
    expect(() => openNote(`${text}\n${short}`, [peter])).toThrow(message);
  });

  it('refuses a signature that is only a key id, whoever’s it is', () => {
    const nothing = `— PeterNeumann ${Buffer.from('c74f20a3', 'hex').toString('base64')}\n`;
    expect(() => openNote(peterSigned + nothing, [enoch])).toThrow(
      'of PeterNeumann in the note is too short',
    );
  });

  it('refuses two keys of one name and id', () => {
    expect(() => openNote(peterSigned, [peter, enoch, peter])).toThrow(
      'two verifier keys PeterNeumann+c74f20a3',
    );
    expect(names(openNote(peterSigned, [enoch, peter, enoch]).signedBy)).toEqual(['PeterNeumann']);
  });

  it('takes 100 signatures and no more', () => {
    const others = (count: number): string => enochRoot.signature.repeat(count);
    expect(openNote(peterSigned + others(99), [peter]).text).toBe(text);
    expect(() => openNote(peterSigned + others(100), [peter])).toThrow('more than 100 signatures');
    expect(() => openNote('x'.repeat(1_048_577), [peter])).toThrow('longer than 1048576 characters');
  });

  it.each([
    ['no signatures', text],
    ['nothing after the empty line', `${text}\n`],
    ['an empty line at the end', `${peterSigned}\n`],
    ['no newline at the end', peterSigned.slice(0, -1)],
    ['a control character', `\u0001${peterSigned}`],
    ['a carriage return', peterSigned.replaceAll('\n', '\r\n')],
    ['half a character', `\ud800${peterSigned}`],
    ['a line that is no signature', `${peterSigned}Unexpected line.\n`],
    ['a hyphen for a dash', peterSigned.replace('—', '-')],
    ['an en dash for an em dash', peterSigned.replace('—', '–')],
    ['two spaces', peterSigned.replace('— ', '—  ')],
    ['a space at the end', peterSigned.replace('=\n', '= \n')],
    ['a plus in a name', peterSigned.replace('PeterNeumann', 'Peter+Neumann')],
    ['no padding', peterSigned.replace('=\n', '\n')],
    ['the other alphabet', peterSigned.replaceAll('/', '_')],
    ['stray bits', peterSigned.replace('AM=', 'AN=')],
    ['no signature after the key id', `${text}\n— PeterNeumann x08gow==\n`],
    ['nothing at all', ''],
  ])('refuses a note with %s', (_, note) => {
    expect(() => openNote(note, [peter])).toThrow(expect.objectContaining({ name: 'ProofError' }));
  });

  it('gives back any text that was signed, and none that was changed', () => {
    const signer = testSigner('daybook.example/log');
    const line = fc.string({ unit: 'grapheme' }).filter((each) => !/\p{Cc}/u.test(each));
    fc.assert(
      fc.property(fc.array(line), fc.nat(), (lines, chance) => {
        const signed = `${lines.join('\n')}\n`;
        const note = signNote(signed, signer);
        expect(openNote(note, [signer.verifierKey]).text).toBe(signed);
        const at = chance % signed.length;
        const changed = `${note.slice(0, at)}#${note.slice(at + 1)}`;
        if (changed !== note) expect(() => openNote(changed, [signer.verifierKey])).toThrow();
      }),
    );
  });
});
