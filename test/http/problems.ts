// What every error must look like, and what it must leave behind: nothing.
import { STATUS_CODES } from 'node:http';
import type { Answer } from '../support/client.js';
import type { TestService } from '../support/service.js';

/** Expects a whole RFC 9457 problem document. */
export function expectProblem({ status, headers, body }: Answer, expected: number, code: string): void {
  expect({ status, ...body }).toMatchObject({ status: expected, code });
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
  expect(headers.get('x-correlation-id')).toMatch(/^[\x21-\x7e]+$/);
  expect(body).toMatchObject({
    type: 'about:blank',
    title: STATUS_CODES[expected],
    status: expected,
    detail: expect.stringMatching(/\w/),
    instance: expect.any(String),
  });
}

/** Expects a 422 that names these fields and no others, in any order; one of them may have several problems. */
export function expectWrongFields(answer: Answer, ...pointers: string[]): void {
  expectProblem(answer, 422, 'invalid_request');
  const errors = answer.body.errors as { pointer: string; detail: string }[];
  expect([...new Set(errors.map(({ pointer }) => pointer))].toSorted()).toEqual(pointers.toSorted());
  for (const error of errors) {
    expect(error).toEqual({ pointer: expect.any(String), detail: expect.stringMatching(/\w/) });
  }
}

export interface StoredEvent {
  type: string;
  data: any;
  metadata: { actor: string; correlation_id: string; causation_id?: string; actor_proven?: boolean };
}

/** The events of one job, from the table. */
export async function storedEvents({ service }: TestService, jobId: string): Promise<StoredEvent[]> {
  const rows = await service.database.reader.all<{ type: string; data: string; metadata: string }>(
    'SELECT type, data, metadata FROM events WHERE stream_id = ? ORDER BY version',
    `job-${jobId}`,
  );
  return rows.map(({ type, data, metadata }) => ({
    type,
    data: JSON.parse(data),
    metadata: JSON.parse(metadata),
  }));
}

/** Every test of the file is about what is refused: nothing is written, and the service goes on serving. */
export function expectNothingWritten(find: () => TestService): void {
  const countEvents = async (): Promise<number> => {
    const [row] = await find().service.database.reader.all<{ count: number }>(
      'SELECT count(*) AS count FROM events',
    );
    return row!.count;
  };
  let before: number;
  beforeEach(async () => {
    before = await countEvents();
  });
  afterEach(async () => {
    expect(await countEvents()).toBe(before);
    expect((await find().get('/health')).status).toBe(200);
  });
}
