// A connection of HTTP/1.1 that is kept alive, with as little between the socket and the answer as will do: a client
// that is busier than the server would measure itself.
import { once } from 'node:events';
import { connect } from 'node:net';

export class Connection {
  #socket;
  #host;
  #received = '';
  /** @type {(answer: string) => void} */
  #answered = () => undefined;

  /**
   * @param {import('node:net').Socket} socket
   * @param {string} host
   */
  constructor(socket, host) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text) => {
      this.#take(String(text));
    });
  }

  /** @param {URL} url */
  static async open({ hostname, port, host }) {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new Connection(socket, host);
  }

  /**
   * Resolves when the whole answer is there.
   * @param {string} path
   * @param {string} body JSON in ASCII
   * @throws Error when the status is another than 200
   */
  async post(path, body) {
    /** @type {Promise<string>} */
    const answered = new Promise((resolve) => (this.#answered = resolve));
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
      'latin1',
    );
    const answer = await answered;
    if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(`POST ${path} was answered: ${answer}`);
  }

  /** Resolves when the other side has closed too. */
  async close() {
    this.#socket.end();
    await once(this.#socket, 'close');
  }

  /** @param {string} text */
  #take(text) {
    this.#received += text;
    const head = this.#received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1];
    if (length === undefined) throw new Error(`an answer without a length: ${this.#received}`);
    if (this.#received.length < head + 4 + Number(length)) return;
    const answer = this.#received;
    this.#received = '';
    this.#answered(answer);
  }
}
