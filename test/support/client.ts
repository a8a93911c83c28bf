// A client of the HTTP API as small as curl: it sends, and shows what came back.

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, else the text. */
  body: any;
}

export interface Client {
  url: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Polls a job until it has ended, as a client would, and shows it. */
  ended(jobId: string): Promise<Answer>;
  /** The path of a model-day. */
  modelDay(jobId: string, date: string, model: string): string;
}

const endedStatuses = ['completed', 'partial', 'failed'];

export function client(url: string): Client {
  const send = async (
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer> => {
    const init: RequestInit = { method, headers };
    if (body !== undefined) {
      init.headers = { 'content-type': 'application/json', ...headers };
      init.body = typeof body === 'string' ? body : JSON.stringify(body);
    }
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  const get: Client['get'] = (path, headers = {}) => send('GET', path, undefined, headers);
  return {
    url,
    get,
    post: (path, body, headers = {}) => send('POST', path, body, headers),
    delete: (path, headers = {}) => send('DELETE', path, undefined, headers),
    async ended(jobId) {
      for (;;) {
        const answer = await get(`/simulate/status/${jobId}`);
        if (answer.status !== 200 || endedStatuses.includes(answer.body.status)) return answer;
      }
    },
    modelDay: (jobId, date, model) => `/jobs/${jobId}/model-days/${date}/${encodeURIComponent(model)}`,
  };
}
