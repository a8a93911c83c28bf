// What is taken from the output of a program: its last line and its reports of progress.
import { StandardOutput } from '../../../src/work/executors/standard-output.js';
import type { Progress } from '../../../src/work/executors/executor.js';

const read = (
  chunks: Iterable<Buffer>,
  limitBytes = 1_000,
): { result: () => unknown; reports: Progress[] } => {
  const reports: Progress[] = [];
  const output = new StandardOutput(limitBytes, (progress) => reports.push(progress));
  for (const chunk of chunks) output.push(chunk);
  return { result: () => output.result(), reports };
};

const readText = (text: string, limitBytes?: number): ReturnType<typeof read> =>
  read([Buffer.from(text)], limitBytes);

describe('standard output', () => {
  it('gives the JSON on the last line, with or without a newline at its end', () => {
    expect(readText('noise\n{"a":1}\n').result()).toEqual({ a: 1 });
    expect(readText('noise\n{"a":1}').result()).toEqual({ a: 1 });
    expect(readText('noise\r\n[1]\r\n').result()).toEqual([1]);
    expect(readText('null\n').result()).toBeNull();
  });

  it('passes over empty lines', () => {
    expect(readText('\n1\n\n  \n').result()).toBe(1);
    expect(readText('\n \n').result()).toBeUndefined();
    expect(readText('').result()).toBeUndefined();
  });

  it('reads the same whatever the chunks', () => {
    const bytes = Buffer.from('{"progress":{"percent":1,"message":"é"}}\nnoise €\n{"name":"né€𝄞"}\n');
    for (const size of [1, 2, 3, 5, 7]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const { result, reports } = read(chunks);
      expect(result()).toEqual({ name: 'né€𝄞' });
      expect(reports).toEqual([{ percent: 1, message: 'é' }]);
    }
  });

  it('takes a line of exactly the limit and refuses a longer one', () => {
    expect(readText('"1234"\n', 6).result()).toBe('1234');
    expect(() => readText('"12345"\n', 6).result()).toThrow(
      'The last line of standard output is longer than 6 bytes.',
    );
    expect(() => readText('"é€"\n', 6).result()).toThrow('longer than 6 bytes');
  });

  it('forgets a long line when another follows', () => {
    expect(readText(`${'x'.repeat(100)}\n1\n`, 10).result()).toBe(1);
  });

  it('quotes the beginning of a last line that is not JSON', () => {
    expect(() => readText('{"a":1}\nTraceback\n').result()).toThrow(
      'The last line of standard output is not JSON. It begins: Traceback',
    );
    expect(() => readText('x'.repeat(900)).result()).toThrow(
      new Error(`The last line of standard output is not JSON. It begins: ${'x'.repeat(200)}`),
    );
  });

  it.each([
    ['a number that no double holds', Buffer.from('{"a": [1, 1e400]}'), /: \/a\/1 is a number too large/],
    ['a large integer', Buffer.from('9007199254740993'), /: it is an integer that would be kept as/],
    ['a name twice', Buffer.from('{"a": 1, "a": 2}'), /names the same member twice/],
    ['text in Latin-1', Buffer.from('"é"', 'latin1'), /is not UTF-8/],
  ])('refuses %s for good', (_, line, message) => {
    expect.assertions(1);
    try {
      read([line]).result();
    } catch (error) {
      expect(error).toMatchObject({ message: expect.stringMatching(message), retryable: false });
    }
  });

  it('reports progress at once', () => {
    const reports: Progress[] = [];
    const output = new StandardOutput(1_000, (progress) => reports.push(progress));
    output.push(Buffer.from('{"progress": {"percent": 40, "message": "half", "more": 1}}\n'));
    expect(reports).toEqual([{ percent: 40, message: 'half' }]);
  });

  it.each([
    '{"progress":{"percent":"forty"}}',
    '{"progress":{"percent":-1}}',
    '{"progress":{"percent":101}}',
    '{"progress":{"percent":1,"message":7}}',
    '{"progress":{}}',
    '{"progress":null}',
  ])('ignores the malformed report %s', (line) => {
    const { result, reports } = readText(`"result"\n${line}\n`);
    expect(result()).toBe('result');
    expect(reports).toEqual([]);
  });

  it('does not take a report of progress for the result', () => {
    const { result, reports } = readText('{"a":1}\n{"progress":{"percent":100}}\n');
    expect(result()).toEqual({ a: 1 });
    expect(reports).toEqual([{ percent: 100 }]);
  });

  it('takes an object with further keys for a result', () => {
    const { result, reports } = readText('{"progress":{"percent":100},"profit":1}\n');
    expect(result()).toEqual({ progress: { percent: 100 }, profit: 1 });
    expect(reports).toEqual([]);
  });
});
