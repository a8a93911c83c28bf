// What a request travels over: a connection to a service, or a call into an application in this process.

export interface Request {
  method: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  /** Gives the request up, also while its answer arrives. */
  signal?: AbortSignal | undefined;
}

export interface Reply {
  status: number;
  header(name: string): string | undefined;
  body: AsyncIterable<Uint8Array>;
}

export interface Transport {
  /** Who answers, for a person: an address without a password, or the path of a database. */
  readonly name: string;
  /** @throws NoAnswer; reading the body throws it too, when the connection breaks */
  send(request: Request): Promise<Reply>;
}
