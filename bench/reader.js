// A process that reads the whole log as lines, as fast as it comes, and answers how many lines there were.
import { get } from 'node:http';

const lineBreak = 10;

process.on('message', (/** @type {string} */ url) => {
  get(`${url}/events`, { headers: { accept: 'application/x-ndjson' } }, (answer) => {
    let lines = 0;
    answer.on('data', (/** @type {Buffer} */ chunk) => {
      for (let at = chunk.indexOf(lineBreak); at >= 0; at = chunk.indexOf(lineBreak, at + 1)) lines += 1;
    });
    answer.on('end', () => process.send?.(lines));
  }).on('error', (error) => {
    console.error(error);
    process.exit(1);
  });
});
